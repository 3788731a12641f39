/** One replicate of the study, one event or one leap at a time, with the random numbers that decide it. */
import './microscope.css'
import { useMemo, useState } from 'react'
import { sameDraws } from '../../analysis/microscope'
import { solvers } from '../../solvers/registry'
import type { Reading } from '../../solvers/study'
import type { TauLeapOptions } from '../../solvers/tau-leap/index'
import { verdictOn } from '../../solvers/verdict'
import { Dialog } from '../gallery/dialog'
import { useStudies } from '../studio'
import { Events } from './events'
import { Leaps } from './leaps'

export function Microscope({ onClose }: { onClose(): void }) {
  const reading = useStudies((state) => state.reading)
  const { problem, seed } = reading
  const [replicate, setReplicate] = useState(0)
  const leaping = useMemo(() => leapOptions(reading), [reading])
  const [method, setMethod] = useState(reading.solver.id === 'tauLeap' && leaping ? 'leaps' : 'events')
  const variant = reading.solver.id === 'ssa' ? String(reading.options.variant) : 'auto'
  const key = `${method} ${replicate}`
  return (
    <Dialog title="One event at a time" className="microscope" onClose={onClose}>
      <p className="muted">
        <select aria-label="Algorithm" value={method} onChange={({ target }) => setMethod(target.value)}>
          <option value="events">The direct method</option>
          {leaping && <option value="leaps">Tau-leaping</option>}
        </select>{' '}
        replicate{' '}
        <input
          type="number"
          className="numeric"
          aria-label="Replicate"
          min={0}
          max={999_999}
          value={replicate}
          onChange={({ target }) => {
            const { valueAsNumber: value } = target
            if (Number.isInteger(value) && value >= 0 && value < 1e6) setReplicate(value)
          }}
        />{' '}
        of seed {seed}
        {method === 'events' &&
          !sameDraws(problem, variant) &&
          '. The study’s own run uses another algorithm here: its law is the same, its paths are not'}
      </p>
      {method === 'leaps' && leaping ? (
        <Leaps key={key} problem={problem} options={leaping} seed={seed} replicate={replicate} />
      ) : (
        <Events key={key} problem={problem} seed={seed} replicate={replicate} />
      )}
    </Dialog>
  )
}

/** The study's own options for leaping, or the defaults; none where leaping is refused. */
function leapOptions({ study, solver, options, problem }: Reading): TauLeapOptions | undefined {
  const given = solver.id === 'tauLeap' ? options : study.compare?.find((other) => other.solver === 'tauLeap')?.options
  const parsed = solvers.tauLeap.options.parse(given)
  if (!parsed.ok || !verdictOn(solvers.tauLeap, problem, parsed.value).ok) return undefined
  return parsed.value as TauLeapOptions
}
