/** Batches of replicates on the device, each counted there where it can be; or everything on the CPU. */

import { type Adapter, findAdapter } from '../../numerics/webgpu'
import { brokenPropensity, checkConstants, stateText } from '../broken'
import { Failure, type Problem, type Run } from '../contract'
import { observer, tallied } from '../ensemble'
import { whole as cpu } from '../ssa/kernel'
import { addReplicate, emptyTally, keptPaths, merge, type Share, type Tally } from '../tally'
import { jointShape } from '../tally-joint'
import type { SsaGpuOptions } from './index'
import { trouble } from './kernel'
import { maxCount, maxLanes } from './limits'
import { type Machine, openMachine } from './machine'

/** Lanes of the first batch, so that a picture comes soon, and by how much batches may grow from one to the next. */
const firstBatch = 1024
const growth = 8
/** A batch that asked to yield less often than the first was brief; more often than the second, the picture waits. */
const [brief, long] = [8, 32]
/** Lanes of a batch that is counted on the CPU: a few hundredths of a second. */
const hostBatch = 4096
/** Steps of a lane in one dispatch: from a millisecond's work on slow devices to what a lane counts without overflow. */
const budgets = { least: 16, first: 64, most: 2 ** 14 }

export const method = tallied<SsaGpuOptions>({
  replicates: (options) => options.replicates,
  async site(problem, options) {
    if (!hasWork(problem)) return { device: 'cpu' }
    if (await findAdapter(options.adapter)) return { device: 'gpu' }
    return {
      device: 'cpu',
      warning: 'There is no GPU that this host lets be used: "ssa" drew the replicates, on the CPU.',
    }
  },
  async *tally(problem, options, run, share) {
    const adapter = hasWork(problem) ? await findAdapter(options.adapter) : null
    if (adapter) return yield* onDevice(adapter, problem, options, run, share)
    const { method, defaults } = await cpu()
    const { replicates, trajectories } = options
    return yield* method.ensemble!.tally(problem, { ...defaults, replicates, trajectories }, run, share)
  },
})

/** Whether there is anything to calculate. */
const hasWork = ({ network: { species, reactions }, times }: Problem): boolean =>
  species.length > 0 && reactions.length > 0 && times.length > 0

async function* onDevice(
  adapter: Adapter,
  problem: Problem,
  options: SsaGpuOptions,
  run: Run,
  { first, step, until }: Share,
): AsyncGenerator<Tally, Tally> {
  checkConstants(problem)
  const T = problem.times.length
  // The first stream's state is one to one with the seed.
  const machine = await openMachine(adapter, problem, run.rng(0).words)
  try {
    let tally = emptyTally(problem)
    const paths = keptPaths(problem, options.trajectories)
    if (problem.observe.trajectories) tally.pathsLeftOut = Math.max(0, Math.min(options.trajectories, until) - paths)
    let budget = budgets.first
    let size = firstBatch
    let pace = 0
    for (let next = first; next < until; ) {
      const lanes = Math.min(size, machine.capacity, Math.ceil((until - next) / step))
      machine.begin(next, step, lanes)
      let [passed, dues] = [0, 0]
      for (let running = lanes; running > 0; ) {
        const progress = await machine.advance(budget)
        if (progress.trouble > 0) throw await diagnosis(problem, machine, progress.trouble)
        running = progress.running
        passed += progress.passed
        tally.events += progress.events
        tally.underway = passed / T
        // The host asks for a yield about every 15 ms: a dispatch takes about as long, far from any watchdog.
        const due = run.due()
        budget = due ? Math.max(budgets.least, budget / 2) : Math.min(budgets.most, budget * 2)
        if (!due) continue
        dues++
        yield tally
      }
      if (passed !== lanes * T) {
        machine.giveUp()
        throw new Failure('device', 'The GPU skipped some of its work.', 'use "ssa"')
      }
      const counted = next < paths ? null : await countedThere(problem, machine)
      const batch = counted ?? tallyRecords(problem, await machine.records(), { first: next, step, lanes, paths })
      batch.replicates = lanes
      tally.underway = 0
      tally = merge([tally, batch])
      const fits = counted !== null || next < paths
      const grown = fits ? nextSize(size, pace, dues) : hostBatch
      pace = size / (dues + 1)
      size = grown
      next += lanes * step
      if (run.due()) yield tally
    }
    return tally
  } finally {
    machine.close()
  }
}

/**
 * A device that is not yet full takes no longer for more lanes: batches grow while that makes it faster. One that is full
 * takes as much longer, and a picture comes with every batch: they stay below half a second. Results are the same.
 */
function nextSize(size: number, pace: number, dues: number): number {
  const faster = size / (dues + 1) > 1.3 * pace
  if (faster || dues < brief) return Math.min(growth * size, maxLanes)
  return dues > long ? Math.max(firstBatch, size / 2) : size
}

/** A batch counted by the device; null where it cannot: a quantity is not whole, negative, or beyond its histogram. */
async function countedThere(problem: Problem, machine: Machine): Promise<Tally | null> {
  if (!machine.counts) return null
  const tally = emptyTally(problem)
  const { most, least } = await machine.extents()
  if (least.some((value) => value < 0) || most.some((value) => value >= tally.cells)) return null
  const row = 2 ** Math.ceil(Math.log2(Math.max(16, ...most.map((value) => value + 1))))
  const hits = await machine.marginals(row)
  tally.quantities.forEach((quantity, q) => {
    quantity.row = row
    quantity.near = hits.slice(q * tally.times * row, (q + 1) * tally.times * row)
  })
  for (const joint of tally.joints) {
    const shape = jointShape(tally.times, most[joint.a], most[joint.b])
    joint.hits = await machine.joint(joint.a, joint.b, shape)
    Object.assign(joint, shape, { rowMost: most[joint.a], columnMost: most[joint.b] })
  }
  return tally
}

/** Replicates first, first + step, … of which those below `paths` are kept. */
interface Batch {
  readonly first: number
  readonly step: number
  readonly lanes: number
  readonly paths: number
}

/** The same from the records [time, species, lane], replicate by replicate: anything can be counted so. */
export function tallyRecords(problem: Problem, records: Int32Array, { first, step, lanes, paths }: Batch): Tally {
  const tally = emptyTally(problem)
  const observed = observer(problem, false)
  const rows = records.length / lanes
  const place = { records: new Float64Array(rows), recorded: problem.times.length }
  for (let lane = 0; lane < lanes; lane++) {
    for (let i = 0; i < rows; i++) place.records[i] = records[i * lanes + lane]
    const replicate = first + lane * step
    if (replicate < paths) {
      const path = { replicate, values: new Float64Array(observed.length) }
      observed.fill(path, place)
      tally.paths.push(path)
    }
    addReplicate(tally, observed.values(place))
  }
  return tally
}

async function diagnosis(problem: Problem, machine: Machine, found: number): Promise<Failure> {
  const { counts, time } = await machine.stuck()
  const where = stateText(problem, counts, time)
  const hint = 'use "ssa", which counts and calculates in double precision'
  if (counts.some((count) => count > maxCount)) {
    return new Failure(
      'explosion',
      `A count has passed ${maxCount}, the largest that the GPU tells apart, at ${where}.`,
      hint,
    )
  }
  if (found === trouble.draws) {
    return new Failure(
      'explosion',
      `A replicate has used up all random numbers that the GPU has for it, at ${where}.`,
      hint,
    )
  }
  return brokenPropensity(problem, counts, time)
}
