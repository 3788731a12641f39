/** What each method is doing: progress in numbers, time left, how it ended, and the way on. */

import { solvers } from '../../solvers/registry'
import type { Lane } from '../../store/runs'
import { useRuns, useStudies, useStudio } from '../studio'
import { Icon } from './icons'
import { laneWords } from './lane-words'
import { sentence, writeCount } from './numbers'

/** How many replicates one press adds. */
const batch = 10_000

export function RunBar() {
  const studio = useStudio()
  const ids = useRuns(({ lanes }) => Object.keys(lanes).join(' '))
  const anyRunning = useRuns(({ lanes }) => Object.values(lanes).some(({ status }) => status === 'running'))
  const samples = useRuns(({ lanes }) => Object.keys(lanes).some(takesReplicates))
  const { cancel, more } = studio.runs.getState()
  return (
    <section className="run-bar" aria-label="Runs">
      <ul>
        {ids
          .split(' ')
          .filter(Boolean)
          .map((id) => (
            <LaneItem key={id} id={id} />
          ))}
      </ul>
      <Held />
      <div className="run-actions">
        {anyRunning ? (
          <button type="button" onClick={() => cancel()} title="Stop every run (Escape)">
            <Icon name="stop" /> Cancel
          </button>
        ) : (
          samples && (
            <button type="button" onClick={() => more(batch)} title="Keep what is there and go on with the same seed">
              Continue with {writeCount(batch)} more
            </button>
          )
        )}
      </div>
    </section>
  )
}

const takesReplicates = (id: string): boolean =>
  Object.hasOwn(solvers, id) && solvers[id].options.fields.some(({ name }) => name === 'replicates')

function LaneItem({ id }: { id: string }) {
  const { runs } = useStudio()
  const lane = useRuns(({ lanes }) => lanes[id])
  if (!lane) return null
  const title = Object.hasOwn(solvers, id) ? solvers[id].title : id
  const stopped = lane.status === 'cancelled' || lane.status === 'failed'
  return (
    <li className="lane" data-status={lane.status}>
      <span className="lane-title">{title}</span>
      <progress max={1} value={lane.done} aria-label={`${title}: progress`} />
      <span className="lane-words numeric">{laneWords(lane)}</span>
      {stopped && (
        <button
          type="button"
          className="icon quiet"
          aria-label={`Run ${title} again`}
          onClick={() => runs.getState().rerun(id)}
        >
          <Icon name="again" />
        </button>
      )}
      <Trouble lane={lane} />
    </li>
  )
}

/** What a failed run says, and what a finished one warns of. */
function Trouble({ lane: { outcome, frame } }: { lane: Lane }) {
  const failed = outcome?.status === 'failed' ? outcome : undefined
  const warnings = outcome?.status === 'done' ? outcome.solution.warnings : (frame?.warnings ?? [])
  if (failed) {
    return (
      <p className="lane-failure" role="alert">
        {sentence(failed.message)}
        {failed.hint && ` ${sentence(failed.hint)}`}
      </p>
    )
  }
  if (warnings.length === 0) return null
  return (
    <details className="lane-warnings">
      <summary>{warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}</summary>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{sentence(warning)}</li>
        ))}
      </ul>
    </details>
  )
}

/** Why the picture is not that of the draft. */
function Held() {
  const problem = useStudies(({ parsed, issues, study, good }) => {
    if (study === good) return undefined
    const error = parsed.diagnostics.find(({ severity }) => severity === 'error')
    if (error) return `Line ${error.line}: ${error.message}`
    return issues[0] && `${issues[0].path}: ${issues[0].message}`
  })
  return problem ? <p className="held">{problem} The picture shows the last version that could be read.</p> : null
}
