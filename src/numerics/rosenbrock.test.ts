import { describe, expect, it } from 'vitest'
import { type Ending, integrate, type Slope, type StepControl } from './rosenbrock'

const free = { longest: Infinity, steps: 1e6 }

/** Solutions at `times`, how the integration ended and how many steps it took. */
function solve(slope: Slope, x0: number[], times: number[], control: Pick<StepControl, 'relative' | 'absolute'>) {
  const values: number[][] = []
  const generator = integrate(slope, x0, times, { ...free, ...control })
  for (;;) {
    const { done, value } = generator.next()
    if (done) return { values, ending: value as Ending }
    if (value.reached > values.length) values.push([...value.x])
  }
}

const relativeError = (value: number, truth: number) => Math.abs(value - truth) / Math.abs(truth)

describe('integrate', () => {
  const robertson: Slope = (_, [a, b, c], out) => {
    out[0] = -0.04 * a + 1e4 * b * c
    out[2] = 3e7 * b * b
    out[1] = -out[0] - out[2]
  }
  // Radau IIA of order 5 at a relative tolerance of 1e-12 (SciPy 1.17.1); the row at 1e11 agrees with the IVP test set
  // (Mazzia & Magherini 2008, Università di Bari, problem ROBER) to eleven digits.
  const table = [
    [0.4, 9.85172113861e-1, 3.386395378975e-5, 1.479402218522e-2],
    [40, 7.158270687194e-1, 9.185534764559e-6, 2.841637457458e-1],
    [4e3, 1.832022577767e-1, 8.942371252777e-7, 8.167968479861e-1],
    [4e5, 4.93827452098e-3, 1.984994087954e-8, 9.950617056291e-1],
    [4e10, 5.208345176799e-8, 2.083338177925e-13, 9.999999479163e-1],
    [1e11, 2.083340149699e-8, 8.333360770326e-14, 9.99999979166e-1],
  ]

  it('solves Robertson’s kinetics over eleven decades of time', () => {
    const times = table.map(([t]) => t)
    const { values, ending } = solve(robertson, [1, 0, 0], times, { relative: 1e-9, absolute: 1e-20 })
    expect(ending).toBe('complete')
    for (const [k, [, ...truth]] of table.entries()) {
      // Global error: a few thousand steps of 1e-9 each, contracted by the flow.
      for (const [s, y] of truth.entries()) expect(relativeError(values[k][s], y)).toBeLessThan(1e-7)
    }
  })

  it('gains four orders: a sixteenth of the error needs steps half as long', () => {
    // x' = -x² + sin t·y, y' = x·y − y, nonlinear and with time in the slope: every order condition takes part.
    const slope: Slope = (t, [x, y], out) => {
      out[0] = -x * x + Math.sin(t) * y
      out[1] = x * y - y
    }
    const truth = solve(slope, [1, 2], [2], { relative: 1e-13, absolute: 1e-13 }).values[0]
    const fixed = (steps: number) => {
      const times = Array.from({ length: steps }, (_, k) => (2 * (k + 1)) / steps)
      const { values } = solve(slope, [1, 2], times, { relative: 1e6, absolute: 1e6 })
      return Math.abs(values[steps - 1][0] - truth[0])
    }
    const order = Math.log2(fixed(32) / fixed(64))
    expect(order).toBeGreaterThan(3.7)
    expect(order).toBeLessThan(4.3)
  })

  it('keeps what it promises: the error falls with the tolerance', () => {
    const slope: Slope = (t, [x], out) => {
      out[0] = -x + Math.cos(t)
    }
    const truth = (Math.cos(3) + Math.sin(3) - Math.exp(-3)) / 2
    for (const tolerance of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const { values } = solve(slope, [0], [3], { relative: tolerance, absolute: tolerance })
      expect(Math.abs(values[0][0] - truth)).toBeLessThan(20 * tolerance)
    }
  })

  it('lands on every output time, zero and repeated ones included', () => {
    const decay: Slope = (_, [x], out) => {
      out[0] = -x
    }
    const times = [0, 0, 1e-9, 0.5, 0.5, 2]
    const { values } = solve(decay, [1], times, { relative: 1e-10, absolute: 1e-12 })
    expect(values).toHaveLength(times.length)
    for (const [k, [x]] of values.entries()) expect(relativeError(x, Math.exp(-times[k]))).toBeLessThan(1e-9)
  })

  it('says that it stalled where the solution runs off to infinity', () => {
    const slope: Slope = (_, [x], out) => {
      out[0] = x * x
    }
    const { ending } = solve(slope, [1], [2], { relative: 1e-8, absolute: 1e-8 })
    expect(ending).toBe('stalled')
  })

  it('gives up after the steps it was allowed', () => {
    const slope: Slope = (t, _, out) => {
      out[0] = Math.cos(1e3 * t)
    }
    const generator = integrate(slope, [0], [1e3], {
      relative: 1e-8,
      absolute: 1e-8,
      longest: Infinity,
      steps: 100,
    })
    let next = generator.next()
    while (!next.done) next = generator.next()
    expect(next.value).toBe('steps')
  })

  it('has nothing to do where there is nothing to integrate', () => {
    expect(solve(() => {}, [], [1, 2], { relative: 1e-8, absolute: 1e-8 })).toEqual({
      values: [[], []],
      ending: 'complete',
    })
    expect(solve(() => {}, [3], [], { relative: 1e-8, absolute: 1e-8 }).values).toEqual([])
  })
})
