import { useMemo, useState } from 'react'
import { rankedAmong, uniformity } from '../../analysis/inference/calibrate'
import { version } from '../../version'
import { NumberField } from '../controls/number-field'
import type { Provenance } from '../figure/figure'
import { FigureView } from '../figure/view'
import { useCalibration, useInference, useStudio } from '../studio'
import { rankPanel } from './panels'

/** Data sets from which a χ² of ten bins says anything: ten in each. */
const usualCount = 100

/** Are posteriors right? Simulated data sets of the same shape, and where the truth stands in the posterior of each. */
export function CalibrationStep() {
  const { calibration } = useStudio()
  const ready = useInference(({ data }) => data.status === 'read')
  const status = useCalibration((state) => state.status)
  const ranks = useCalibration((state) => state.ranks)
  const total = useCalibration((state) => state.count)
  const complaint = useCalibration((state) => state.complaint)
  const elapsedMs = useCalibration((state) => state.elapsedMs)
  const [count, setCount] = useState(usualCount)
  const { calibrate, cancel } = calibration.getState()
  const running = status === 'running'
  return (
    <section aria-labelledby="infer-calibration">
      <h3 id="infer-calibration">Is it right?</h3>
      <p className="field-help">
        Draws parameters from the ranges, data like yours from them, and a posterior from those, again and again: if
        method and likelihood are right, the truth is as often at one place among the draws as at another.
      </p>
      <p className="infer-row">
        {running ? (
          <button type="button" onClick={cancel}>
            Stop
          </button>
        ) : (
          <button type="button" disabled={!ready} onClick={() => calibrate(count)}>
            Calibrate
          </button>
        )}
        <span className="infer-field">
          Data sets{' '}
          <NumberField label="Simulated data sets" integer min={10} max={10_000} value={count} onCommit={setCount} />
        </span>
        {running && <progress max={total} value={ranks.length} aria-label="Data sets done" />}
        <output className="muted">{words(status, ranks.length, total, elapsedMs)}</output>
      </p>
      {complaint && (
        <p role="alert">
          {capital(complaint.message)}.{complaint.hint ? ` ${capital(complaint.hint)}.` : ''}
        </p>
      )}
      {ranks.length >= 10 && <Ranks />}
    </section>
  )
}

function words(status: string, done: number, count: number, elapsedMs: number | undefined): string {
  if (status === 'running') return `${done} of ${count} data sets`
  if (status === 'cancelled') return `Stopped after ${done} data sets.`
  if (status === 'done' && elapsedMs !== undefined) return `${count} data sets in ${(elapsedMs / 1000).toFixed(1)} s.`
  return ''
}

/** A histogram of ranks for each parameter, with the χ² test of evenness. */
function Ranks() {
  const studio = useStudio()
  const names = useCalibration((state) => state.names)
  const ranks = useCalibration((state) => state.ranks)
  const question = useCalibration((state) => state.question)
  const panels = useMemo(() => {
    const all = Int32Array.from(ranks.flatMap((row) => [...row]))
    const calibration = { parameters: names, ranks: all, draws: rankedAmong }
    const title = `Calibration of ${question?.method}, ${question?.likelihood}`
    const provenance: Provenance = {
      ...{ version, seed: question?.seed ?? 1, link: studio.link },
      methods: [{ solver: 'inference', title, replicates: ranks.length, error: 'χ² test of even ranks' }],
    }
    return names.map((_, i) => rankPanel(calibration, i, uniformity(calibration, i), provenance))
  }, [names, ranks, question, studio])
  return (
    <div className="infer-figures">
      {panels.map((panel) => (
        <FigureView key={panel.id} panel={panel} />
      ))}
    </div>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
