/**
 * Tau-leaping against exact simulation, by compiled kernels, one replicate at a time and several together, on one
 * thread: whole replicates per second of a network with half a million events. A ratio says nothing without the error
 * beside it: the largest of all means and standard deviations at four times is measured from the same replicates and
 * stands in the variant's name.
 */
import { compile } from '../src/network/compile'
import { lockstep } from '../src/network/compile-lockstep'
import { parse } from '../src/network/parse'
import { stream } from '../src/numerics/rng'
import type { Problem } from '../src/solvers/contract'
import { compiledLeaper } from '../src/solvers/tau-leap/compiled'
import { leaper } from '../src/solvers/tau-leap/kernel'
import { compare, type Line } from './measure'

const name = 'decaying–dimerising, 100 000 molecules, to t = 30'
const text = `species S1 = 100000, S2 = 0, S3 = 0
S1 -> 0, 1; 2 S1 -> S2, 0.002; S2 -> 2 S1, 0.5; S2 -> S3, 0.04`

/** Replicates whose moments are compared: standard deviations are then known to 0.9 % and 0.6 %. */
const [exactly, leaping] = [6000, 12_000]

/** Draws one replicate; its counts at the end. */
type Draw = (replicate: number) => ArrayLike<number>

export async function bench(): Promise<Line[]> {
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const problem: Problem = {
    network,
    parameters: new Float64Array(0),
    initial: Float64Array.from(network.species, ({ initial }) => initial),
    times: Float64Array.of(5, 10, 20, 30),
    observe: { moments: true, marginals: false, joints: [], trajectories: false },
  }
  const exact = exactDraw(problem)
  const truth = momentsOf(exact, exactly)
  const variants = Object.fromEntries(
    [0.03, 0.035, 0.08].map((epsilon) => {
      const draw = leapDraw(problem, epsilon, compiledLeaper)
      return [`tau-leap, ε = ${epsilon}: ${errors(momentsOf(draw, leaping), truth)}`, many(draw)]
    }),
  )
  const plain = { 'tau-leap, ε = 0.03, plain': many(leapDraw(problem, 0.03, leaper)) }
  const rest = { ...plain, 'exact, eight in lockstep': inLockstep(problem), 'exact, compiled': many(exact) }
  return compare(name, 'replicates', { ...variants, ...rest }, [16, 64])
}

/** The fastest that is exact. */
function inLockstep({ network, parameters, initial, times }: Problem) {
  const together = lockstep(network, parameters, initial, times)
  if (!together) throw new Error(`${name} does not walk in lockstep`)
  return (count: number) => {
    for (let next = 0; next < count || together.going > 0; together.advance()) {
      for (const lane of together.lanes) if (lane.status !== 'going' && next < count) lane.start(stream(1, next++))
    }
    return count
  }
}

function exactDraw({ network, parameters, initial, times }: Problem): Draw {
  const walker = compile(network, parameters, initial, times)
  if (!walker) throw new Error(`${name} does not compile`)
  return (i) => {
    walker.start(stream(1, i))
    while (walker.advance() === 'going');
    return walker.records
  }
}

function leapDraw(problem: Problem, epsilon: number, make: typeof compiledLeaper): Draw {
  const sampler = make(problem, { method: 'trapezoidal', epsilon, criticalCount: 10, share: 1 })
  if (!sampler) throw new Error(`${name} does not compile`)
  return (i) => {
    sampler.start(stream(2, i))
    while (!sampler.advance());
    return sampler.place.records
  }
}

const many = (draw: Draw) => (count: number) => {
  for (let i = 0; i < count; i++) draw(i)
  return count
}

interface Moments {
  readonly mean: number
  readonly deviation: number
}

function momentsOf(draw: Draw, n: number): Moments[] {
  const sums: [first: number, second: number][] = []
  const origin = Array.from(draw(0))
  for (let i = 0; i < n; i++) {
    const counts = draw(i)
    for (let s = 0; s < counts.length; s++) {
      const d = counts[s] - origin[s]
      sums[s] = [(sums[s]?.[0] ?? 0) + d, (sums[s]?.[1] ?? 0) + d * d]
    }
  }
  return sums.map(([first, second], s) => ({
    mean: origin[s] + first / n,
    deviation: Math.sqrt((second - (first * first) / n) / (n - 1)),
  }))
}

/** The largest relative differences of means and of standard deviations, in words. */
function errors(found: readonly Moments[], truth: readonly Moments[]): string {
  const worst = (of: (m: Moments) => number) =>
    Math.max(...found.map((m, s) => Math.abs(of(m) / of(truth[s]) - 1))).toLocaleString('en', {
      style: 'percent',
      maximumFractionDigits: 2,
    })
  return `means within ${worst((m) => m.mean)}, deviations within ${worst((m) => m.deviation)}`
}
