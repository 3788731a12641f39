/** Where states are too many to write down: samples to learn from, and the laws of single counts to be compared. */
import { hellinger, totalVariation } from '../../numerics/distances'
import type { Problem, Run } from '../contract'
import { type Domain, encode, inputCount, type Setting } from '../design'
import { coordinates } from '../fsp/kernel'
import { sampledObservations } from '../teachers'
import type { Writer } from './writer'

/** Sampled states of the variables at each time, [path, variable]. Yields as it works. */
export async function* sampledStates(
  problem: Problem,
  paths: number,
  run: Run,
  first: number,
): AsyncGenerator<void, Int32Array[], void> {
  const observe = { moments: false, marginals: false, joints: [], trajectories: true }
  const { trajectories } = yield* sampledObservations({ ...problem, observe }, paths, run, first)
  const { axes } = coordinates(problem.network, problem.initial)
  const [replicates, Q, T] = trajectories.array.shape
  const { data } = trajectories.array
  return Array.from({ length: T }, (_, k) => {
    const states = new Int32Array(replicates * axes.length)
    for (let r = 0; r < replicates; r++) {
      axes.forEach((s, axis) => {
        states[r * axes.length + axis] = data[(r * Q + s) * T + k]
      })
    }
    return states
  })
}

/** Rows of an error map: of single counts, the largest distances and the largest difference in a mean or variance. */
export async function* measureSingles(
  problem: Problem,
  domain: Domain,
  writer: Writer,
  setting: Setting,
  times: Float64Array,
  { paths, first }: { readonly paths: number; readonly first: number },
  run: Run,
): AsyncGenerator<void, number[], void> {
  const rows: number[] = []
  const N = coordinates(problem.network, problem.initial).axes.length
  const sampled = yield* sampledStates({ ...problem, ...setting, times }, paths, run, first)
  const inputs = new Float64Array(inputCount(domain))
  for (const [k, states] of sampled.entries()) {
    const laws = await writer.singles(setting, Math.min(times[k], domain.horizon))
    const worst = [0, 0, 0]
    laws.forEach((q, i) => {
      const p = histogram(states, i, N, q.length)
      const [own, told] = [momentsOf(q), momentsOf(p)]
      const gaps = [hellinger({ p, q }), 2 * totalVariation({ p, q }), ...own.map((m, j) => Math.abs(m - told[j]))]
      worst[0] = Math.max(worst[0], gaps[0])
      worst[1] = Math.max(worst[1], gaps[1])
      worst[2] = Math.max(worst[2], gaps[2], gaps[3])
    })
    encode(domain, setting, times[k], inputs, 0)
    rows.push(...inputs, ...worst)
    yield
  }
  return rows
}

function histogram(states: Int32Array, i: number, N: number, width: number): Float64Array {
  const rows = states.length / N
  let most = width - 1
  for (let r = 0; r < rows; r++) most = Math.max(most, states[r * N + i])
  const p = new Float64Array(most + 1)
  for (let r = 0; r < rows; r++) p[states[r * N + i]] += 1 / rows
  return p
}

function momentsOf(p: Float64Array): [mean: number, variance: number] {
  const mean = p.reduce((sum, q, n) => sum + q * n, 0)
  return [mean, p.reduce((sum, q, n) => sum + q * (n - mean) ** 2, 0)]
}
