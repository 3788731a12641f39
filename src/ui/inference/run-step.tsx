import { useInference, useStudio } from '../studio'
import { Results } from './results'

/** The button, the chains under way, and what they have found. */
export function RunStep() {
  const { inference } = useStudio()
  const run = useInference((state) => state.run)
  const ready = useInference(({ data }) => data.status === 'read')
  const working = run?.status === 'running' || run?.status === 'concluding'
  const { infer, cancel } = inference.getState()
  return (
    <section aria-labelledby="infer-run">
      <h3 id="infer-run">Posterior</h3>
      <p className="infer-row">
        {working ? (
          <button type="button" onClick={cancel}>
            Stop
          </button>
        ) : (
          <button type="button" className="primary" disabled={!ready} onClick={infer}>
            {run ? 'Infer again' : 'Infer'}
          </button>
        )}
        <output className="muted">{run && words(run.status, run.elapsedMs)}</output>
      </p>
      {run?.complaint && (
        <p role="alert">
          {capital(run.complaint.message)}.{run.complaint.hint ? ` ${capital(run.complaint.hint)}.` : ''}
        </p>
      )}
      {working && (
        <ul className="infer-chains">
          {run.chains.map(({ done, phase }, c) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a chain is its number
            <li key={c}>
              <span>Chain {c + 1}</span>
              <progress max={1} value={done} aria-label={`Chain ${c + 1}`} />
              <span className="muted">{phase}</span>
            </li>
          ))}
        </ul>
      )}
      {run && run.names.length > 0 && <Results run={run} />}
    </section>
  )
}

function words(status: string, elapsedMs: number | undefined): string {
  if (status === 'concluding') return 'Putting the chains together …'
  if (status === 'cancelled') return 'Stopped.'
  if (status === 'done' && elapsedMs !== undefined) return `Done in ${(elapsedMs / 1000).toFixed(1)} s.`
  return ''
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
