/** NADE against enumeration of its whole law and differences of its own log-probability. */
import { describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { chiSquare, twoSided } from '../statistics'
import { variates } from '../variates'
import { batchOf, initialise, type Nade, nade, sample, walk } from './nade'
import { differentiate, gradientSum, gram } from './nade-gradient'
import { grow, sortStates, stateOf, treeGradient, treeGram, treeOf } from './nade-tree'

const shapes = [
  { name: 'a box', caps: [1, 3, 2], total: undefined },
  { name: 'a fixed total', caps: [2, 4, 4], total: 4 },
]

function drawn(caps: readonly number[], total?: number, seed = 1): Nade {
  const net = nade(caps, 5, total)
  const source = variates()
  source.start(stream(seed, 0))
  initialise(net, source, 2)
  for (let i = 0; i < net.parameters.length; i++) net.parameters[i] += 0.3 * source.normal()
  return net
}

/** Every state of the box. */
function states(caps: readonly number[]): number[][] {
  return caps.reduce<number[][]>(
    (all, cap) => all.flatMap((x) => Array.from({ length: cap + 1 }, (_, m) => [...x, m])),
    [[]],
  )
}

function evaluated(net: Nade, of: readonly (readonly number[])[]) {
  const batch = batchOf(net, of.length)
  batch.counts.set(of.flat())
  walk(net, batch)
  return batch
}

describe.each(shapes)('NADE on $name', ({ caps, total }) => {
  const net = drawn(caps, total)
  const all = states(caps)
  const law = Array.from(evaluated(net, all).logQ.subarray(0, all.length), Math.exp)

  it('is normalised over its box, and nothing lies off the total', () => {
    expect(law.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 13)
    all.forEach((x, k) => {
      if (total !== undefined && x[0] + x[1] + x[2] !== total) expect(law[k]).toBe(0)
      else expect(law[k]).toBeGreaterThan(0)
    })
  })

  it('draws from that law, and knows how likely each draw was', () => {
    // 20,000 draws: a probability that is off by a tenth of itself, in a cell of 0.1, moves χ² by 200/9 standard deviations.
    const batch = batchOf(net, 20_000)
    const source = variates()
    source.start(stream(5, 1))
    sample(net, batch, source)
    const seen = new Float64Array(all.length)
    const place = new Map(all.map((x, k) => [x.join(), k]))
    for (let b = 0; b < batch.size; b++) {
      const k = place.get(Array.from(batch.counts.subarray(3 * b, 3 * b + 3)).join())!
      seen[k]++
      expect(batch.logQ[b]).toBeCloseTo(Math.log(law[k]), 12)
      expect(batch.logDrawn[b]).toBeCloseTo(batch.logQ[b], 12)
    }
    expect(chiSquare(seen, law).pValue).toBeGreaterThan(twoSided(4.5))
  })

  it.each([
    { kind: 'tempered', alpha: 0.3 },
    { kind: 'diffusive', width: 3 },
    { kind: 'spread', share: 0.4 },
  ] as const)('draws from a $kind proposal whose probabilities sum to 1 over the law', (proposal) => {
    const batch = batchOf(net, 20_000)
    const source = variates()
    source.start(stream(6, 1))
    sample(net, batch, source, proposal)
    // E_proposal[q/proposal] = Σ q over what the proposal reaches, which is everything: 1.
    const weights = Array.from({ length: batch.size }, (_, b) => Math.exp(batch.logQ[b] - batch.logDrawn[b]))
    const mean = weights.reduce((a, b) => a + b, 0) / batch.size
    const variance = weights.reduce((a, b) => a + (b - mean) ** 2, 0) / batch.size
    expect(variance).toBeGreaterThan(0.01)
    expect(Math.abs(mean - 1)).toBeLessThan(4.5 * Math.sqrt(variance / batch.size))
  })

  it('has the gradients of its log-probability', () => {
    const possible = all.filter((_, k) => law[k] > 0).slice(0, 7)
    const batch = evaluated(net, possible)
    differentiate(net, batch)
    const own = new Float64Array(net.parameters.length)
    const h = 1e-5
    for (let b = 0; b < possible.length; b++) {
      const unit = new Float64Array(possible.length)
      unit[b] = 1
      gradientSum(net, batch, unit, own)
      for (let p = 0; p < own.length; p++) {
        const kept = net.parameters[p]
        net.parameters[p] = kept + h
        const above = evaluated(net, [possible[b]]).logQ[0]
        net.parameters[p] = kept - h
        const below = evaluated(net, [possible[b]]).logQ[0]
        net.parameters[p] = kept
        // Central differences: h² for the third derivative, 1e-16/h for rounding.
        expect(Math.abs(own[p] - (above - below) / (2 * h)), `sample ${b}, parameter ${p}`).toBeLessThan(1e-8)
      }
    }
  })

  it('plants given states as it grows drawn ones', () => {
    const [one, other] = [treeOf(net, 300), treeOf(net, 300)]
    const source = variates()
    source.start(stream(8, 2))
    grow(net, one, source, { samples: 300 })
    const { size, drawn } = one.leaves
    const counts = new Int32Array(3)
    // Each as often as it was drawn, the last first.
    const rows = Array.from({ length: size }, (_, u) => {
      stateOf(one, u, counts)
      return Array.from({ length: drawn[u] }, () => [...counts]).flat()
    })
    const given = sortStates(Int32Array.from(rows.reverse().flat()), net.caps)
    grow(net, other, source, { samples: 300, given })
    expect(size).toBeLessThan(300)
    expect(other.leaves.size).toBe(size)
    for (const part of ['count', 'parent', 'drawn', 'logQ', 'logDrawn'] as const) {
      expect(other.leaves[part].subarray(0, size), part).toEqual(one.leaves[part].subarray(0, size))
    }
  })

  it.each([
    { name: 'its own law', proposal: undefined },
    { name: 'a tempered one', proposal: { kind: 'tempered', alpha: 0.3 } as const },
  ])('says of a tree of samples from $name what it says of each state', ({ proposal }) => {
    const tree = treeOf(net, 60)
    const source = variates()
    source.start(stream(8, 1))
    grow(net, tree, source, { samples: 50, even: 10, proposal })
    const { size, drawn, even, logQ, logDrawn, logEven } = tree.leaves
    const counts = new Int32Array(3)
    const distinct = Array.from({ length: size }, (_, u) => {
      stateOf(tree, u, counts)
      return [...counts]
    })
    expect(new Set(distinct.map(String)).size).toBe(size)
    expect(drawn.subarray(0, size).reduce((a, b) => a + b, 0)).toBe(50)
    expect(even.subarray(0, size).reduce((a, b) => a + b, 0)).toBe(10)
    const batch = evaluated(net, distinct)
    for (let u = 0; u < size; u++) {
      expect(logQ[u]).toBeCloseTo(batch.logQ[u], 12)
      if (!proposal) expect(logDrawn[u]).toBeCloseTo(logQ[u], 12)
      if (total === undefined) expect(logEven[u]).toBeCloseTo(-Math.log(24), 12)
    }
    differentiate(net, batch)
    const coefficients = Float64Array.from({ length: batch.capacity }, (_, u) => Math.sin(1 + u))
    coefficients.fill(0, size)
    const [plain, own] = [new Float64Array(net.parameters.length), new Float64Array(net.parameters.length)]
    gradientSum(net, batch, coefficients, plain)
    treeGradient(net, tree, coefficients, own)
    plain.forEach((value, p) => {
      expect(Math.abs(own[p] - value), `parameter ${p}`).toBeLessThan(1e-12)
    })
    const stride = batch.capacity
    const [one, other] = [new Float64Array(stride * stride), new Float64Array(stride * stride)]
    gram(net, batch, one, stride)
    treeGram(net, tree, other, stride)
    for (let u = 0; u < size; u++) {
      for (let v = 0; v <= u; v++) {
        expect(Math.abs(other[u * stride + v] - one[u * stride + v]), `${u}, ${v}`).toBeLessThan(1e-12)
      }
    }
  })

  it('gives inner products of gradients without making them', () => {
    const possible = all.filter((_, k) => law[k] > 0).slice(0, 9)
    const batch = evaluated(net, possible)
    differentiate(net, batch)
    const n = possible.length
    const rows = Array.from({ length: n }, (_, b) => {
      const unit = new Float64Array(n)
      unit[b] = 1
      const out = new Float64Array(net.parameters.length)
      gradientSum(net, batch, unit, out)
      return out
    })
    const products = new Float64Array(12 * 12).fill(Number.NaN)
    gram(net, batch, products, 12)
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j <= i; j++) {
        const truth = i < n ? rows[i].reduce((sum, value, p) => sum + value * rows[j][p], 0) : 0
        expect(Math.abs(products[12 * i + j] - truth)).toBeLessThan(1e-12 * (1 + Math.abs(truth)))
      }
    }
  })
})
