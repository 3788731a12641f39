/** Runs the projection on a network text, for the tests beside this file. */
import { quantities } from '../../network/network'
import { parse } from '../../network/parse'
import { at } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import type { Frame, Problem, Run, Solution } from '../contract'
import { type FspOptions, fsp } from './index'
import { method } from './solve'

/** The problem of a text, with overrides of its initial counts. */
export function problem(
  text: string,
  times: readonly number[],
  observe: readonly string[] = ['moments', 'marginals'],
  initial: Readonly<Record<string, number>> = {},
): Problem {
  const { network, diagnostics } = parse(text)
  if (!network) throw new Error(diagnostics.map((d) => `${d.line}: ${d.message}`).join('\n'))
  const names = quantities(network)
  return {
    network,
    parameters: Float64Array.from(network.parameters, (p) => p.value),
    initial: Float64Array.from(network.species, (s) => initial[s.name] ?? s.initial),
    times: Float64Array.from(times),
    observe: {
      moments: observe.includes('moments'),
      marginals: observe.includes('marginals'),
      trajectories: false,
      joints: observe
        .filter((item) => item.startsWith('joint:'))
        .map((item) => item.slice(6).split(','))
        .map(([a, b]) => [names.indexOf(a), names.indexOf(b)] as const),
    },
  }
}

/** Solve it, with a host that is (or is not) in a hurry to see frames. */
export async function solve(
  asked: Problem,
  options: Partial<FspOptions> = {},
  onFrame?: (frame: Frame) => void,
): Promise<Solution> {
  const run: Run = { rng: (i) => stream(1, i), due: () => onFrame !== undefined }
  const generator = method.solve(asked, { ...fsp.options.defaults, ...options }, run)
  for (;;) {
    const next = await generator.next()
    if (next.done) return next.value
    onFrame?.(next.value())
  }
}

export function moment(solution: Solution, name: 'mean' | 'variance', quantity: string, time: number): number {
  return at(solution.observations.moments.array, { time, moment: name, quantity })
}

/** The marginal law of a quantity at a time. */
export function law(solution: Solution, quantity: string, time: number): number[] {
  const { array } = solution.observations.marginals
  return array.coords.count.map((count) => at(array, { time, quantity, count }))
}

/** The proved l1 bound at the k-th output time. */
export function bound(solution: Solution, k: number): number {
  const { error } = solution.observations.marginals
  if (error.kind !== 'bound') throw new Error(`expected a bound, got ${error.kind}`)
  return error.value[k]
}

/** A network of up to three species and four reactions of order ≤ 2, from one seed; `stiff` multiplies one rate. */
export function randomText(seed: number, stiff = 1): string {
  const rng = stream(seed, 0)
  const pick = (n: number) => Math.floor(rng.uniform() * n)
  const names = ['A', 'B', 'C'].slice(0, 1 + pick(3))
  const side = () => ['0', ...names, ...names, ...names.flatMap((a) => names.map((b) => `${a} + ${b}`))]
  const lines = Array.from({ length: 1 + pick(4) }, (_, line) => {
    const [from, to] = [side(), side()].map((list) => list[pick(list.length)])
    const rate = (0.1 + rng.uniform()) * (line === 0 ? stiff : 1)
    return from === to ? '' : `${from} -> ${to}, ${rate.toFixed(3)}`
  })
  return [`species ${names.map((name) => `${name} = ${pick(4)}`).join(', ')}`, ...lines].join('\n')
}
