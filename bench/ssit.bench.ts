/**
 * Published times of another program on its own models (SSIT's benchmark script at 1e-4, first runs, on an Apple M3 or M4)
 * against CPU time here, all of the solver in one thread. The ratio is theirs over ours: above 1 is faster. Beside it what
 * was foretold before the run: within a factor of 5 on these.
 */
import { parse } from '../src/network/parse'
import { stream } from '../src/numerics/rng'
import type { Problem, Run } from '../src/solvers/contract'
import { fsp } from '../src/solvers/fsp/index'
import { foretell } from '../src/solvers/fsp/plan'
import { method } from '../src/solvers/fsp/solve'
import type { Line } from './measure'

interface Case {
  readonly name: string
  readonly text: string
  readonly until: number
  /** Seconds, first run. */
  readonly theirs: number
}

const pap = `species G1 = 1; parameter L = 100
  G1 -> G2, L; G2 -> G1, 0.25 + 2.25 / (1 + n); G1 -> G3, L; G3 -> G1, 1 + 0.2 / (1 + n)
  G2 -> G4, 0.01 * (L - 1); G4 -> G2, 1 + 0.2 / (1 + n); G3 -> G4, 0.01 * (L - 1); G4 -> G3, 0.25 + 2.25 / (1 + n)
  0 => n, 10 * G2; n -> 0, 1`
const goutsias = `species M = 2, D = 6, DNA = 2
  RNA -> RNA + M, 0.043; M -> 0, 0.0007; DNAD -> DNAD + RNA, 0.0715; RNA -> 0, 0.0039
  DNA + D -> DNAD, 0.0199264664; DNAD -> DNA + D, 0.4791; DNAD + D -> DNA2D, 1.99264664e-4; DNA2D -> DNAD + D, 8.765e-12
  2M -> D, 0.0830269432; D -> 2M, 0.5`
const toggle = `species U = 100
  0 -> U, 5000 / (1 + V^2.5); U -> 0, 1; 0 -> V, 1600 / (1 + U^1.5); V -> 0, 1`
const toggle2 = `species gA = 1, gB = 1
  gA -> gA + A, 40; gB -> gB + B, 20; A -> 0, 1; B -> 0, 1
  2A + gB -> bgB, 1e-5; 2B + gA -> bgA, 3.5e-5; bgB -> 2A + gB, 1; bgA -> 2B + gA, 1`
const enzyme = 'species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, 0.1'

const cases: readonly Case[] = [
  { name: 'Pap, T = 10', text: pap, until: 10, theirs: 1.27 },
  { name: 'Pap, T = 100', text: pap, until: 100, theirs: 0.46 },
  { name: 'birth and death (1000, 1), T = 10', text: '0 -> X, 1000; X -> 0, 1', until: 10, theirs: 0.79 },
  { name: 'Toggle2, T = 30', text: toggle2, until: 30, theirs: 1.9 },
  { name: 'Michaelis–Menten (100, 1000), T = 70', text: enzyme, until: 70, theirs: 5.1 },
  { name: 'Goutsias, T = 100', text: goutsias, until: 100, theirs: 2.04 },
  { name: 'Toggle (5000, 1600), T = 30', text: toggle, until: 30, theirs: 15.3 },
  { name: 'Toggle (5000, 1600), T = 100', text: toggle, until: 100, theirs: 43.4 },
  { name: 'Goutsias, T = 300', text: goutsias, until: 300, theirs: 31.5 },
]

export async function bench(): Promise<Line[]> {
  const lines: Line[] = []
  for (const what of cases) lines.push(...(await against(what)))
  return lines
}

async function against({ name, text, until, theirs }: Case): Promise<Line[]> {
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const problem: Problem = {
    network,
    parameters: Float64Array.from(network.parameters, (p) => p.value),
    initial: Float64Array.from(network.species, (s) => s.initial),
    times: Float64Array.of(until),
    observe: { moments: true, marginals: true, joints: [], trajectories: false },
  }
  const options = { ...fsp.options.defaults, tolerance: 1e-4 }
  const foretold = foretell(problem, options, () => performance.now())
  const run: Run = { rng: (i) => stream(1, i), due: () => false }
  const before = process.cpuUsage()
  const solving = method.solve(problem, options, run)
  let step = await solving.next()
  while (!step.done) step = await solving.next()
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  const { states, leaked, strayed } = step.value.diagnostics
  const kind = foretold.chosen.startsWith('window') ? 'window' : 'box'
  const line = (variant: string, time: number): Line => ({
    name,
    variant,
    interceptMs: 0,
    perSecond: 1 / time,
    unit: 'solves',
    ratio: theirs / time,
  })
  const error = (leaked + 2 * strayed).toExponential(0)
  return [
    line(`here: ${kind}, ${states.toLocaleString('en')} states, off by ${error}`, seconds),
    line('foretold', foretold[kind].seconds),
    line('published', theirs),
  ]
}
