/** One sample of a trained network, count by count. */

import { useEffect, useMemo, useState } from 'react'
import type { LawAnswer, WatchedStep } from '../../analysis/learnt-law'
import { quantities } from '../../network/network'
import type { Artifact, Problem } from '../../solvers/contract'
import type { Study } from '../../solvers/study'
import { version } from '../../version'
import { fileName, fileOf, save } from '../figure/export'
import { paperOf } from '../figure/svg'
import { number } from '../figure/ticks'
import { FigureView } from '../figure/view'
import { useStudio, useView } from '../studio'
import { ReelControls } from './reel'
import { landing, samplePanel, sampleSentence } from './sample-panel'

interface SamplesProps {
  /** Of the lane. */
  readonly title: string
  readonly artifact: Artifact
  readonly study: Study
  readonly problem: Problem
  readonly seed: number
  readonly replicate: number
}

export function Samples({ title, artifact, study, problem, seed, replicate }: SamplesProps) {
  const { laws } = useStudio()
  const time = useView((view) => view.time)
  const [answer, setAnswer] = useState<LawAnswer>()
  useEffect(() => {
    let wanted = true
    laws.ask(artifact, study, { kind: 'sample', time, replicate }).then((said) => {
      if (wanted) setAnswer(said)
    })
    return () => {
      wanted = false
    }
  }, [laws, artifact, study, time, replicate])
  if (!answer) return <p className="muted">Asking the network…</p>
  if (answer.kind !== 'sample') return <p>{answer.kind === 'none' ? `There is nothing to see: ${answer.why}.` : ''}</p>
  if (answer.steps.length === 0) return <p>No count ever changes: there is no law to draw from.</p>
  return <Sample {...answer} problem={problem} seed={seed} solver={artifact.solver} title={title} asked={time} />
}

interface SampleProps {
  readonly time: number
  readonly asked: number
  readonly steps: readonly WatchedStep[]
  readonly others: readonly string[]
  readonly problem: Problem
  readonly seed: number
  readonly solver: string
  readonly title: string
}

function Sample({ time, asked, steps, others, problem, seed, solver, title }: SampleProps) {
  const { link } = useStudio()
  const [index, setIndex] = useState(0)
  const at = Math.min(index, steps.length - 1)
  const panel = useMemo(() => {
    const methods = [{ solver, title, error: 'what the network has learnt, drawn as it is' }]
    const provenance = { version, seed, methods, link }
    return samplePanel(steps, at, quantities(problem.network), provenance, time)
  }, [steps, at, problem, seed, solver, title, time, link])
  const keep = async () => save(await fileOf(panel, 'csv', paperOf(89), 300), fileName(panel, 'csv'))
  const { from, to } = landing(steps[at])
  return (
    <>
      <p className="muted">
        {steps.length === 1 ? 'One count' : `${steps.length} counts, one after the other,`} from the law at t ={' '}
        {number(time)}
        {time !== asked && `, the nearest to ${number(asked)} that was learnt`}.
        {others.length > 0 && ` No law of ${others.join(', ')}: that never changes, or follows from the others.`}
      </p>
      <ReelControls what="count" length={steps.length} index={at} onIndex={setIndex} />
      <p className="microscope-sentence" role="status">
        {sampleSentence(steps, at)}
      </p>
      <div className="microscope-grid">
        <div>
          <Drawn step={steps[at]} />
          <State steps={steps} index={at} />
        </div>
        <div className="sample-law">
          <FigureView panel={panel} />
          <section aria-label="Where the uniform number falls">
            <h3>
              Where it falls <small className="muted">all counts end to end, 0 … 1</small>
            </h3>
            <Stretch step={steps[at]} from={from} to={to} />
          </section>
          <p>
            <button type="button" onClick={() => void keep()}>
              Save the law as CSV
            </button>
          </p>
        </div>
      </div>
    </>
  )
}

function Drawn({ step }: { step: WatchedStep }) {
  const { species, uniform, count, p, low, logQ } = step
  const { from, to } = landing(step)
  const chance = p[count - low]
  return (
    <section aria-label="Which count">
      <h3>Which count?</h3>
      <dl className="arithmetic">
        <dt>uniform u, 0 … 1</dt>
        <dd>{number(uniform)}</dd>
        <dt>
          P({species} &lt; {count})
        </dt>
        <dd>{number(from)}</dd>
        <dt>
          P({species} ≤ {count})
        </dt>
        <dd>{number(to)}</dd>
        <dt>count chosen</dt>
        <dd>
          <strong>
            {species} = {count}
          </strong>
        </dd>
        <dt>its probability</dt>
        <dd>{number(chance)}</dd>
        <dt>ln q so far</dt>
        <dd className="together">
          {number(logQ - Math.log(chance))} + ({number(Math.log(chance))}) = <strong>{number(logQ)}</strong>
        </dd>
      </dl>
    </section>
  )
}

/** More rows than this are not read. */
const mostRows = 40

/** The state as far as it is drawn. */
function State({ steps, index }: { steps: readonly WatchedStep[]; index: number }) {
  const first = Math.max(0, Math.min(index - mostRows / 2, steps.length - mostRows))
  const rows = steps.slice(first, first + mostRows)
  return (
    <section aria-label="State so far">
      <h3>State so far</h3>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">species</th>
            <th scope="col">count</th>
            <th scope="col">P</th>
            <th scope="col">ln q</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ species, count, p, low, logQ }, k) => {
            const known = first + k <= index
            return (
              <tr key={species} data-changed={first + k === index}>
                <th scope="row">{species}</th>
                <td className="numeric">{known ? count : '·'}</td>
                <td className="numeric">{known ? number(p[count - low]) : ''}</td>
                <td className="numeric">{known ? number(logQ) : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** Every count's share of the line from 0 to 1, the chosen one's marked, and the uniform number on it. */
function Stretch({ step, from, to }: { step: WatchedStep; from: number; to: number }) {
  const percent = (share: number) => `${(100 * share).toFixed(3)}%`
  const { p, uniform } = step
  let left = 0
  const segments = Array.from(p, (share, n) => {
    const segment = { n, left, share }
    left += share
    return segment
  }).filter(({ share }) => share > 1e-3)
  return (
    <div className="stretch" aria-hidden="true">
      {segments.map(({ n, left: at, share }) => (
        <span key={n} style={{ left: percent(at), width: percent(share) }} data-odd={n % 2 === 1} />
      ))}
      <span className="chosen" style={{ left: percent(from), width: percent(to - from) }} />
      <i style={{ left: percent(uniform) }} />
    </div>
  )
}
