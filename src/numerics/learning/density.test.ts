/** Densities over counts: all three architectures, with weights drawn so that variables depend on each other. */
import { describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { countBasis } from './basis'
import { type Density, logProbability } from './density'
import { gru } from './gru'
import { normalWeights } from './initial'
import type { ConservedSum } from './kept-sums'
import { maskedDense } from './masked-dense'
import type { Backend, Learner, Weights } from './ops'
import { ownBackend } from './own'
import { draw, logProbabilities, marginals } from './sampling'
import { transformer } from './transformer'

interface Shape {
  readonly caps: readonly number[]
  readonly sums?: readonly ConservedSum[]
  readonly context?: number
}
const architectures: Record<string, (shape: Shape) => Density> = {
  'masked dense': (shape) => maskedDense({ ...shape, width: 8, layers: 2 }),
  gru: (shape) => gru({ ...shape, width: 8 }),
  transformer: (shape) => transformer({ ...shape, width: 8, heads: 2, layers: 2 }),
}
const names = Object.keys(architectures)
const caps = [2, 13, 3]

/** Weights with nothing left at zero. */
function shaken(density: Density): Weights {
  const initial = density.initial(stream(3, 0))
  return Object.fromEntries(
    Object.entries(initial).map(([name, { shape, data }], k) => {
      const noise = normalWeights(stream(3, k + 1), shape, 0.4).data
      return [name, { shape, data: data.map((x, j) => x + noise[j]) }]
    }),
  )
}
const learnerOf = (density: Density, backend: Backend = ownBackend()): Learner => backend.learner(shaken(density))

/** Every state of a box, [states, variables]. */
function everything(all: readonly number[]): Int32Array {
  let states: number[][] = [[]]
  for (const cap of all) {
    states = states.flatMap((state) => Array.from({ length: cap + 1 }, (_, n) => [...state, n]))
  }
  return Int32Array.from(states.flat())
}
const total = (logQ: Float64Array) => logQ.reduce((sum, x) => sum + Math.exp(x), 0)

describe('smooth functions of a count', () => {
  it('sum to one at every count, and are each count itself where there are few', () => {
    for (const cap of [0, 1, 11, 80, 100, 1000]) {
      const { size, counts, values } = countBasis(cap)
      for (let n = 0; n < counts; n++) {
        let sum = 0
        for (let r = 0; r < size; r++) sum += values[r * counts + n]
        expect(Math.abs(sum - 1)).toBeLessThan(1e-6)
      }
      expect(size === counts).toBe(cap < 80)
    }
    expect(countBasis(1000).size).toBeLessThan(150)
  })
})

describe.each(names)('%s', (name) => {
  const make = architectures[name]

  it('sums to one over a box', async () => {
    const density = make({ caps })
    // Single precision, three conditionals.
    expect(Math.abs(total(await logProbabilities(density, learnerOf(density), everything(caps))) - 1)).toBeLessThan(
      2e-6,
    )
  })

  it('keeps conserved sums, and sums to one over what they allow', async () => {
    const sums = [
      { weights: [1, 1, 0, 1], total: 4 },
      { weights: [0, 0, 1, 2], total: 6 },
    ]
    const box = [2, 4, 6, 3]
    const density = make({ caps: box, sums })
    const learner = learnerOf(density)
    const states = everything(box)
    const logQ = await logProbabilities(density, learner, states)
    let inside = 0
    logQ.forEach((x, r) => {
      const n = states.subarray(4 * r, 4 * r + 4)
      if (n[0] + n[1] + n[3] === 4 && n[2] + 2 * n[3] === 6) inside += Math.exp(x)
    })
    expect(Math.abs(inside - 1)).toBeLessThan(2e-6)
    const { states: drawn } = await draw(density, learner, 200, stream(5, 5))
    for (let r = 0; r < 200; r++) {
      const n = drawn.subarray(4 * r, 4 * r + 4)
      expect([n[0] + n[1] + n[3], n[2] + 2 * n[3]]).toEqual([4, 6])
    }
  })

  it('draws what it says: frequencies, and the log-probability of each draw', async () => {
    const density = make({ caps })
    const learner = learnerOf(density)
    const n = 20_000
    const { states, logQ } = await draw(density, learner, n, stream(8, 0))
    const again = await logProbabilities(density, learner, states)
    expect(logQ.reduce((worst, x, r) => Math.max(worst, Math.abs(x - again[r])), 0)).toBeLessThan(2e-5)
    const expected = await logProbabilities(density, learner, everything(caps))
    const seen = new Float64Array(expected.length)
    for (let r = 0; r < n; r++) seen[(states[3 * r] * 14 + states[3 * r + 1]) * 4 + states[3 * r + 2]]++
    let [chi2, freedom, restSeen, restExpected] = [0, -1, 0, 0]
    seen.forEach((count, k) => {
      const mean = n * Math.exp(expected[k])
      if (mean < 5) {
        restSeen += count
        restExpected += mean
        return
      }
      chi2 += (count - mean) ** 2 / mean
      freedom++
    })
    if (restExpected > 5) {
      chi2 += (restSeen - restExpected) ** 2 / restExpected
      freedom++
    }
    expect(freedom).toBeGreaterThan(40)
    // 4.5 standard deviations of χ², by Wilson and Hilferty's cube root; shifting one variable's law by a count exceeds it a hundredfold.
    const z = (Math.cbrt(chi2 / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom))
    expect(z).toBeLessThan(4.5)
  })

  it('has the gradient of ln q that differences give', async () => {
    const density = make({ caps })
    const weights = shaken(density)
    const learner = ownBackend().learner(weights)
    const states = [0, 5, 1, 2, 13, 3, 1, 0, 0]
    const loss = (
      ops: Parameters<Parameters<Learner['gradients']>[0]>[0],
      p: Parameters<Parameters<Learner['gradients']>[0]>[1],
    ) => ops.sum(logProbability(density, ops, p, states))
    const { gradients } = await learner.gradients(loss)
    for (const key of Object.keys(weights)) {
      const { shape, data } = weights[key]
      // Three entries of each array; tolerances as in the test of the operations.
      for (const i of [0, Math.floor(data.length / 2), data.length - 1]) {
        const at = async (shift: number) => {
          const moved = data.slice()
          moved[i] += shift
          learner.restart({ ...weights, [key]: { shape, data: moved } })
          return { x: moved[i], value: (await learner.gradients(loss)).value }
        }
        const [above, below] = [await at(1e-2), await at(-1e-2)]
        const slope = (above.value - below.value) / (above.x - below.x)
        const largest = Math.max(...gradients[key].data.map(Math.abs))
        expect(Math.abs(slope - gradients[key].data[i]), `${key}[${i}]`).toBeLessThan(3e-3 * (1 + largest))
      }
    }
  })

  it('finds marginals and pairs: exactly where few prefixes lead there, with honest errors where they are drawn', async () => {
    const density = make({ caps })
    const learner = learnerOf(density)
    const states = everything(caps)
    const q = (await logProbabilities(density, learner, states)).map(Math.exp)
    const truth = new Float64Array(14)
    const pair = new Float64Array(4 * 14)
    q.forEach((p, r) => {
      truth[states[3 * r + 1]] += p
      pair[states[3 * r + 2] * 14 + states[3 * r + 1]] += p
    })
    const exact = await marginals(density, learner, stream(1, 1), { pairs: [[2, 1]] })
    exact.laws[1].p.forEach((p, n) => {
      expect(Math.abs(p - truth[n])).toBeLessThan(1e-6)
    })
    exact.joints[0].p.forEach((p, k) => {
      expect(Math.abs(p - pair[k])).toBeLessThan(1e-6)
    })
    const drawn = await marginals(density, learner, stream(1, 1), { pairs: [[2, 1]], exactUpTo: 0, rows: 8000 })
    drawn.joints[0].p.forEach((p, k) => {
      expect(Math.abs(p - pair[k])).toBeLessThan(4.5 * drawn.joints[0].standardError![k] + 1e-6)
    })
    // Better than counting: the second variable's error is below that of frequencies.
    const { p, standardError } = drawn.laws[1]
    const counting = Math.sqrt((p[3] * (1 - p[3])) / 8000)
    expect(standardError![3]).toBeLessThan(counting)
  })

  it('depends on its context, which neighbouring rows may share', async () => {
    const density = make({ caps: [2, 3], context: 2 })
    const learner = learnerOf(density)
    const states = everything([2, 3])
    const given = (a: number, b: number) => Float32Array.from({ length: 24 }, (_, k) => (k % 2 ? b : a))
    const [one, two] = [
      await logProbabilities(density, learner, states, given(0.3, -1)),
      await logProbabilities(density, learner, states, given(-1, 0.8)),
    ]
    expect(Math.abs(total(one) - 1)).toBeLessThan(2e-6)
    expect(Math.abs(total(two) - 1)).toBeLessThan(2e-6)
    expect(Math.max(...one.map((x, r) => Math.abs(x - two[r])))).toBeGreaterThan(0.05)
  })
})

describe('enhanced sampling', () => {
  it('draws tails more often, and says with which probability under the law it draws from', async () => {
    const density = architectures['masked dense']({ caps })
    const learner = learnerOf(density)
    const plain = await draw(density, learner, 4000, stream(2, 2))
    const flat = await draw(density, learner, 4000, stream(2, 2), { power: 0.3 })
    const logQ = await logProbabilities(density, learner, flat.states)
    // Weights q/q_power average to one: unbiased; their spread here is below 3, so that 0.2 is four standard errors.
    const mean = logQ.reduce((sum, x, r) => sum + Math.exp(x - flat.logQ[r]), 0) / 4000
    expect(Math.abs(mean - 1)).toBeLessThan(0.2)
    const entropy = (d: { logQ: Float64Array }) => -d.logQ.reduce((sum, x) => sum + x, 0) / 4000
    expect(entropy(flat)).toBeGreaterThan(entropy(plain) + 0.15)
  })
})
