/**
 * Every solver in the registry against what is known, and against each other. A solver takes part wherever it supports
 * the problem without a caution: a caution says that its answer is not the law of the process.
 *
 * Statistical power: an ensemble's value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶ per comparison, seeds
 * fixed). With n replicates a relative error δ in a mean with coefficient of variation c shows, with margin 3, once
 * n ≥ (7.5 c/δ)²: at n = 20 000, δ = 5.3 % of c. Whole laws by χ² at the same p.
 */
import { describe, expect, it } from 'vitest'
import { dimerisation, type Example, examples, schloegl, schloeglFromNothing } from '../network/examples'
import { quantities } from '../network/network'
import { at, indexOf } from '../numerics/named-array'
import { chiSquare, twoSided } from '../numerics/statistics'
import type { ErrorEstimate, Observation, Problem, Solution, Solver } from './contract'
import { solvers } from './registry'
import { ask, finish, lend } from './testing'

const widest = 4.5
const rarest = twoSided(widest)
/** Deterministic answers agree to six digits, or to their own estimate where that is wider. */
const digits = 1e-6

/** Replicates where an event costs more than a glance. */
const replicates = new Map<string, number>([
  [schloegl.name, 1000],
  [schloeglFromNothing.name, 500],
])

/** Bounds well below the six digits, and mass action read as the process reads it. */
function optionsFor(solver: Solver, name = ''): Record<string, unknown> {
  // What would be compared with here need not be compared with there.
  const wanted = { replicates: replicates.get(name) ?? 20_000, tolerance: 1e-9, combinatorics: 'counts', check: 0 }
  const known = solver.options.fields.map((field) => field.name)
  const parsed = solver.options.parse(Object.fromEntries(Object.entries(wanted).filter(([key]) => known.includes(key))))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return parsed.value
}

/** Whether a solver's answer is about the process itself. */
function speaks(solver: Solver, problem: Problem, name?: string): boolean {
  const verdict = solver.supports(problem, optionsFor(solver, name))
  return verdict.ok && !verdict.caution
}

async function solve(solver: Solver, problem: Problem, name?: string, seed = 11): Promise<Solution> {
  return finish(await solver.load(), problem, optionsFor(solver, name), lend(seed))
}

/** How far a value may lie from a truth. */
function allowed(error: ErrorEstimate, place: Record<string, number | string>, k: number): number {
  switch (error.kind) {
    case 'exact':
      return 0
    case 'sampling':
      // A bias is as wide as it was measured, and as the noise in it.
      return (
        widest * at(error.standardError, place) +
        (error.bias ? Math.abs(at(error.bias.value, place)) + at(error.bias.noise, place) : 0)
      )
    case 'bound':
      return error.value[k]
    case 'estimate':
      return error.value
    case 'none':
      return Infinity
    default:
      return error satisfies never
  }
}

/** Compare with a truth that is itself known to `precision`; says where and by how much it fails. */
function check(
  { array, error }: Observation,
  place: Record<string, number | string>,
  truth: number,
  precision: number,
) {
  const value = at(array, place)
  const k = indexOf(array, 'time', place.time)
  const rounding = error.kind === 'sampling' ? 1e-12 : digits
  const margin = allowed(error, place, k) + (rounding + precision) * Math.abs(truth) + 1e-12
  const far = Math.abs(value - truth)
  const where = Object.entries(place).map(([axis, coord]) => `${axis} ${coord}`)
  expect(far, `${where.join(', ')}: ${value} for ${truth}, allowed ${margin}`).toBeLessThanOrEqual(margin)
}

/** The law of one quantity at one time, count by count. */
function marginal({ array }: Observation, time: number, quantity: string): number[] {
  return array.coords.count.map((count) => at(array, { time, quantity, count }))
}

function checkLaws(example: Example, { observations, diagnostics }: Solution) {
  const { marginals } = observations
  for (const { time, quantity, counts, p } of example.laws) {
    const law = marginal(marginals, time, quantity)
    if (marginals.error.kind === 'sampling' && p.length > 5) {
      const seen = law.map((share) => Math.round(share * diagnostics.replicates))
      expect(chiSquare(seen, p).pValue, `χ² of ${quantity} at ${time}`).toBeGreaterThan(rarest)
    } else {
      for (const [i, count] of counts.entries()) {
        if (count < law.length) check(marginals, { time, quantity, count }, p[i], example.precision)
        else expect(p[i]).toBeLessThan(1e-6)
      }
    }
  }
}

