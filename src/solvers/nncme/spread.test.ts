/** Weighted states: seeds are fixed; what must hold for every choice is tested over many of them. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../numerics/rng'
import { herds, lessonWeights, seenOf, spread } from './spread'

/** Two counts each: a geometric law, and noise. */
function someStates(rows: number, seed: number) {
  const source = stream(seed, 0)
  const states = new Int32Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    states[2 * r] = Math.floor(-Math.log(source.uniform()) / 0.7)
    states[2 * r + 1] = Math.floor(8 * source.uniform())
  }
  return { states, weights: new Float64Array(rows).fill(1) }
}

const weightOf = (states: Int32Array, weights: Float64Array, wanted: (a: number, b: number) => boolean) =>
  weights.reduce((sum, w, r) => sum + (wanted(states[2 * r], states[2 * r + 1]) ? w : 0), 0)

describe('spreading states', () => {
  it('leaves what a set of states weighs as it is, on average over choices', () => {
    const rows = 1000
    const { states, weights } = someStates(rows, 1)
    const sets = [(a: number) => a >= 5, (a: number, b: number) => a === 2 && b === 3, () => true]
    const choices = 400
    const found = sets.map(() => new Float64Array(choices))
    for (let k = 0; k < choices; k++) {
      const again = { states: states.slice(), weights: weights.slice(), share: 0.5 }
      // Twice: the second choice is among weighted ones.
      spread(again, [0, 1], stream(2, 2 * k))
      spread(again, [0, 1], stream(2, 2 * k + 1))
      sets.forEach((set, i) => {
        found[i][k] = weightOf(again.states, again.weights, set)
      })
    }
    sets.forEach((set, i) => {
      const truth = weightOf(states, weights, set)
      const mean = found[i].reduce((sum, x) => sum + x, 0) / choices
      const variance = found[i].reduce((sum, x) => sum + (x - mean) ** 2, 0) / (choices - 1)
      // 4.5 standard errors; a weight that is forgotten once would be off by a factor.
      expect(Math.abs(mean - truth)).toBeLessThan(4.5 * Math.sqrt(variance / choices) + 1e-9 * truth)
      expect(Math.abs(mean / truth - 1)).toBeLessThan(0.05)
    })
  })

  it('puts its share evenly on what occurs, and no weight is larger than without', () => {
    const rows = 20_000
    const ensemble = { ...someStates(rows, 3), share: 0.6 }
    const column = () => ensemble.states.filter((_, at) => at % 2 === 0)
    const top = Math.max(...column())
    // Less than 16 counts, so that each is a bin.
    expect(top).toBeLessThan(16)
    const occurring = new Set(column())
    const high = [...occurring].filter((n) => n >= 9).length
    const rare = weightOf(ensemble.states, ensemble.weights, (a) => a >= 9)
    expect(rare).toBeLessThan(60)
    spread(ensemble, [0], stream(4, 0))
    const held = column().filter((n) => n >= 9).length
    // A herd has as many rows as before, whatever it has met of the rare ones: hence only nearly.
    expect(Math.abs(held / ((0.6 * rows * high) / occurring.size + 0.4 * rare) - 1)).toBeLessThan(0.15)
    expect(Math.max(...ensemble.weights)).toBeLessThan(1.5 / 0.4)
  })

  it('spreads pairs: both rare at once is held by more rows than by spreading each alone', () => {
    const rows = 20_000
    const both = (how: readonly number[][]) => {
      const source = stream(9, 0)
      const states = Int32Array.from({ length: 2 * rows }, () => Math.floor(-Math.log(source.uniform()) / 0.7))
      const ensemble = { states, weights: new Float64Array(rows).fill(1), share: 0.5 }
      how.forEach((species, k) => {
        spread(ensemble, species, stream(10, k))
      })
      let held = 0
      for (let r = 0; r < rows; r++) if (states[2 * r] >= 4 && states[2 * r + 1] >= 4) held++
      return held
    }
    const plain = both([])
    expect(both([[0, 1]])).toBeGreaterThan(10 * plain)
    expect(both([[0, 1]])).toBeGreaterThan(1.5 * both([[0]]))
  })

  it('keeps herds apart, and says the same however it is asked', () => {
    const rows = 500
    const { states, weights } = someStates(rows, 5)
    const [once, again] = [0, 1].map(() => ({ states: states.slice(), weights: weights.slice(), share: 0.5 }))
    spread(once, [0, 1], stream(6, 0))
    spread(again, [0, 1], stream(6, 0))
    expect(again).toEqual(once)
    for (let herd = 0; herd < herds; herd++) {
      const before = new Set<string>()
      for (let r = herd; r < rows; r += herds) before.add(`${states[2 * r]} ${states[2 * r + 1]}`)
      for (let r = herd; r < rows; r += herds)
        expect(before.has(`${once.states[2 * r]} ${once.states[2 * r + 1]}`)).toBe(true)
    }
  })
})

describe('weights of a lesson', () => {
  it('count the rows of each count as one on average, where it is what came before', () => {
    const ensemble = { ...someStates(5000, 7), share: 0.5 }
    spread(ensemble, [0, 1], stream(8, 0))
    const caps = [Math.max(...ensemble.states.filter((_, at) => at % 2 === 0)), 7]
    const seen = seenOf(caps, ensemble.states, ensemble.weights)
    const each = lessonWeights(seen, ensemble.states, ensemble.weights)
    seen[0].rows.forEach((rows, n) => {
      if (rows === 0) return
      let sum = 0
      for (let r = 0; r < 5000; r++) if (ensemble.states[2 * r] === n) sum += each[2 * r + 1]
      expect(sum / rows).toBeCloseTo(1, 6)
    })
    // The first law comes after nothing: it is that of the weights alone.
    ensemble.weights.forEach((w, r) => {
      expect(each[2 * r]).toBeCloseTo(w, 6)
    })
  })

  it('look for a count that did not occur as for the nearest one that did', () => {
    const [{ rows, exposure }] = seenOf([4], Int32Array.of(1, 1, 4), Float64Array.of(0.5, 0.5, 3))
    expect([...rows]).toEqual([0, 2, 0, 0, 1])
    expect([...exposure]).toEqual([2, 2, 2, 1 / 3, 1 / 3])
  })
})
