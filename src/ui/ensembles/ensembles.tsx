/** Ensembles whose paths are hops that a network has learnt, beside exact ones. */
import '../inference/inference.css'
import { useMemo, useState } from 'react'
import type { EnsembleReport } from '../../analysis/ensembles/report'
import { version } from '../../version'
import { Dialog } from '../controls/dialog'
import { NumberField } from '../controls/number-field'
import type { Panel, Provenance } from '../figure/figure'
import { grouped, number } from '../figure/ticks'
import { FigureView } from '../figure/view'
import { useEnsemble, useStudies, useStudio } from '../studio'
import { driftPanel, lastPanel, meanPanel, memoryPanel, pathsPanel, probabilityPanel } from './panels'

/** Hops in the time of the study, at first. */
const usualHops = 20
/** A network to try it with. */
const example = 'birth-death-hops'

export function Ensembles() {
  const studio = useStudio()
  const { ensemble, studies } = studio
  const { show, hop, cancel } = ensemble.getState()
  const status = useEnsemble((state) => state.status)
  const asked = useEnsemble((state) => state.request)
  const done = useEnsemble((state) => state.done)
  const phase = useEnsemble((state) => state.phase)
  const complaint = useEnsemble((state) => state.complaint)
  const elapsedMs = useEnsemble((state) => state.elapsedMs)
  const report = useEnsemble((state) => state.report)
  const times = useStudies(({ reading }) => reading.problem.times)
  const until = times.at(-1) || 1
  const seed = useStudies(({ good }) => good.seed ?? 1)
  const [plan, setPlan] = useState({
    hop: asked?.hop ?? Number((until / usualHops).toPrecision(3)),
    until: asked?.until ?? until,
    paths: asked?.paths ?? 1000,
  })
  const start = () => {
    const { version, network, parameters, initial } = studies.getState().good
    hop({ ...plan, seed, study: { version, network, parameters, initial, times: [0] } })
  }
  const running = status === 'running'
  return (
    <Dialog title="Paths of learnt hops" className="infer" onClose={() => show(false)}>
      <p>
        A network that has learnt the law after a time from <em>any</em> counts makes whole ensembles at once: every
        path hops from where it stands. It is trained by <em>Distilled network</em> or <em>Mixture density network</em>{' '}
        with <em>Initial counts</em> above 0.{' '}
        <button type="button" className="link" onClick={() => void studio.openByName(example)}>
          Open one that is learnt
        </button>
      </p>
      <div className="infer-row">
        <Field label="Time of a hop" value={plan.hop} onCommit={(value) => setPlan({ ...plan, hop: value })} />
        <Field label="Until" value={plan.until} onCommit={(value) => setPlan({ ...plan, until: value })} />
        <Field label="Paths" whole value={plan.paths} onCommit={(value) => setPlan({ ...plan, paths: value })} />
      </div>
      <p className="infer-row">
        {running ? (
          <button type="button" onClick={cancel}>
            Stop
          </button>
        ) : (
          <button type="button" className="primary" onClick={start}>
            Hop
          </button>
        )}
        {running && <progress max={1} value={done} aria-label="Ensemble" />}
        <output className="muted">{words(status, phase, elapsedMs)}</output>
      </p>
      {complaint && (
        <p role="alert">
          {complaint.message}.{complaint.hint ? ` ${capital(complaint.hint)}.` : ''}
        </p>
      )}
      {report && <Report report={report} />}
    </Dialog>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: number
  readonly whole?: boolean
  onCommit(value: number): void
}

function Field({ label, value, whole, onCommit }: FieldProps) {
  return (
    <span className="infer-field">
      {label}{' '}
      <NumberField label={label} integer={whole} min={whole ? 2 : 1e-9} max={1e6} value={value} onCommit={onCommit} />
    </span>
  )
}

function words(status: string, phase: string, elapsedMs: number | undefined): string {
  if (status === 'running') return phase
  if (status === 'cancelled') return 'Stopped.'
  if (status === 'done' && elapsedMs !== undefined) return `Done in ${(elapsedMs / 1000).toFixed(1)} s.`
  return ''
}

function Report({ report }: { report: EnsembleReport }) {
  const provenance = useProvenance(report)
  const { beyond, edge, total, species } = report
  const panels = useMemo((): Panel[] => {
    const each = species.map((_, s) => s).slice(0, 4)
    const views = [pathsPanel, meanPanel, lastPanel, memoryPanel]
    const drift = driftPanel(report, provenance)
    return [
      ...each.flatMap((s) => views.map((view) => view(report, s, provenance))),
      ...(drift ? [drift] : []),
      probabilityPanel(report, provenance),
    ]
  }, [report, species, provenance])
  return (
    <>
      <p className={beyond ? 'infer-warning' : 'muted'} role="note">
        {beyond
          ? `${grouped(beyond)} of ${grouped(total)} hops began at counts that were not learnt from: they are extrapolated. `
          : `All ${grouped(total)} hops began at counts that were learnt from. `}
        {edge > 0 && `${grouped(edge)} ended at the largest count that was learnt: there may be more beyond.`}
      </p>
      {!report.drift && <p className="muted">There are too many states for the exact law: drift is not known.</p>}
      <div className="infer-figures">
        {panels.map((panel) => (
          <FigureView key={panel.id} panel={panel} />
        ))}
      </div>
    </>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function useProvenance({ drift, times, paths }: EnsembleReport): Provenance {
  const studio = useStudio()
  const seed = useEnsemble(({ request }) => request?.seed ?? 1)
  return useMemo(() => {
    const last = drift && number(Number(drift.hellinger[times.length - 1].toPrecision(3)))
    const error = drift ? `Hellinger distance ${last} after the last hop (${drift.kind})` : 'not known'
    const methods = [
      { solver: 'hops', title: 'Learnt hops', replicates: paths, error },
      { solver: 'ssa', title: 'Exact sample paths', replicates: paths, error: 'sampling' },
    ]
    return { version, seed, methods, link: studio.link }
  }, [drift, times, paths, seed, studio])
}