for (const [id, solver] of Object.entries(solvers)) {
  describe(`${id} against the truth`, () => {
    for (const example of examples) {
      const { observes } = solver.traits
      const pairs = new Set(example.joints.map(({ quantities }) => quantities.join()))
      const problem = withJoints(ask(example.text, example.times, { moments: true, marginals: true }), [...pairs])
      it.skipIf(!speaks(solver, problem, example.name))(`${example.name}: ${example.catches}`, async () => {
        const solution = await solve(solver, problem, example.name)
        const { observations } = solution
        for (const { time, quantity, mean, variance } of example.moments) {
          const { moments } = observations
          check(moments, { time, quantity, moment: 'mean' }, mean, example.precision)
          if (variance !== undefined && moments.array.coords.moment.includes('variance')) {
            check(moments, { time, quantity, moment: 'variance' }, variance, example.precision)
          }
        }
        if (observes.includes('marginals')) checkLaws(example, solution)
        if (observes.includes('joint')) {
          for (const {
            time,
            quantities: [a, b],
            counts,
            p,
          } of example.joints) {
            check(observations[`joint:${a},${b}`], { time, [a]: counts[0], [b]: counts[1] }, p, example.precision)
          }
        }
      })
    }
  })
}

function withJoints(problem: Problem, pairs: readonly string[]): Problem {
  const names = quantities(problem.network)
  const joints = pairs.map((pair) => pair.split(',').map((name) => names.indexOf(name)) as [number, number])
  return { ...problem, observe: { ...problem.observe, joints } }
}

/** Two answers to the same question: every mean and variance within what both errors allow together. */
function compare(a: Observation, b: Observation, rename: (name: string) => string = (name) => name) {
  const shared = b.array.coords.moment.filter((moment) => a.array.coords.moment.includes(moment))
  for (const [k, time] of a.array.coords.time.entries()) {
    for (const name of a.array.coords.quantity) {
      const other = rename(String(name))
      if (!b.array.coords.quantity.includes(other)) continue
      for (const moment of shared) {
        const here = { time, quantity: name, moment }
        const there = { time: b.array.coords.time[k], quantity: other, moment }
        const [value, twin] = [at(a.array, here), at(b.array, there)]
        const errors = [allowed(a.error, here, k), allowed(b.error, there, k)]
        const sampled = a.error.kind === 'sampling' && b.error.kind === 'sampling'
        const margin = (sampled ? Math.hypot(...errors) : errors[0] + errors[1]) + digits * Math.abs(value) + 1e-12
        const far = Math.abs(value - twin)
        expect(far, `${moment} ${name} at ${time}: ${value} and ${twin}, allowed ${margin}`).toBeLessThanOrEqual(margin)
      }
    }
  }
}

const times = [0.2, 1, 4]

/** Nonlinear, with a Hill rate, both ways of writing a rate, and a pair of equal reactants. */
const base = `species A = 6, B = 2
0 -> A, 6/(1 + (B/3)^2)
2A -> B, 0.2
B -> 2A, 0.5
A => 0, 0.4*A
B -> 0, 0.3`

const twins: { name: string; text: string; rename?: (name: string) => string; times?: number[] }[] = [
  {
    name: 'permuting species and reactions',
    text: `species B = 2, A = 6
B -> 0, 0.3
A => 0, 0.4*A
B -> 2A, 0.5
0 -> A, 6/(1 + (B/3)^2)
2A -> B, 0.2`,
  },
  {
    name: 'renaming',
    text: base.replaceAll('A', 'Y').replaceAll('B', 'X'),
    rename: (name) => (name === 'A' ? 'Y' : 'X'),
  },
  {
    name: 'measuring time in tenths',
    text: `species A = 6, B = 2
0 -> A, 0.6/(1 + (B/3)^2)
2A -> B, 0.02
B -> 2A, 0.05
A => 0, 0.04*A
B -> 0, 0.03`,
    times: times.map((t) => 10 * t),
  },
  {
    name: 'splitting a reaction into halves',
    text: base.replace('2A -> B, 0.2', '2A -> B, 0.1\n2A -> B, 0.1').replace('B -> 0, 0.3', 'B -> 0, 0.1\nB -> 0, 0.2'),
  },
  {
    name: 'writing mass action out',
    text: base.replace('2A -> B, 0.2', '2A => B, 0.1*A*(A - 1)').replace('A => 0, 0.4*A', 'A -> 0, 0.4'),
  },
  {
    name: 'merging with a network that it does not touch',
    text: `${base}\nspecies Z = 5\nZ -> 0, 1`,
  },
  {
    name: 'naming parts of a rate',
    text: base
      .replace('6/(1 + (B/3)^2)', 'top/below')
      .replace('0 ->', 'parameter top = 6\nlet below = 1 + (B/3)^2\n0 ->'),
  },
]

