import { describe, expect, it } from 'vitest'
import { factor, solveFactored } from './dense'
import {
  bandChain,
  type Chain,
  eliminate,
  quasiStationary,
  solveLeft,
  solveRight,
  spectralGap,
  stationaryLaw,
  stationaryRounding,
} from './elimination'
import { stream } from './rng'

function complete<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** A chain with random rates over some orders of magnitude in its band; every state leads to its neighbours. */
function randomChain(seed: number, exits: boolean, orders: number): Chain {
  const rng = stream(seed, 0)
  const states = 2 + Math.floor(rng.uniform() * 30)
  const chain = bandChain(states, Math.min(states - 1, 1 + (seed % 4)), Math.min(states - 1, 1 + (seed % 3)))
  const width = chain.below + 1 + chain.above
  for (let i = 0; i < states; i++) {
    for (let d = -chain.below; d <= chain.above; d++) {
      if (d === 0 || i + d < 0 || i + d >= states) continue
      if (Math.abs(d) > 1 && rng.uniform() < 0.4) continue
      chain.rates[i * width + chain.below + d] = 10 ** (orders * (rng.uniform() - 0.5))
    }
    if (exits && rng.uniform() < 0.3) chain.exit[i] = 10 ** (2 * rng.uniform() - 1)
  }
  if (exits) chain.exit[states - 1] = 1
  return chain
}

/** −Q, dense, row-major. */
function dense({ states, below, above, rates, exit }: Chain): Float64Array {
  const q = new Float64Array(states * states)
  for (let i = 0; i < states; i++) {
    q[i * states + i] += exit[i]
    for (let j = Math.max(0, i - below); j <= Math.min(states - 1, i + above); j++) {
      const rate = i === j ? 0 : rates[i * (below + 1 + above) + below + j - i]
      q[i * states + j] -= rate
      q[i * states + i] += rate
    }
  }
  return q
}

function transpose(a: Float64Array, n: number): Float64Array {
  return a.map((_, k) => a[(k % n) * n + Math.floor(k / n)])
}

function solveDense(a: Float64Array, n: number, b: Float64Array): Float64Array {
  const [lu, pivots, x] = [a.slice(), new Int32Array(n), b.slice()]
  expect(factor(lu, n, pivots)).toBe(true)
  solveFactored(lu, n, pivots, x)
  return x
}

const furthest = (a: Float64Array, b: Float64Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])))

