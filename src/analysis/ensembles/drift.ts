/**
 * How far composed hops are from the exact law, hop by hop. Where the states are few, the laws themselves are composed: no
 * path is drawn, and what is seen is the network's own error as it adds up. Elsewhere counts of sampled paths are compared,
 * which are apart by the floor of sampling even where nothing is wrong.
 */
import { hellinger } from '../../numerics/distances'
import { Failure } from '../../solvers/contract'
import { recover } from '../../solvers/fsp/space'
import { fspLaws } from '../inference/fsp-laws'
import type { Law } from '../inference/likelihood'
import { type Composed, type HopPlan, hopTimes } from './compose'
import { type Asked, cellsOf, type HopKernel, promptsOf, uncell } from './kernel'

export interface Drift {
  /** `composed`: of the laws; `sampled`: of the paths, the largest of the single species. */
  readonly kind: 'composed' | 'sampled'
  /** Hellinger distance from the exact law, at each time from 0 on. */
  readonly hellinger: Float64Array
  /** What sampling alone would give; 0 where nothing is sampled. */
  readonly floor: Float64Array
}

/** States whose laws are composed as a matrix. */
const mostStates = 1500
/** States with less mass are not followed. */
const rare = 1e-12
const tolerance = 1e-9

/** Exact laws of all axes at the times of the hops; undefined where they cannot be had. */
export function* exactLaws(
  { network, parameters, initial }: Asked,
  kernel: HopKernel,
  times: Float64Array,
): Generator<void, readonly Law[] | undefined, void> {
  const laws = fspLaws({ network, initial, quantities: [...kernel.space.axes] }, [...times], tolerance)
  try {
    return yield* laws(parameters, () => {
      throw new Error('a projection draws nothing')
    })
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

export function* drift(
  kernel: HopKernel,
  asked: Asked,
  plan: HopPlan,
  composed: Composed,
  exact: readonly Law[],
): Generator<void, Drift, void> {
  const states = kernel.conditionals.blocks.reduce((product, block) => product * cellsOf(block), 1)
  return states <= mostStates ? yield* ofLaws(kernel, asked, plan, exact) : ofPaths(kernel, asked, composed, exact)
}

function* ofLaws(
  kernel: HopKernel,
  { initial }: Asked,
  plan: HopPlan,
  exact: readonly Law[],
): Generator<void, Drift, void> {
  const times = hopTimes(plan)
  const { axes } = kernel.space
  const key = (counts: Float64Array) => axes.map((s) => counts[s]).join()
  let law = new Map<string, { readonly counts: Float64Array; mass: number }>([
    [key(initial), { counts: initial, mass: 1 }],
  ])
  const distance = new Float64Array(times.length)
  const rows = new Map<string, readonly { readonly counts: Float64Array; readonly p: number }[]>()
  for (let j = 1; j < times.length; j++) {
    const lag = times[j] - times[j - 1]
    const next: typeof law = new Map()
    for (const [from, { counts, mass }] of law) {
      if (mass < rare) continue
      const name = `${from};${lag.toPrecision(12)}`
      const row = rows.get(name) ?? rowOf(kernel, counts, lag)
      rows.set(name, row)
      for (const { counts: to, p } of row) {
        const place = key(to)
        const known = next.get(place)
        if (known) known.mass += mass * p
        else next.set(place, { counts: to, mass: mass * p })
      }
      yield
    }
    law = next
    const Q = axes.length
    const known = exact[j]
    const p = new Map<string, number>()
    known.p.forEach((mass, k) => {
      p.set(known.values.subarray(k * Q, (k + 1) * Q).join(), mass)
    })
    const all = [...new Set([...p.keys(), ...law.keys()])]
    distance[j] = hellinger({
      p: Float64Array.from(all, (place) => p.get(place) ?? 0),
      q: Float64Array.from(all, (place) => law.get(place)?.mass ?? 0),
    })
  }
  return { kind: 'composed', hellinger: distance, floor: new Float64Array(times.length) }
}

/** The law after one hop from some counts, over all that can be; it sums to one. */
function rowOf(kernel: HopKernel, from: Float64Array, lag: number) {
  const { conditionals, space } = kernel
  const prompts = promptsOf(kernel, [from], lag)
  let list: { cells: readonly number[]; p: number }[] = [{ cells: [], p: 1 }]
  conditionals.blocks.forEach((block, i) => {
    const W = cellsOf(block)
    const before = Array.from({ length: i }, (_, k) => Int32Array.from(list, ({ cells }) => cells[k]))
    const laws = conditionals.laws(i, prompts, before, list.length)
    list = list.flatMap(({ cells, p }, row) =>
      Array.from({ length: W }, (_, n) => ({ cells: [...cells, n], p: p * laws[row * W + n] })).filter(
        (one) => one.p > rare,
      ),
    )
  })
  const found = list.flatMap(({ cells, p }) => {
    const counts = from.slice()
    cells.forEach((cell, i) => {
      uncell(kernel, i, cell, counts)
    })
    return recover(space.axes, space.dependents, counts) ? [{ counts, p }] : []
  })
  const total = found.reduce((sum, { p }) => sum + p, 0)
  return found.map(({ counts, p }) => ({ counts, p: p / total }))
}

function ofPaths({ space }: HopKernel, { network }: Asked, { counts, times }: Composed, exact: readonly Law[]): Drift {
  const [T, S] = [times.length, network.species.length]
  const M = counts.length / (T * S)
  const distance = new Float64Array(T)
  const floor = new Float64Array(T)
  for (let j = 0; j < T; j++) {
    space.axes.forEach((s, q) => {
      const p = marginal(exact[j], q, space.axes.length)
      const seen = new Float64Array(p.length)
      let far = 0
      for (let i = 0; i < M; i++) {
        const n = counts[(i * T + j) * S + s]
        if (n < seen.length) seen[n] += 1 / M
        else far += 1 / M
      }
      const bins = p.reduce((sum, mass) => sum + (mass > 1 / M ? 1 : 0), 0)
      distance[j] = Math.max(distance[j], hellinger({ p: Float64Array.of(...p, 0), q: Float64Array.of(...seen, far) }))
      floor[j] = Math.max(floor[j], Math.sqrt(Math.max(0, bins - 1) / (8 * M)))
    })
  }
  return { kind: 'sampled', hellinger: distance, floor }
}

/** Of the q-th of Q quantities, over counts from 0 on. */
export function marginal({ values, p }: Law, q: number, Q: number): Float64Array {
  let most = 0
  p.forEach((_, k) => {
    most = Math.max(most, values[k * Q + q])
  })
  const law = new Float64Array(most + 1)
  p.forEach((mass, k) => {
    law[values[k * Q + q]] += mass
  })
  return law
}