for (const [id, solver] of Object.entries(solvers)) {
  describe(`${id} gives the same answer after`, () => {
    const asked = ask(base, times)
    // The rate equation is not the mean here, but it has the same symmetries.
    const answer = async (problem: Problem, seed: number) =>
      (await solve(solver, problem, undefined, seed)).observations.moments
    const before = answer(asked, 1)

    for (const [k, twin] of twins.entries()) {
      it(twin.name, async () => {
        const solutionTwin = await answer(ask(twin.text, twin.times ?? times), 2 + k)
        compare(await before, solutionTwin, twin.rename)
      })
    }
  })
}

describe('solvers agree with each other', () => {
  const list = Object.entries(solvers)

  it('two by two, on a network without a formula', async () => {
    const problem = ask(base, times, { moments: true, marginals: true })
    const answers: [string, Solution][] = []
    for (const [id, solver] of list) {
      if (speaks(solver, problem)) answers.push([id, await solve(solver, problem)])
    }
    expect(answers.length).toBeGreaterThan(1)
    for (const [i, [, a]] of answers.entries()) {
      for (const [, b] of answers.slice(i + 1)) compare(a.observations.moments, b.observations.moments)
    }
    // Whole laws: every sampled one against every bounded one.
    const sampled = answers.filter(([, s]) => s.observations.marginals?.error.kind === 'sampling')
    const bounded = answers.filter(([, s]) => s.observations.marginals?.error.kind === 'bound')
    expect(sampled.length * bounded.length).toBeGreaterThan(0)
    for (const [, { observations, diagnostics }] of sampled) {
      for (const [, truth] of bounded) {
        for (const time of times) {
          for (const name of ['A', 'B']) {
            const law = marginal(truth.observations.marginals, time, name)
            const seen = marginal(observations.marginals, time, name).map((p) => Math.round(p * diagnostics.replicates))
            expect(chiSquare(seen, law).pValue, `${name} at ${time}`).toBeGreaterThan(rarest)
          }
        }
      }
    }
  })

  it('nears the rate equation as the volume grows', async () => {
    // The dimerisation at a thousand times the volume: counts × Ω, bimolecular constant / Ω.
    const volume = 1000
    const large = dimerisation.text.replace('100', String(100 * volume)).replace('0.001', `0.001/${volume}`)
    const problem = ask(large, [1, 10])
    const limit = await finish(await solvers.ode.load(), problem, solvers.ode.options.defaults)
    for (const [, solver] of list) {
      // Whoever learns a whole law does not tell 10⁵ counts apart, and says so.
      if (!solver.traits.random || solver.traits.trains) continue
      const options = { ...optionsFor(solver), replicates: 40 }
      const { moments } = (await finish(await solver.load(), problem, options, lend(3))).observations
      for (const time of [1, 10]) {
        const place = { time, moment: 'mean', quantity: 'P' }
        // The mean differs from the limit by a few molecules (order 1), which is far below one standard error × 4.5.
        const far = Math.abs(at(moments.array, place) - at(limit.observations.moments.array, place))
        expect(far).toBeLessThan(allowed(moments.error, place, 0) + 5)
        expect(far / at(limit.observations.moments.array, place)).toBeLessThan(0.005)
      }
    }
  })
})

it('every example is answered by at least two solvers', () => {
  for (const example of examples) {
    const problem = ask(example.text, example.times)
    const able = Object.values(solvers).filter((solver) => {
      return speaks(solver, problem, example.name)
    })
    expect(able.length, example.name).toBeGreaterThanOrEqual(2)
  }
})
