/** States that hold next to nothing are let go. */
import { mass } from '../../numerics/uniformise'
import { floors } from './floors'
import type { Following } from './follow'
import { budgetOf, granted } from './projection'
import { rebuild } from './rebuild'
import { noPieces, regionInSteps } from './region'
import type { Steps } from './steps'

/** Of the rate at which probability may be lost: what states may leak when let go. */
const shedShare = 0.03
/** Of what may still be lost by now: what states let go may hold. */
const dropShare = 0.25
/** States are let go when that saves this share of the work. */
const worthwhile = 0.1
/** How many slices ahead a rising probability is foreseen. */
const foresight = 2
/** More than this a probability is not taken to rise: what has just been added has risen from 0. */
const mostRise = 1e3

/**
 * Let go of states that hold next to nothing, if that saves much: those that leak, or are, the least, up to a share of
 * what may still be lost. Returns the probability that was in them.
 */
export function* shed(following: Following, before: Float64Array): Steps<number> {
  const { generator, horizon, time, leaked } = following
  const budget = budgetOf(following)
  const { region, outflow, rate, states } = generator
  const law = generator.matrix.transition.vectors[0]
  const left = horizon - time
  // What leaves a state enters it, about: so much would leak instead. Where probability rises that is foreseen; where it
  // falls it is taken as it is.
  const weight = new Float64Array(states)
  const weights = floors()
  for (let i = 0; i < states; i++) {
    const p = law[i]
    const rise = p > before[i] ? Math.min(mostRise, (p / before[i]) ** foresight) : 1
    weight[i] = p * (outflow[i] + 1 / left) * rise
    weights.add(weight[i])
  }
  const floor = weights.below((shedShare * budget) / horizon)
  let kept = 0
  let highest = 0
  let lost = 0
  for (let i = 0; i < states; i++) {
    if (weight[i] < floor) {
      lost += law[i]
      continue
    }
    kept++
    if (outflow[i] > highest) highest = outflow[i]
  }
  if (kept === 0 || kept * highest > (1 - worthwhile) * states * rate) return 0
  if (lost > dropShare * (granted(following, budget, time) - leaked)) return 0
  const pieces = noPieces()
  const lawKept = law.slice()
  const width = region.outer.length
  for (let row = 0; row < region.rows; row++) {
    for (let i = region.first[row]; i < region.first[row + 1]; i++) {
      const begin = i
      while (i < region.first[row + 1] && weight[i] >= floor) i++
      if (i === begin) continue
      for (let j = 0; j < width; j++) pieces.at.push(region.at[row * width + j])
      pieces.low.push(region.low[row] + begin - region.first[row])
      pieces.length.push(i - begin)
    }
  }
  yield
  yield* rebuild(following, yield* regionInSteps(following.space, region.inner, pieces), lawKept)
  const now = Math.max(0, 1 - mass(following.generator.matrix.transition.vectors[0]))
  const gone = Math.max(0, now - leaked)
  following.leaked = now
  following.dropped += gone
  return gone
}
