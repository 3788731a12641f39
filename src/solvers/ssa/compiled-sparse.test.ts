/** The compiled kernels of large networks against the interpreted ones: the same candidates to the bit. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../numerics/rng'
import { ask } from '../testing'
import { compiledKernel } from './compiled-sparse'
import { makeDraws } from './draws'
import type { Kernel, Machine } from './interpreter'
import { kernels } from './large'
import { layOut, type Sparse } from './sparse'

const ring = (n: number) =>
  Array.from({ length: n }, (_, i) => `species S${i} = ${(i * 7) % 40}; S${i} -> S${(i + 1) % n}, 1.5`).join('\n')

const star = ['species E = 1000', ...Array.from({ length: 300 }, (_, i) => `species C${i} = 20`)]
  .concat(Array.from({ length: 300 }, (_, i) => `E + C${i} -> D${i}, 1e-3; D${i} -> E + C${i}, 1`))
  .join('\n')

const models: Readonly<Record<string, string>> = {
  'a switch': 'species Off = 1; Off <-> On, 0.6, 0.7; On -> On + M, 20; M -> 0, 1',
  'pairs and births': 'species A = 60; 2A <-> B, 0.05, 0.4; 0 -> A, 2; A -> 0, 0.1',
  'three at a time, guards and laws': `species A = 30, F = 9; 3A -> B, 2e-3; B -> 3A, 1; A => 2C, 2*A
    C + F => F, 0.2*C*F; 2A + C -> A, 1e-3; 0 -> A, 40/(1 + C/8); 0 -> F, 1; F -> 0, 0.1`,
  'a ring of 5000': ring(5000),
  'a star': star,
  'a dead end': 'species A = 400; 2A -> B, 1; A -> 0, 1',
  'what becomes no propensity': 'species X = 5; X => 0, X - 2.5; 0 -> Y, 3',
  'an infinite rate': 'species X = 5; X -> 0, 1/(X - 2); 0 -> Y, 3',
}

function wholly<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function machineOf(sparse: Sparse, initial: Float64Array, replicate: number): Machine {
  const draws = makeDraws()
  draws.start(stream(3, replicate))
  return { sparse, x: initial.slice(), draws }
}

/** One candidate after another: what is due, what fires, the work, and now and then the counts. */
function* history(kernel: Kernel, { x }: Machine, candidates: number) {
  kernel.begin(0)
  for (let i = 0; i < candidates; i++) {
    const [due, total, work] = [kernel.due(), kernel.total(), kernel.work()]
    const fired = due < Number.POSITIVE_INFINITY ? kernel.fire() : Number.NaN
    yield { due, total, work, fired, counts: i % 99 === 0 ? x.slice() : null }
    if (Number.isNaN(fired)) return
  }
}

describe.each(['rejection', 'direct'] as const)('compiled, %s', (variant) => {
  it.each(Object.entries(models))('does what the interpreted kernel does: %s', (_, text) => {
    const problem = ask(text, [1])
    const sparse = wholly(layOut(problem.network, problem.parameters))
    for (let replicate = 0; replicate < 3; replicate++) {
      const [fast, slow] = [0, 1].map(() => machineOf(sparse, problem.initial, replicate))
      const expected = history(kernels[variant](slow), slow, 700)
      let [fired, steps] = [0, 0]
      for (const step of history(compiledKernel(fast, variant)!, fast, 700)) {
        expect(step).toEqual(expected.next().value)
        steps++
        if (step.fired >= 0) fired++
      }
      expect(expected.next().done).toBe(true)
      expect(steps).toBeGreaterThan(1)
      if (!text.includes('X')) expect(fired).toBeGreaterThan(100)
    }
  })

  it('walks many candidates to the state that it fires to one by one', () => {
    const problem = ask(star, [1])
    const sparse = wholly(layOut(problem.network, problem.parameters))
    const [together, apart] = [0, 1].map(() => machineOf(sparse, problem.initial, 0))
    const [many, one] = [compiledKernel(together, variant)!, compiledKernel(apart, variant)!]
    many.begin(0)
    one.begin(0)
    let [candidates, events] = [0, 0]
    for (const until of [0.1, 0.2, 0.5]) {
      for (;;) {
        const walked = many.walk!(until, 100, 5000)
        candidates += walked.candidates
        events += walked.events
        expect(walked.candidates).toBeLessThanOrEqual(100)
        expect(walked.time).toBeLessThanOrEqual(until)
        if (many.due() > until) break
      }
      while (one.due() <= until) {
        candidates--
        if (one.fire() >= 0) events--
      }
      many.fetch!()
      expect([candidates, events, many.work()]).toEqual([0, 0, one.work()])
      expect(many.due()).toBe(one.due())
      expect(together.x).toEqual(apart.x)
    }
  })

  it('begins anew where the counts have been changed from outside, going on with the same random numbers', () => {
    const problem = ask(models['pairs and births'], [1])
    const sparse = wholly(layOut(problem.network, problem.parameters))
    const machines = [0, 1].map(() => machineOf(sparse, problem.initial, 1))
    const [fast, slow] = [compiledKernel(machines[0], variant)!, kernels[variant](machines[1])]
    for (const [kernel, { x }] of [
      [fast, machines[0]],
      [slow, machines[1]],
    ] as const) {
      kernel.begin(0)
      for (let i = 0; i < 40; i++) kernel.fire()
      x[0] = 500
      kernel.begin(2)
      for (let i = 0; i < 40; i++) kernel.fire()
    }
    expect(machines[0].x).toEqual(machines[1].x)
    expect(fast.due()).toBe(slow.due())
  })
})
