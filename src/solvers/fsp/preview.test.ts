import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import type { Frame } from '../contract'
import { fsp } from './index'
import { preview } from './preview'
import { previewable } from './previewable'
import { rough, roughable } from './rough'
import { law, problem, solve } from './trial'

const toggle = `0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1
  0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1`
const slow = `parameter b = 0.4; species A = 30, B = 5
  0 -> A, b / (b + B); A -> 0, 0.05; 0 -> B, b / (b + A); B -> 0, 0.05`

describe('preview', () => {
  // Its estimate is the change under steps twice as long, three times the error of a method of second order.
  const cases: [what: string, text: string, times: number[], joint: string][] = [
    ['a toggle with 100 × 100 states', toggle, [10], 'U,V'],
    ['the same, on its way', toggle, [0, 0.3, 2, 5], 'U,V'],
    ['the same, late', toggle, [50], 'U,V'],
    ['a slow toggle from one side', slow, [10, 100, 500], 'A,B'],
    ['two independent species', 'species X = 20; X -> 0, 0.3; 0 -> X, 1; 0 -> Y, 9; Y -> 0, 2', [0.5, 4], 'X,Y'],
  ]
  for (const [what, text, times, pair] of cases) {
    it(`is no further from the law than it says, nor says too much: ${what}`, async () => {
      const key = `joint:${pair}`
      const asked = problem(text, times, ['moments', 'marginals', key])
      const shown = preview(asked)?.observations()
      if (!shown) throw new Error('no preview')
      const { array, error } = shown[key]
      if (error.kind !== 'estimate') throw new Error(error.kind)
      expect(error.how).toMatch(/preview/)
      const exact = (await solve(asked, { tolerance: 1e-9 })).observations[key].array
      let worst = 0
      const at = (law: typeof array, k: number, a: number, b: number) => {
        const [, rows, columns] = law.shape
        return a < rows && b < columns ? law.data[(k * rows + a) * columns + b] : 0
      }
      for (let k = 0; k < times.length; k++) {
        let l1 = 0
        for (let a = 0; a < Math.max(array.shape[1], exact.shape[1]); a++) {
          for (let b = 0; b < Math.max(array.shape[2], exact.shape[2]); b++) {
            l1 += Math.abs(at(array, k, a, b) - at(exact, k, a, b))
          }
        }
        worst = Math.max(worst, l1)
      }
      expect(worst).toBeLessThan(error.value)
      expect(error.value).toBeLessThan(0.04)
    })
  }

  it('is the first picture that is shown, stays until the answer, and does not change it', async () => {
    const asked = problem(toggle, [1, 5], ['moments', 'joint:U,V'])
    const frames: Frame[] = []
    const watched = await solve(asked, {}, (frame) => frames.push(frame))
    expect(frames.length).toBeGreaterThan(2)
    for (const frame of frames) {
      expect(frame.preview).toBe(true)
      expect(frame.observations['joint:U,V'].error.kind).toBe('estimate')
      expect(frame.observations['joint:U,V'].array.data.every(Number.isFinite)).toBe(true)
    }
    expect(await solve(asked)).toEqual(watched)
    expect(watched.observations['joint:U,V'].error.kind).toBe('bound')
  })

  it('is for networks of its kind only', () => {
    const kind = (text: string) => previewable(problem(text, [1]))
    expect(kind(toggle)).toBe(true)
    expect(kind('0 -> X, 1; X -> 0, 1')).toBe(false)
    expect(kind('0 -> X, 1; X -> Y, 1; Y -> 0, 1')).toBe(false)
    expect(kind('0 -> 2X, 1; X -> 0, 1; 0 -> Y, 1; Y -> 0, 1')).toBe(false)
    expect(kind('0 -> X, 1 + sin(t); X -> 0, 1; 0 -> Y, 1; Y -> 0, 1')).toBe(false)
    expect(previewable(problem(toggle, []))).toBe(false)
  })

  it('is not tried where it would not be fast, or a rate is broken', () => {
    const none = (text: string, times = [1]) => preview(problem(text, times)) === undefined
    expect(none('0 -> X, 300; X -> 0, 1; 0 -> Y, 300; Y -> 0, 1')).toBe(true)
    expect(none('0 -> X, 1; 0 -> Y, 1; Y -> 0, 1')).toBe(true)
    expect(none('0 -> X, 5.5 - X; X -> 0, 1; 0 -> Y, 1; Y -> 0, 1')).toBe(true)
    expect(
      none(
        toggle,
        Array.from({ length: 1000 }, (_, k) => k),
      ),
    ).toBe(true)
  })
})

describe('rough preview', () => {
  const bursts = '0 -> 5X, 4; X -> 0, 1; 0 -> Y, X; Y -> 0, 2'

  it('is shown where jumps are of any kind, with a bound that holds, and changes nothing of the answer', async () => {
    const asked = problem(bursts, [1, 3], ['moments', 'marginals'])
    const frames: Frame[] = []
    const watched = await solve(asked, {}, (frame) => frames.push(frame))
    expect(await solve(asked)).toEqual(watched)
    const { phase, preview: marked, observations } = frames[0]
    expect(phase).toMatch(/^preview ± 0\.0[0-3]/)
    expect(marked).toBe(true)
    const { array, error } = observations.marginals
    if (error.kind !== 'bound') throw new Error(error.kind)
    for (const [k, time] of [1, 3].entries()) {
      expect(error.value[k]).toBeGreaterThan(1e-5)
      expect(error.value[k]).toBeLessThan(0.03)
      for (const name of ['X', 'Y']) {
        const exact = law(watched, name, time)
        const shown = array.coords.count.map((count) => at(array, { time, quantity: name, count }))
        const distance = exact.reduce((sum, p, n) => sum + Math.abs(p - (shown[n] ?? 0)), 0)
        expect(distance, `${name} at ${time}`).toBeLessThan(error.value[k] + 1e-6)
      }
    }
  })

  it('is not made where it would take longer than a frame or two, the answer is as rough, or rates are broken', () => {
    const none = (text: string, options = fsp.options.defaults) => rough(problem(text, [5]), options) === undefined
    expect(none(bursts)).toBe(false)
    expect(none('species A = 20, B = 20; A -> 2A, 1; A + B -> 2B, 0.02; B -> 0, 1')).toBe(true)
    expect(none(bursts, { ...fsp.options.defaults, tolerance: 0.05 })).toBe(true)
    expect(none('0 => X, 10 - 1.5 * X; X -> 0, 1')).toBe(true)
    expect(roughable(problem('0 -> 2X, 1 + sin(t); X -> 0, 1', [1]))).toBe(false)
  })
})