describe('elimination of chains in a band', () => {
  it('solves −Q h = 1 and z (−Q) = w as dense elimination does', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const chain = randomChain(seed, true, 2)
      const n = chain.states
      const q = dense(chain)
      const rng = stream(seed, 1)
      const w = Float64Array.from({ length: n }, () => rng.uniform())
      const h = solveDense(q, n, new Float64Array(n).fill(1))
      const z = solveDense(transpose(q, n), n, w)
      const done = complete(eliminate(chain))
      const [right, left] = [new Float64Array(n).fill(1), w.slice()]
      complete(solveRight(done, right))
      solveLeft(done, left)
      expect(furthest(right, h) / Math.max(...h), `seed ${seed}`).toBeLessThan(1e-8)
      expect(furthest(left, z) / Math.max(...z), `seed ${seed}`).toBeLessThan(1e-8)
    }
  })

  it('finds the stationary law to the last digits, however stiff the chain', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const chain = randomChain(seed, false, 12)
      const n = chain.states
      const q = dense(chain)
      const law = complete(stationaryLaw(complete(eliminate(chain))))
      expect(law.reduce((a, b) => a + b)).toBeCloseTo(1, 14)
      for (let j = 0; j < n; j++) {
        // What flows into a state flows out of it.
        let flow = 0
        for (let i = 0; i < n; i++) flow += i === j ? 0 : -law[i] * q[i * n + j]
        expect(flow / (law[j] * q[j * n + j]), `seed ${seed}, state ${j}`).toBeCloseTo(1, 11)
      }
    }
  })

  it('keeps a law whose weights span more than numbers do', () => {
    // Up at 3 and down at 1, then the other way round: 3^900 is beyond any double.
    const chain = bandChain(1801, 1, 1)
    for (let i = 0; i <= 1800; i++) {
      if (i < 1800) chain.rates[3 * i + 2] = i < 900 ? 3 : 1
      if (i > 0) chain.rates[3 * i] = i <= 900 ? 1 : 3
    }
    const law = complete(stationaryLaw(complete(eliminate(chain))))
    expect(law[900]).toBeCloseTo(0.5, 12)
    expect(law[899] / law[900]).toBeCloseTo(1 / 3, 12)
    expect(law[1000] / law[900] / 3 ** -100).toBeCloseTo(1, 11)
    // A valley: two equal wells with e^(−2000) between them.
    for (let i = 0; i <= 1800; i++) {
      chain.rates.fill(0, 3 * i, 3 * i + 3)
      if (i < 1800) chain.rates[3 * i + 2] = i < 900 ? 1 : 9
      if (i > 0) chain.rates[3 * i] = i <= 900 ? 9 : 1
    }
    const wells = complete(stationaryLaw(complete(eliminate(chain))))
    expect(wells[0]).toBeCloseTo(4 / 9, 12)
    expect(wells[1800]).toBeCloseTo(4 / 9, 12)
  })

  it('bounds its rounding: a chain of two-way steps against its product formula', () => {
    const chain = bandChain(200, 1, 1)
    const exact = [1]
    for (let i = 0; i < 199; i++) {
      chain.rates[3 * i + 2] = 2 ** ((i * 7) % 5)
      chain.rates[3 * (i + 1)] = 2 ** ((i * 3) % 6)
      exact.push(exact[i] * 2 ** (((i * 7) % 5) - ((i * 3) % 6)))
    }
    const total = exact.reduce((a, b) => a + b)
    const bound = stationaryRounding(chain)
    const law = complete(stationaryLaw(complete(eliminate(chain))))
    const l1 = law.reduce((sum, p, i) => sum + Math.abs(p - exact[i] / total), 0)
    expect(l1).toBeLessThan(bound)
    expect(bound).toBeLessThan(1e-10)
  })

  it('finds the spectral gap of a walk with two ends', () => {
    // Eigenvalues −2 (1 − cos(kπ/n)) of the reflecting walk at rate 1 on n states.
    const n = 40
    const killed = bandChain(n - 1, 1, 1)
    // State 20 is left out; those on its two sides exit to it.
    for (let i = 0; i < n - 1; i++) {
      if (i !== 19 && i < n - 2) killed.rates[3 * i + 2] = 1
      if (i !== 20 && i > 0) killed.rates[3 * i] = 1
    }
    killed.exit[19] = killed.exit[20] = 1
    const law = new Float64Array(n - 1).fill(1 / n)
    const { rate, residual } = complete(spectralGap(complete(eliminate(killed)), law, 1 / n))
    expect(rate / (2 * (1 - Math.cos(Math.PI / n)))).toBeCloseTo(1, 10)
    expect(residual).toBeLessThan(1e-6)
  })

  it('finds the quasi-stationary law of a walk that leaves at both ends', () => {
    const n = 30
    const chain = bandChain(n, 1, 1)
    for (let i = 0; i < n; i++) {
      if (i < n - 1) chain.rates[3 * i + 2] = 1
      if (i > 0) chain.rates[3 * i] = 1
    }
    chain.exit[0] = chain.exit[n - 1] = 1
    const { rate, law, residual } = complete(quasiStationary(complete(eliminate(chain))))
    const sine = Array.from({ length: n }, (_, i) => Math.sin((Math.PI * (i + 1)) / (n + 1)))
    const total = sine.reduce((a, b) => a + b)
    expect(rate / (2 * (1 - Math.cos(Math.PI / (n + 1))))).toBeCloseTo(1, 10)
    expect(
      furthest(
        law,
        Float64Array.from(sine, (s) => s / total),
      ),
    ).toBeLessThan(1e-10)
    expect(residual).toBeLessThan(1e-10)
  })
})
