/**
 * The law at rest by following it: states keep up with the probability until it moves no more. For where states are too
 * many for an elimination, and rest is not far.
 */
import { mass } from '../../numerics/uniformise'
import { remedy } from '../broken'
import { Failure, type Problem, type Run, type Snapshot, type Solution } from '../contract'
import { leaving } from './exits'
import { type Following, follow, followSlice, heldRegion } from './follow'
import type { FspOptions } from './index'
import { planFor } from './plan'
import { short } from './projection'
import { type Recorder, recorder } from './record'
import { carry, type Region } from './region'
import { BrokenRate } from './region-lines'

/** Events in the first stage; each is twice as long as the one before. */
const firstEvents = 128
/** Of the tolerance: what may leave the states during a stage. */
const leakShare = 0.5
/** A law of which the second half of a stage moves more than this share of the first is not on its way to rest. */
const mostRatio = 0.8

/** A law as it was at the end of half a stage, summing to 1. */
interface Moment {
  readonly region: Region
  readonly law: Float64Array
}

/** How far from rest a stage has come. */
interface Approach {
  readonly distance: number
  /** l1 change during the second half of the stage. */
  readonly change: number
}

const how =
  'l1: what the law moved by in the last stage, continued as it slows, and what left its states before the slowest motion seen dies out; motion too slow to be seen is not in it'

/** Follow the law to rest, and give it at every output time. `done`: how much is, from 0 to 1; it does not fall. */
export async function* solveFollowed(
  problem: Problem,
  options: FspOptions,
  run: Run,
  done = { so: 0 },
): AsyncGenerator<Snapshot, Solution> {
  const record = recorder(problem)
  const planning = planFor(problem, { ...options, states: 'window', horizon: 'times' })
  let step = planning.next()
  for (; !step.done; step = planning.next());
  const tolerance = leakShare * options.tolerance
  let law = follow(problem, { ...options, tolerance }, step.value.inner, true, undefined, run.helpers)
  let [spent, stages, outflow] = [0, 0, 0]
  let reached: Approach = { distance: Number.POSITIVE_INFINITY, change: 1 }
  const snapshot = () => {
    const moves = stages > 0 ? `, moved by ${short(reached.change)} of late` : ''
    const phase = `law at rest, followed to t = ${short(spent + law.time)}: ${law.generator.states.toLocaleString('en')} states${moves}`
    done.so = Math.max(done.so, 1 - 0.9 ** stages)
    return { ...solution(law, record, spent, outflow), done: done.so, phase }
  }
  try {
    let span = firstEvents / law.generator.rate
    for (; span < Number.POSITIVE_INFINITY && reached.distance > options.tolerance; span *= 2) {
      law = stage(law, span)
      const start = momentOf(law)
      const to = function* (time: number) {
        while (law.time < time) {
          for (const _ of followSlice(law, time)) if (run.due()) yield snapshot
          if (run.due()) yield snapshot
        }
        return momentOf(law)
      }
      const middle = yield* to(span / 2)
      reached = approach(law, start, middle, yield* to(span))
      spent += span
      stages++
      outflow = outflowOf(law)
    }
    // Where nothing moves at the start, nothing ever will.
    const distance = stages > 0 ? reached.distance : 0
    normalise(law)
    for (const _ of problem.times) record.take({ ...heldRegion(law), distance, how })
    return solution(law, record, spent, outflowOf(law))
  } catch (thrown) {
    if (thrown instanceof BrokenRate) throw new Failure('propensity', `${thrown.message} in some state`, remedy)
    throw thrown
  } finally {
    law.ground.arena.release()
  }
}

/** The same law at the beginning of a stage of length `span`: it sums to 1, and nothing has been lost. */
function stage(law: Following, span: number): Following {
  normalise(law)
  return { ...law, horizon: span, time: 0, leaked: 0, rounding: 0, strayed: 0, journal: { intervals: [] } }
}

function normalise({ generator }: Following): void {
  const [law] = generator.matrix.transition.vectors
  const total = mass(law)
  for (let i = 0; i < law.length; i++) law[i] /= total
}

function momentOf({ generator: { region, matrix } }: Following): Moment {
  const law = matrix.transition.vectors[0].slice()
  const total = mass(law)
  for (let i = 0; i < law.length; i++) law[i] /= total
  return { region, law }
}

/** Judged by what the halves of a stage moved: c e^(−t/τ) is left where they moved c' and c' e^(−h/τ). */
function approach({ leaked, strayed, rounding }: Following, start: Moment, middle: Moment, end: Moment): Approach {
  const [first, change] = [apart(start, middle), apart(middle, end)]
  const noise = 2 * strayed + rounding
  const ratio = Math.max(change - noise, 0) / first
  if (!(ratio < mostRatio) && change > noise) return { distance: Number.POSITIVE_INFINITY, change }
  const left = ratio < mostRatio ? (change * ratio) / (1 - ratio) : 0
  // What leaves is missing, and misplaced where the rest is scaled up, for as long as the chain takes to forget it.
  const memory = ratio > 0 ? Math.min(1, 0.5 / -Math.log(Math.min(ratio, mostRatio))) : 0.5
  return { distance: left + noise + 2 * leaked * memory, change }
}

/** Σ |p − q|; 2 where rows lie along other axes, which they do only while the states still change much. */
function apart(a: Moment, b: Moment): number {
  if (a.region.inner !== b.region.inner) return 2
  const shared = new Float64Array(b.law.length)
  carry(a.law, a.region, shared, b.region)
  let sum = Math.max(0, 1 - mass(shared))
  for (let i = 0; i < shared.length; i++) sum += Math.abs(shared[i] - b.law[i])
  return sum
}

/** Probability that leaves the states per unit time; not asked while they are being laid out anew. */
function outflowOf({ generator: { sinks, lines, matrix } }: Following): number {
  let sum = 0
  for (let k = 0; k < sinks.count; k++) sum += leaving(sinks, k, lines, matrix.transition.vectors[0])
  return sum
}

function solution(
  { generator: { states }, growths, terms }: Following,
  record: Recorder,
  followed: number,
  outflow: number,
): Solution {
  return {
    observations: record.observations(),
    diagnostics: { states, outflow, growths, terms, followed },
    notes: { states: 'window: followed to rest' },
    warnings: record.warnings(),
  }
}
