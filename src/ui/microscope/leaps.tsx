import { useMemo, useState } from 'react'
import { type LeapReel, watchLeaps } from '../../analysis/leap-microscope'
import type { Problem } from '../../solvers/contract'
import type { LeapOptions } from '../../solvers/tau-leap/kernel'
import { grouped, number } from '../figure/ticks'
import { Counts } from './counts'
import { Firings } from './firings'
import { History } from './history'
import { look } from './look'
import { ReelControls } from './reel'
import { leapSentence, limitWords } from './sentence'

interface LeapsProps {
  readonly problem: Problem
  readonly options: Omit<LeapOptions, 'share'>
  readonly seed: number
  readonly replicate: number
}

/** Tau-leaping, leap by leap. */
export function Leaps({ problem, options, seed, replicate }: LeapsProps) {
  const [index, setIndex] = useState(0)
  const { reel, why } = useMemo(
    () => look(() => watchLeaps(problem, options, seed, replicate), nothing),
    [problem, options, seed, replicate],
  )
  const { network } = problem
  const end = problem.times.at(-1) ?? 0
  const at = Math.min(index, reel.steps.length - 1)
  const step = reel.steps[at]
  if (!step) return <p>{why || 'Nothing happens before the last output time: there is no leap to look at.'}</p>
  const events = reel.steps.filter(({ limit }) => limit === 'event').length
  return (
    <>
      <p className="muted">
        {grouped(reel.steps.length - events)} leaps and {grouped(events)} events by themselves
        {reel.whole ? ` up to time ${number(end)}.` : '; the replicate goes on, but no more are kept here.'}
      </p>
      <ReelControls what="leap" length={reel.steps.length} index={at} onIndex={setIndex} />
      <p className="microscope-sentence" role="status">
        {leapSentence(network, step)}
      </p>
      <div className="microscope-grid">
        <div>
          <section aria-label="How far">
            <h3>How far?</h3>
            <dl className="arithmetic">
              <dt>longest leap allowed</dt>
              <dd>{number(step.longest)}</dd>
              <dt>leap taken, tau</dt>
              <dd>{number(step.at - step.from)}</dd>
              <dt>limited by</dt>
              <dd>{limitWords(step)}</dd>
              <dt>time</dt>
              <dd className="together">
                {number(step.from)} → <strong>{number(step.at)}</strong>
              </dd>
            </dl>
          </section>
          <Counts network={network} step={step} />
        </div>
        <div>
          <Firings network={network} step={step} />
          <History network={network} steps={reel.steps} index={at} end={end} onIndex={setIndex} />
        </div>
      </div>
    </>
  )
}

const nothing: LeapReel = { steps: [], whole: true }
