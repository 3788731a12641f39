/**
 * Paths of learnt hops (Liu & Wang 2024, doi:10.1073/pnas.2317422121): x_{j+1} ~ q(· | x_j, Δ), for all paths of an
 * ensemble at once. States that several paths share are asked about once. The probability of a path is the product of those
 * of its hops.
 */
import { log } from '../../numerics/elementary'
import { stream } from '../../numerics/rng'
import { Failure } from '../../solvers/contract'
import { recover } from '../../solvers/fsp/space'
import { type Asked, atEdge, cellsOf, type HopKernel, promptsOf, uncell } from './kernel'

export interface HopPlan {
  /** Time of one hop, in the model's unit; the last one may be shorter. */
  readonly hop: number
  readonly until: number
  readonly paths: number
  readonly seed: number
}

export interface Composed {
  /** From 0 on. */
  readonly times: Float64Array
  /** [path, time, species] */
  readonly counts: Float64Array
  /** [path]: ln of the probability of its hops. */
  readonly logProbability: Float64Array
  readonly hops: number
  /** Hops that began at counts that were not learnt from: extrapolated. */
  readonly beyond: number
  /** Hops that ended at the largest count that the laws hold: there may be more beyond. */
  readonly edge: number
}

/** Largest ensemble: numbers of one. */
const mostNumbers = 2e7
/** Rows that are asked about at once. */
const chunk = 1024
/** Paths begin at this stream of the seed. */
const firstStream = 2 ** 20

/** Times of the hops, from 0 on. */
export function hopTimes({ hop, until }: Pick<HopPlan, 'hop' | 'until'>): Float64Array {
  const whole = Math.floor(until / hop + 1e-9)
  const times = Array.from({ length: whole + 1 }, (_, j) => j * hop)
  if (until - whole * hop > 1e-9 * until) times.push(until)
  return Float64Array.from(times)
}

/** Yields after every chunk, with the share that is done. */
export function* compose(
  kernel: HopKernel,
  { network, initial }: Asked,
  plan: HopPlan,
): Generator<number, Composed, void> {
  checkPlan(kernel, plan, network.species.length)
  const times = hopTimes(plan)
  const { paths: M, seed } = plan
  const [T, S] = [times.length, network.species.length]
  const counts = new Float64Array(M * T * S)
  const logProbability = new Float64Array(M)
  const streams = Array.from({ length: M }, (_, i) => stream(seed, firstStream + i))
  const now = Array.from({ length: M }, () => initial.slice())
  for (let i = 0; i < M; i++) counts.set(initial, i * T * S)
  let [beyond, edge] = [0, 0]
  for (let j = 1; j < T; j++) {
    const lag = times[j] - times[j - 1]
    for (const from of now) if (!kernel.inside(from)) beyond++
    for (let first = 0; first < M; first += chunk) {
      const those = Array.from({ length: Math.min(chunk, M - first) }, (_, k) => first + k)
      edge += leap(kernel, those, now, lag, (path) => streams[path].uniform(), logProbability)
      yield (j - 1 + first / M) / (T - 1)
    }
    for (let i = 0; i < M; i++) counts.set(now[i], (i * T + j) * S)
  }
  return { times, counts, logProbability, hops: M * (T - 1), beyond, edge }
}

function checkPlan({ horizon }: HopKernel, { hop, until, paths }: HopPlan, species: number): void {
  if (!(hop > 0) || !(until > 0)) throw new Failure('question', 'a hop and the end are times above 0')
  if (hop > horizon * (1 + 1e-9)) {
    throw new Failure(
      'learnt',
      `a hop of ${hop} is longer than ${horizon}, the longest that was learnt`,
      'hop less far',
    )
  }
  if (!(paths * (until / hop + 2) * species <= mostNumbers)) {
    throw new Failure(
      'question',
      `${paths} paths of ${Math.ceil(until / hop)} hops are too many to keep`,
      'ask for fewer',
    )
  }
}

/** One hop of some paths, in place; returns how many landed at the edge. */
function leap(
  kernel: HopKernel,
  paths: readonly number[],
  now: Float64Array[],
  lag: number,
  uniform: (path: number) => number,
  logProbability: Float64Array,
): number {
  const { conditionals, space } = kernel
  /** Distinct rows, and the row of each path. */
  let rows = distinct(paths.map((path) => now[path].join()))
  const from = rows.first.map((k) => now[paths[k]])
  let prompts = promptsOf(kernel, from, lag)
  let before: readonly Int32Array[] = []
  const next = paths.map((path) => now[path].slice())
  let edge = 0
  const landed = paths.map(() => false)
  conditionals.blocks.forEach((block, i) => {
    const W = cellsOf(block)
    const laws = conditionals.laws(i, prompts, before, rows.first.length)
    const cells = paths.map((path, k) => {
      const law = laws.subarray(rows.of[k] * W, (rows.of[k] + 1) * W)
      const { cell, p } = drawn(law, uniform(path))
      logProbability[path] += log(p)
      uncell(kernel, i, cell, next[k])
      landed[k] ||= atEdge(kernel, i, cell)
      return cell
    })
    if (i + 1 === conditionals.blocks.length) return
    const width = prompts.length / rows.first.length
    const finer = distinct(cells.map((cell, k) => `${rows.of[k]},${cell}`))
    const of = finer.first.map((k) => rows.of[k])
    prompts = Float64Array.from(of.flatMap((row) => [...prompts.subarray(row * width, (row + 1) * width)]))
    before = [
      ...before.map((column) => Int32Array.from(of, (row) => column[row])),
      Int32Array.from(finer.first, (k) => cells[k]),
    ]
    rows = finer
  })
  paths.forEach((path, k) => {
    // Where conservation forbids what the network drew, the path stays: that is rare, and counted as an edge.
    if (recover(space.axes, space.dependents, next[k])) now[path] = next[k]
    else landed[k] = true
    if (landed[k]) edge++
  })
  return edge
}

/** Distinct keys in the order in which they come: where each is first, and which each entry is. */
function distinct(keys: readonly string[]): { readonly first: readonly number[]; readonly of: Int32Array } {
  const index = new Map<string, number>()
  const first: number[] = []
  const of = Int32Array.from(keys, (key, k) => {
    const known = index.get(key)
    if (known !== undefined) return known
    index.set(key, first.length)
    first.push(k)
    return first.length - 1
  })
  return { first, of }
}

function drawn(law: Float64Array, u: number): { readonly cell: number; readonly p: number } {
  let total = 0
  for (let n = 0; n < law.length; n++) total += law[n]
  let left = u * total
  let cell = 0
  while (cell + 1 < law.length && left >= law[cell]) left -= law[cell++]
  // A uniform number that rounding carries past the end lands on a count that can be.
  while (cell > 0 && !(law[cell] > 0)) cell--
  return { cell, p: law[cell] / total }
}
