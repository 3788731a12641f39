import { quantities } from '../../network/network'
import { propensityText } from '../../network/propensity'
import { namedArray } from '../../numerics/named-array'
import { integrate, type Place } from '../../numerics/rosenbrock'
import { remedy, round, stateText } from '../broken'
import { Failure, type Frame, type Method, type Problem, type Run, type Snapshot, type Solution } from '../contract'
import { type ClockEvents, clockEvents } from '../events'
import type { OdeOptions } from './index'
import { type RateEquation, rateEquation, stepControl } from './kernel'

export const method: Method<OdeOptions> = { solve }

/** The first of the two passes works to a tolerance this much looser; their difference is the error estimate. */
const looser = 10

async function* solve(problem: Problem, options: OdeOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  const equation = rateEquation(problem, options.combinatorics)
  const rough = empty(problem)
  const fine = empty(problem)
  const passes = [
    { path: rough, tolerance: looser * options.tolerance, phase: 'rough pass' },
    { path: fine, tolerance: options.tolerance, phase: 'fine pass' },
  ]
  const horizon = problem.times.at(-1) || 1
  let steps = 0
  for (const [pass, { path, tolerance, phase }] of passes.entries()) {
    const events = clockEvents(problem)
    for (const place of follow(problem, equation, events, tolerance)) {
      const row = events.rows[place.reached - 1]
      if (row?.output >= 0 && row.time === place.t) record(equation, place, path, row.output)
      if (run.due()) {
        const done = (pass + place.t / horizon) / passes.length
        yield (): Frame => ({ ...picture(problem, path, NaN, steps + place.steps), done, phase })
      }
      if (place.reached === events.rows.length) steps += place.steps
    }
  }
  let error = 0
  for (let i = 0; i < fine.length; i++) error = Math.max(error, Math.abs(fine[i] - rough[i]))
  return picture(problem, fine, error, steps)
}

/** Means at the output times, row-major [time, quantity]; NaN where the run has not been yet. */
function empty({ network, times }: Problem): Float64Array {
  return new Float64Array(times.length * quantities(network).length).fill(NaN)
}

function record({ quantities }: RateEquation, { x, t }: Place, path: Float64Array, k: number) {
  quantities.forEach((quantity, q) => {
    path[k * quantities.length + q] = quantity(x, t)
  })
}

function picture({ network, times, observe }: Problem, path: Float64Array, value: number, steps: number): Solution {
  const axes = [
    ['time', [...times]],
    ['moment', ['mean']],
    ['quantity', quantities(network)],
  ] as const
  const error = {
    kind: 'estimate',
    value,
    how: `largest difference, in counts, from a solution with a tolerance ${looser} times looser`,
  } as const
  return {
    observations: observe.moments ? { moments: { array: namedArray(axes, path.slice()), error } } : {},
    diagnostics: { steps },
    warnings: [],
  }
}

/** Integrate, let events happen, and say in a sentence where and why it cannot go on. */
function* follow(
  problem: Problem,
  equation: RateEquation,
  { rows, happen }: ClockEvents,
  tolerance: number,
): Generator<Place> {
  const a = new Float64Array(problem.network.reactions.length)
  check(problem, equation, a, 0, problem.initial)
  const times = rows.map(({ time }) => time)
  const steps = integrate(equation.slope, problem.initial, times, stepControl(problem, tolerance))
  let last: Place | undefined
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) {
      if (next.value !== 'complete') throw halted(problem, next.value, last)
      return
    }
    last = next.value
    const row = rows[last.reached - 1]
    if (row?.output < 0 && row.time === last.t) happen(last.x, last.t)
    check(problem, equation, a, last.t, last.x)
    yield last
  }
}

/** Below zero by less than this share of all propensities together is rounding. */
const rounding = 1e-6

function check(problem: Problem, equation: RateEquation, a: Float64Array, t: number, x: Float64Array) {
  equation.propensities(t, x, a)
  const total = a.reduce((sum, value) => sum + Math.abs(value), 1)
  const broken = a.findIndex((value) => !Number.isFinite(value) || value < -rounding * total)
  if (broken < 0) return
  if (x.some((count) => count > 1e100)) throw exploded(t)
  const { name, line } = problem.network.reactions[broken]
  const what = `The propensity of reaction ${name} (line ${line}), ${propensityText(problem.network, broken)},`
  throw new Failure('propensity', `${what} is ${round(a[broken])} at ${stateText(problem, x, t)}.`, remedy)
}

function halted({ times }: Problem, ending: 'stalled' | 'steps', last: Place | undefined): Failure {
  const t = last?.t ?? 0
  if (ending === 'stalled' && last?.x.some((count) => count > 1e9)) return exploded(t)
  const [what, hint] =
    ending === 'steps'
      ? ['needed more steps than are allowed', 'Shorten the times, or loosen the tolerance.']
      : ['cannot be followed further: a rate jumps, or grows without limit', 'Look at the rates near that time.']
  return new Failure(ending, `The rate equation ${what}, at t = ${round(t)} of ${times.at(-1)}.`, hint)
}

function exploded(t: number): Failure {
  return new Failure(
    'explosion',
    `The rate equation grows without limit: it runs off to infinity at t ≈ ${round(t)}.`,
    'Stop before that time, or add a loss that outgrows the production.',
  )
}
