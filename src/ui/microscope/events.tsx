import { useMemo, useState } from 'react'
import { type Reel, watch } from '../../analysis/microscope'
import type { Problem } from '../../solvers/contract'
import { grouped, number } from '../figure/ticks'
import { Counts } from './counts'
import { History } from './history'
import { look } from './look'
import { ReelControls } from './reel'
import { assignedBefore, sentenceOf } from './sentence'
import { When } from './when'
import { Which } from './which'

/** The direct method, event by event. */
export function Events({ problem, seed, replicate }: { problem: Problem; seed: number; replicate: number }) {
  const [index, setIndex] = useState(0)
  const { reel, why } = useMemo(() => look(() => watch(problem, seed, replicate), nothing), [problem, seed, replicate])
  const { network } = problem
  const end = problem.times.at(-1) ?? 0
  const at = Math.min(index, reel.steps.length - 1)
  const step = reel.steps[at]
  if (!step) return <p>{why || 'Nothing happens before the last output time: there is no event to look at.'}</p>
  return (
    <>
      <p className="muted">
        {grouped(reel.steps.length)} {reel.thinned ? 'draws' : 'events'}
        {reel.whole ? ` up to time ${number(end)}.` : '; the replicate goes on, but no more are kept here.'}
        {reel.thinned &&
          ' Rates depend on time: draws come at the bound of each rate, and those beyond the rate itself are thinned out.'}
      </p>
      <ReelControls what="event" length={reel.steps.length} index={at} onIndex={setIndex} />
      <p className="microscope-sentence" role="status">
        {assignedBefore(reel, at, network).map((words) => (
          <span key={words}>An event of the network has set {words}. </span>
        ))}
        {sentenceOf(network, step)}
      </p>
      <div className="microscope-grid">
        <div>
          <When step={step} thinned={reel.thinned} />
          <Counts network={network} step={step} />
        </div>
        <div>
          <Which network={network} step={step} thinned={reel.thinned} />
          <History network={network} steps={reel.steps} index={at} end={end} onIndex={setIndex} />
        </div>
      </div>
    </>
  )
}

const nothing: Reel = { steps: [], whole: true, thinned: false }
