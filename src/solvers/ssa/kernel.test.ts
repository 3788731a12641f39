import { describe, expect, it, vi } from 'vitest'
import { compilable, compile } from '../../network/compile'
import type { Walker } from '../../network/walker'
import { fromWords, stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import { ask } from '../testing'
import { bitsOf, models, walk } from './golden'
import { plain } from './kernel'

const walkers = ({ network, parameters, initial, times }: Problem): [Walker, Walker] => [
  compile(network, parameters, initial, times)!,
  plain(network, parameters, initial, times),
]

describe('the compiled kernel', () => {
  it.each(Object.entries(models))('gives the bits of the plain one, and those of old: %s', (name, model) => {
    const [text, times, replicates, golden] = model
    const problem = ask(text, times)
    const [fast, slow] = walkers(problem)
    let events = 0
    for (let i = 0; i < replicates; i++) {
      expect(walk(fast, 3, i)).toBe('done')
      expect(walk(slow, 3, i)).toBe('done')
      expect(fast.records).toEqual(slow.records)
      expect([fast.events, fast.time]).toEqual([slow.events, slow.time])
      events += fast.events
    }
    fast.release()
    expect(events).toBeGreaterThan(100)
    expect([bitsOf(name), bitsOf(name, true)]).toEqual([golden, golden])
  })

  it('compiles nothing when parameters, counts and times change', () => {
    const text = (k: number, n: number) =>
      `species X = ${n}; parameter k = ${k}; 0 -> X, k/(1 + X); X -> 0, sqrt(1 + X)`
    const compiled = vi.spyOn(WebAssembly, 'Module')
    try {
      for (const k of [1, 5, 25]) {
        const [fast, slow] = walkers(ask(text(k, 3 * k), [k, 2 * k, 3 * k]))
        for (let i = 0; i < 5; i++) {
          walk(fast, 1, i)
          walk(slow, 1, i)
          expect(fast.records).toEqual(slow.records)
        }
        fast.release()
      }
      expect(compiled).toHaveBeenCalledTimes(1)
    } finally {
      compiled.mockRestore()
    }
  })

  it('keeps two walks of one network apart', () => {
    const [text, times] = models.telegraph
    const [a, plainly] = walkers(ask(text, times))
    const [b] = walkers(ask(text, times))
    a.start(stream(1, 0))
    b.start(stream(1, 1))
    for (let more = true; more; ) more = [a.advance(), b.advance()].includes('going')
    walk(plainly, 1, 0)
    expect(a.records).toEqual(plainly.records)
    walk(plainly, 1, 1)
    expect(b.records).toEqual(plainly.records)
    a.release()
    b.release()
  })

  it.each([
    ['negative', 'species X = 5; X => 0, X - 2.5'],
    ['negative, from a table', 'species X = 5; X => 0, sqrt(1 + X) - 2.1'],
    ['infinite', 'species X = 5; X -> 0, 1/(X - 2)'],
    ['not a number', 'species X = 5; X -> 0, sqrt(X - 2.5)'],
  ])('stops both walkers in the same state where a propensity is %s', (_, text) => {
    const [fast, slow] = walkers(ask(text, [1000]))
    expect(walk(fast, 1, 0)).toBe('invalid')
    expect(walk(slow, 1, 0)).toBe('invalid')
    expect([fast.counts[0], fast.time, fast.events]).toEqual([slow.counts[0], slow.time, slow.events])
    fast.release()
  })

  it('leaves to others what it cannot do', () => {
    expect(compilable(ask('0 -> X, 1 + sin(t)', [1]).network)).toBe(false)
    expect(compilable(ask('species X = 1', [1]).network)).toBe(false)
    const dense = Array.from({ length: 300 }, (_, i) => `X -> X + Y${i}, 1; 0 -> X, Y${i}`).join('\n')
    expect(compilable(ask(dense, [1]).network)).toBe(false)
  })

  it('never fires a reaction of propensity 0, when rounding leads there', () => {
    // With u = 1 − 2⁻⁵³, u·1.7 − 0.6 is not below 1.1 in doubles: the descent ends on Z, of which there is none.
    const problem = ask('species Z = 0; 0 -> A, 0.1; 0 -> B, 0.5; 0 -> C, 1.1; Z -> D, 1', [10, 20])
    for (const walker of walkers(problem)) {
      // s0 = 0 and s3 all ones: the first output is all ones.
      walker.start(fromWords(Uint32Array.of(0, 0, 5, 6, 7, 8, 0xffffffff, 0xffffffff)))
      while (walker.advance() === 'going');
      const [Z, A, B, C, D] = walker.records
      expect([Z, D]).toEqual([0, 0])
      expect(A + B + C).toBeGreaterThan(0)
      walker.release()
    }
  })
})
