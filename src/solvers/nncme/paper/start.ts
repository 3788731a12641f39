/** Where the papers' training begins: the law at time 0, or an exact one shortly after. */
import { evaluators } from '../../../network/evaluate'
import { cos } from '../../../numerics/elementary'
import { adam, clip } from '../../../numerics/learning/adam'
import { type Batch, type Nade, setConditional, walk } from '../../../numerics/learning/nade'
import { differentiate, gradientSum } from '../../../numerics/learning/nade-gradient'
import { poisson } from '../../../numerics/statistics'
import type { Variates } from '../../../numerics/variates'
import type { Problem } from '../../contract'
import type { Axis } from './local-ratio'

/**
 * Independent counts at time 0, all probabilities positive. `smoothed`: each count keeps 1 − share of its initial value,
 * the rest is even over all other counts. `poisson`: with the initial counts as means, within the caps.
 */
export function initialLaws(
  { initial }: Problem,
  axes: readonly Axis[],
  caps: ArrayLike<number>,
  kind: 'smoothed' | 'poisson',
  share: number,
): Float64Array[] {
  return axes.map(({ species, low }, s) => {
    const size = caps[s] + 1
    const start = initial[species] - low
    if (kind === 'poisson' && initial[species] > 0) {
      const law = Float64Array.from({ length: size }, (_, m) => Math.max(poisson(initial[species], low + m), 1e-300))
      const sum = law.reduce((a, b) => a + b, 0)
      return law.map((p) => p / sum)
    }
    if (size === 1) return Float64Array.of(1)
    return Float64Array.from({ length: size }, (_, m) => (m === start ? 1 - share : share / (size - 1)))
  })
}

/** Hold a law of independent counts exactly: biases are its logarithms, and no hidden unit says anything yet. */
export function holdProduct(net: Nade, laws: readonly Float64Array[]): void {
  laws.forEach((law, s) => {
    setConditional(net, s, law)
    const v = net.at.v[s]
    net.parameters.fill(0, v, v + law.length * net.hidden)
  })
}

/**
 * States at time `until` by exact simulation from the initial counts, within the box: [replicate, axis]. Rates that
 * read the time stand still for `still` at a time, as they do in every step of the papers.
 */
export function simulate(
  { network, parameters, initial }: Problem,
  axes: readonly Axis[],
  caps: ArrayLike<number>,
  until: number,
  still: number,
  replicates: number,
  source: Variates,
): Int32Array {
  const { propensities } = evaluators(network, parameters)
  const S = axes.length
  const moves = network.reactions.map(({ net }) => net)
  const [least, largest] = [Float64Array.from(initial), Float64Array.from(initial)]
  axes.forEach(({ species, low }, s) => {
    least[species] = low
    largest[species] = low + caps[s]
  })
  const leaves = (s: number, count: number) => count < least[s] || count > largest[s]
  const a = new Float64Array(moves.length)
  const x = Float64Array.from(initial)
  const states = new Int32Array(replicates * S)
  for (let k = 0; k < replicates; k++) {
    x.set(initial)
    for (let from = 0; from < until; from += still) {
      const end = Math.min(until, from + still)
      for (let t = from; ; ) {
        let total = 0
        for (let r = 0; r < a.length; r++) {
          const blocked = moves[r].some(({ species, count }) => leaves(species, x[species] + count))
          a[r] = blocked ? 0 : propensities[r](x, from)
          total += a[r]
        }
        if (!(total > 0)) break
        t += source.exponential() / total
        if (t >= end) break
        let rest = source.uniform() * total
        let chosen = 0
        for (let r = 0; r < a.length; r++) {
          if (a[r] === 0) continue
          chosen = r
          rest -= a[r]
          if (rest < 0) break
        }
        for (const { species, count } of moves[chosen]) x[species] += count
      }
    }
    axes.forEach(({ species, low }, s) => {
      states[k * S + s] = x[species] - low
    })
  }
  return states
}

/** Fit states by maximum likelihood: Adam on batches, its rate falling as a cosine from `rate` to 0. */
export function* maximise(
  net: Nade,
  batch: Batch,
  states: Int32Array,
  updates: number,
  rate: number,
  source: Variates,
): Generator<number, void> {
  const S = net.caps.length
  const rows = states.length / S
  const gradient = new Float64Array(net.parameters.length)
  const coefficients = new Float64Array(batch.capacity)
  const descent = adam(gradient.length)
  batch.size = Math.min(batch.capacity, rows)
  coefficients.fill(-1 / batch.size, 0, batch.size)
  for (let k = 0; k < updates; k++) {
    let loss = 0
    for (let b = 0; b < batch.size; b++) {
      const row = Math.floor(source.uniform() * rows)
      batch.counts.set(states.subarray(row * S, row * S + S), b * S)
    }
    walk(net, batch)
    for (let b = 0; b < batch.size; b++) loss -= batch.logQ[b] / batch.size
    differentiate(net, batch)
    gradientSum(net, batch, coefficients, gradient)
    clip(gradient, 1)
    descent.step(net.parameters, gradient, 0.5 * rate * (1 + cos((Math.PI * k) / updates)))
    yield loss
  }
}
