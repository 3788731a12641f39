/** One replicate of the study, one event, leap or count at a time, with the random numbers that decide it. */
import './microscope.css'
import { useMemo, useState } from 'react'
import { sameDraws } from '../../analysis/microscope'
import { solvers } from '../../solvers/registry'
import type { Reading } from '../../solvers/study'
import type { TauLeapOptions } from '../../solvers/tau-leap/index'
import { verdictOn } from '../../solvers/verdict'
import type { Lane } from '../../store/lane'
import { Dialog } from '../controls/dialog'
import { useRuns, useStudies } from '../studio'
import { Events } from './events'
import { Leaps } from './leaps'
import { Samples } from './samples'

export function Microscope({ onClose }: { onClose(): void }) {
  const reading = useStudies((state) => state.reading)
  const { problem, seed } = reading
  const [replicate, setReplicate] = useState(0)
  const leaping = useMemo(() => leapOptions(reading), [reading])
  const lanes = useRuns((state) => state.lanes)
  const networks = useMemo(() => networksOf(lanes), [lanes])
  const own = networks.find(({ solver }) => solver === reading.solver.id)
  const [method, setMethod] = useState(own?.id ?? (reading.solver.id === 'tauLeap' && leaping ? 'leaps' : 'events'))
  const network = networks.find(({ id }) => id === method)
  const variant = reading.solver.id === 'ssa' ? String(reading.options.variant) : 'auto'
  const key = `${method} ${replicate}`
  return (
    <Dialog title={network ? 'One count at a time' : 'One event at a time'} className="microscope" onClose={onClose}>
      <p className="muted">
        <select aria-label="Algorithm" value={method} onChange={({ target }) => setMethod(target.value)}>
          <option value="events">The direct method</option>
          {leaping && <option value="leaps">Tau-leaping</option>}
          {networks.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}: one sample
            </option>
          ))}
        </select>{' '}
        {network ? 'sample' : 'replicate'}{' '}
        <input
          type="number"
          className="numeric"
          aria-label={network ? 'Sample' : 'Replicate'}
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
      {network ? (
        <Samples
          key={key}
          title={network.title}
          artifact={network.artifact}
          study={network.study}
          problem={problem}
          seed={seed}
          replicate={replicate}
        />
      ) : method === 'leaps' && leaping ? (
        <Leaps key={key} problem={problem} options={leaping} seed={seed} replicate={replicate} />
      ) : (
        <Events key={key} problem={problem} seed={seed} replicate={replicate} />
      )}
    </Dialog>
  )
}

/** Lanes that have learnt a law of the whole state, each with the study that its picture answers. */
function networksOf(lanes: Readonly<Record<string, Lane>>) {
  return Object.values(lanes).flatMap(({ id, title, solver, learnt, study }) =>
    learnt && solvers[solver]?.traits.wholeState
      ? [{ id, title, solver, artifact: learnt.artifact, study: study ?? learnt.study }]
      : [],
  )
}

/** The study's own options for leaping, or the defaults; none where leaping is refused. */
function leapOptions({ study, solver, options, problem }: Reading): TauLeapOptions | undefined {
  const given = solver.id === 'tauLeap' ? options : study.compare?.find((other) => other.solver === 'tauLeap')?.options
  const parsed = solvers.tauLeap.options.parse(given)
  if (!parsed.ok || !verdictOn(solvers.tauLeap, problem, parsed.value).ok) return undefined
  return parsed.value as TauLeapOptions
}
