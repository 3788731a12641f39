/**
 * Published times of another program on its own models (SSIT's benchmark script at 1e-4, on an Apple M3 or M4) against CPU
 * time here, all of the solver in one thread: a first run, and the same again, which finds its states anew. The ratio is
 * theirs over ours: above 1 is faster. Beside it what was foretold before the run.
 */
import { parse } from '../src/network/parse'
import { stream } from '../src/numerics/rng'
import type { Problem, Run, Solution } from '../src/solvers/contract'
import { type FspOptions, fsp } from '../src/solvers/fsp/index'
import { foretell } from '../src/solvers/fsp/plan'
import { method } from '../src/solvers/fsp/solve'
import type { Line } from './measure'
import { type Case, cases } from './ssit-cases'

export async function bench(): Promise<Line[]> {
  const lines: Line[] = []
  for (const what of cases) lines.push(...(await against(what)))
  return lines
}

/** A second run of what takes longer would only repeat the first. */
const worthRepeating = 5
/** The second run is still being compiled: later ones are what a slider meets. */
const repeats = 5

async function against({ name, text, until, tolerance, most, first, again }: Case): Promise<Line[]> {
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const problem: Problem = {
    network,
    parameters: Float64Array.from(network.parameters, (p) => p.value),
    initial: Float64Array.from(network.species, (s) => s.initial),
    times: Float64Array.of(until ?? 1),
    observe: { moments: true, marginals: true, joints: [], trajectories: false },
  }
  const options: FspOptions = {
    ...fsp.options.defaults,
    tolerance: tolerance ?? 1e-4,
    ...(most && { maxStates: most }),
    horizon: until === undefined ? 'stationary' : 'times',
  }
  const foretold = until === undefined ? undefined : foretell(problem, options, () => performance.now())
  const one = await timed(problem, options)
  const more: number[] = []
  if (one.seconds < worthRepeating) {
    for (let run = 0; run < repeats; run++) more.push((await timed(problem, options)).seconds)
  }
  const [two = one.seconds] = more
  const { states, leaked, strayed = 0 } = one.solution.diagnostics
  const { error } = one.solution.observations.marginals
  const off = until === undefined && error.kind === 'estimate' ? error.value : leaked + 2 * strayed
  const line = (variant: string, time: number, theirs: number): Line => ({
    name,
    variant,
    interceptMs: 0,
    perSecond: 1 / time,
    unit: 'solves',
    ratio: theirs / time,
  })
  const { states: kind = 'at rest' } = one.solution.notes ?? {}
  const what = `${kind.split(/[: ]/)[0]}, ${states.toLocaleString('en')} states, off by ${off.toExponential(0)}`
  return [
    line(`here, first: ${what}`, one.seconds, first),
    ...(again ? [line('here, again', two, again)] : []),
    ...(again && more.length ? [line(`here, least of ${repeats} more`, Math.min(...more), again)] : []),
    ...(foretold
      ? [line('foretold', foretold[foretold.chosen.startsWith('window') ? 'window' : 'box'].seconds, first)]
      : []),
    line('published, first', first, first),
    ...(again ? [line('published, again', again, again)] : []),
  ]
}

async function timed(problem: Problem, options: FspOptions): Promise<{ solution: Solution; seconds: number }> {
  const run: Run = { rng: (i) => stream(1, i), due: () => false }
  const before = process.cpuUsage()
  const solving = method.solve(problem, options, run)
  let step = await solving.next()
  while (!step.done) step = await solving.next()
  const { user, system } = process.cpuUsage(before)
  return { solution: step.value, seconds: (user + system) / 1e6 }
}
