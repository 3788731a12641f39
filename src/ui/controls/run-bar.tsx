/** What each method is doing: progress in numbers, time left, how it ended, and the way on. */

import { solvers } from '../../solvers/registry'
import type { Lane } from '../../store/lane'
import { grouped } from '../figure/ticks'
import { saveLearnt } from '../files/save'
import { useRuns, useStudies, useStudio } from '../studio'
import { Icon } from './icons'
import { laneWords } from './lane-words'
import { sentence } from './numbers'

/** How many replicates one press adds. */
const batch = 10_000

export function RunBar() {
  const studio = useStudio()
  const ids = useRuns(({ lanes }) => Object.keys(lanes).join(' '))
    .split(' ')
    .filter(Boolean)
  const anyRunning = useRuns(({ lanes }) => Object.values(lanes).some(({ status }) => status === 'running'))
  const canContinue = useRuns(({ lanes }) => Object.values(lanes).some(takesMore))
  const { cancel, more } = studio.runs.getState()
  return (
    <section className="run-bar" aria-label="Runs">
      <Held />
      {ids.map((id) => (
        <Failure key={id} id={id} />
      ))}
      <ul>
        {ids.map((id) => (
          <LaneItem key={id} id={id} />
        ))}
      </ul>
      <div className="run-actions">
        {anyRunning ? (
          <button type="button" onClick={() => cancel()} title="Stop every run (Escape)">
            <Icon name="stop" /> Cancel
          </button>
        ) : (
          canContinue && (
            <button type="button" onClick={() => more(batch)} title="Keep what is there and go on with the same seed">
              <span className="roomy">Continue with</span> {grouped(batch)} more
            </button>
          )
        )}
      </div>
    </section>
  )
}

function takesMore({ solver, status }: Lane): boolean {
  const samples = solvers[solver]?.options.fields.some(({ name }) => name === 'replicates')
  return samples && (status === 'done' || status === 'cancelled')
}

function LaneItem({ id }: { id: string }) {
  const lane = useRuns(({ lanes }) => lanes[id])
  if (!lane) return null
  const { title, solver } = lane
  const words = laneWords(lane)
  return (
    <li className="lane" data-status={lane.status}>
      <div className="lane-head">
        <span className="lane-title" title={title}>
          {lane.variant ? title.slice(0, -lane.variant.length) : title}
        </span>
        {lane.variant && <span className="lane-variant">{lane.variant}</span>}
        {lane.status === 'running' && <progress max={1} value={lane.done} aria-label={`${title}: progress`} />}
        <Warnings lane={lane} />
        <Choices lane={lane} />
        {solvers[solver]?.traits.trains ? <Training lane={lane} /> : <Again lane={lane} />}
      </div>
      {lane.note && <span className="lane-note">{sentence(lane.note)}</span>}
      <span className="lane-words numeric" title={words}>
        {words}
      </span>
    </li>
  )
}

function Again({ lane: { id, status, title } }: { lane: Lane }) {
  const { runs } = useStudio()
  if (status !== 'cancelled' && status !== 'failed') return null
  return (
    <button type="button" className="link" onClick={() => runs.getState().rerun(id)}>
      run again<span className="visually-hidden"> {title}</span>
    </button>
  )
}

/** A method that trains does so when asked, and can go on from what it has learnt. */
function Training({ lane: { id, status, stale, learnt, title } }: { lane: Lane }) {
  const studio = useStudio()
  const { rerun, resume } = studio.runs.getState()
  const stopped = status === 'cancelled' || status === 'failed'
  if (status === 'running') return null
  return (
    <>
      {stopped && learnt && (
        <button type="button" className="link" onClick={() => resume(id)}>
          train on<span className="visually-hidden"> {title}</span>
        </button>
      )}
      {(stopped || stale) && (
        <button type="button" className="link" onClick={() => rerun(id)}>
          {stale ? 'train for this study' : 'train anew'}
          <span className="visually-hidden"> {title}</span>
        </button>
      )}
      {learnt && (
        <button type="button" className="link" onClick={() => saveLearnt(studio, id)}>
          save<span className="visually-hidden"> what {title} has learnt</span>
        </button>
      )}
    </>
  )
}

/** What the method chose by itself: states, propagator, algorithm. */
function Choices({ lane: { outcome, stale, title } }: { lane: Lane }) {
  const notes = outcome?.status === 'done' && !stale ? Object.entries(outcome.solution.notes ?? {}) : []
  if (notes.length === 0) return null
  return (
    <details className="lane-choices">
      <summary>
        how<span className="visually-hidden"> {title} was run</span>
      </summary>
      <dl>
        {notes.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** How many there are, and what one is about that says so before a colon. */
function summaryOf(warnings: readonly string[]): string {
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  const head = warnings.map((warning) => /^((?:beyond|about) [^:]{1,30}): /.exec(warning)?.[1]).find((found) => found)
  return head ? `${count}: ${head}` : count
}

function Warnings({ lane: { outcome, frame } }: { lane: Lane }) {
  const warnings = outcome?.status === 'done' ? outcome.solution.warnings : (frame?.warnings ?? [])
  if (warnings.length === 0) return null
  return (
    <details className="lane-warnings">
      <summary>{summaryOf(warnings)}</summary>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{sentence(warning)}</li>
        ))}
      </ul>
    </details>
  )
}

/** Why a run came to nothing, and the way out. */
function Failure({ id }: { id: string }) {
  const title = useRuns(({ lanes }) => lanes[id]?.title)
  const outcome = useRuns(({ lanes }) => lanes[id]?.outcome)
  if (outcome?.status !== 'failed') return null
  return (
    <p className="lane-failure" role="alert">
      <strong>{title}:</strong> {sentence(outcome.message)}
      {outcome.hint && ` ${sentence(outcome.hint)}`}
    </p>
  )
}

/** Why the picture is not that of the draft. What is wrong is said where it can be mended. */
function Held() {
  const why = useStudies(({ parsed, issues, study, good }) => {
    if (study === good) return undefined
    const error = parsed.diagnostics.find(({ severity }) => severity === 'error')
    if (error) return `The text has an error in line ${error.line}.`
    return issues[0] && sentence(`${issues[0].path}: ${issues[0].message}`)
  })
  return why ? <p className="held">{why} The picture shows the last version that could be read.</p> : null
}
