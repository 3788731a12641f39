/**
 * Exact sampling: the compiled kernel against the plain one, on one thread. Both do the same events (their paths are
 * equal to the bit), in turn, round by round; CPU time of the process, median of rounds. Ratios hold within a run only.
 */
import { compile } from '../src/network/compile'
import { parse } from '../src/network/parse'
import type { Walker } from '../src/network/walker'
import { stream } from '../src/numerics/rng'
import { plain } from '../src/solvers/ssa/kernel'
import type { Bench } from './measure'

export interface Row {
  readonly name: string
  readonly unit: string
  readonly fast: number
  readonly plain: number
  /** fast / plain. */
  readonly ratio: number
  /** From network to the first batch of events, nothing warm. */
  readonly interceptMs: number
}

/** Text and last output time of each network. */
export const networks: Readonly<Record<string, readonly [text: string, until: number]>> = {
  'birth–death': ['0 -> X, 10; X -> 0, 1', 100],
  'toggle, Hill': ['parameter n = 2.5; 0 -> U, 50/(1 + (V/12)^n); 0 -> V, 50/(1 + (U/12)^n); U -> 0, 1; V -> 0, 1', 50],
  Schlögl: ['species X = 250; 2X -> 3X, 0.03; 3X -> 2X, 1e-4; 0 -> X, 200; X -> 0, 3.5', 10],
  'decaying–dimerizing': ['species A = 10000; A -> 0, 1; 2A -> B, 0.002; B -> 2A, 0.5; B -> C, 0.04', 30],
  'Vilar oscillator': [
    `species Da = 1, Dr = 1
    A + Da <-> Dpa, 1, 50; A + Dr <-> Dpr, 1, 100
    Da -> Da + Ma, 50; Dpa -> Dpa + Ma, 500; Dr -> Dr + Mr, 0.01; Dpr -> Dpr + Mr, 50
    Ma -> Ma + A, 50; Mr -> Mr + R, 5; A + R -> C, 2; C -> R, 1
    Ma -> 0, 10; Mr -> 0, 0.5; A -> 0, 1; R -> 0, 0.2`,
    2,
  ],
  'MAPK, Huang–Ferrell': [cascade(), 0.2],
  'chain of 100': [chain(100), 10],
}

/** Ten enzymatic steps of a three-tier kinase cascade: 22 species, 30 reactions (doi:10.1073/pnas.93.19.10078). */
function cascade(): string {
  const steps = [
    ['E1', 'KKK', 'KKKp'],
    ['E2', 'KKKp', 'KKK'],
    ['KKKp', 'KK', 'KKp'],
    ['KKPase', 'KKp', 'KK'],
    ['KKKp', 'KKp', 'KKpp'],
    ['KKPase', 'KKpp', 'KKp'],
    ['KKpp', 'K', 'Kp'],
    ['KPase', 'Kp', 'K'],
    ['KKpp', 'Kp', 'Kpp'],
    ['KPase', 'Kpp', 'Kp'],
  ]
  const start = 'species E1 = 3, E2 = 3, KKK = 30, KK = 1200, KKPase = 3, K = 1200, KPase = 120'
  const reactions = steps.flatMap(([enzyme, from, to], i) => [
    `${enzyme} + ${from} <-> C${i}, 1, 150`,
    `C${i} -> ${enzyme} + ${to}, 150`,
  ])
  return [start, ...reactions].join('\n')
}

/** A conveyor of n reactions, fed at its head. */
function chain(n: number): string {
  const links = Array.from({ length: n - 2 }, (_, i) => `S${i + 1} -> S${i + 2}, 1`)
  return ['species S1 = 1000', '0 -> S1, 100', ...links, `S${n - 1} -> 0, 1`].join('\n')
}

/** Both kernels on every network, as lines of `propensity bench`. */
export const bench: Bench = async () =>
  benchSsa().flatMap(({ name, fast, plain, ratio, interceptMs }) => [
    { name, variant: 'compiled', interceptMs, perSecond: fast * 1e6, unit: 'events', ratio },
    { name, variant: 'plain', interceptMs: 0, perSecond: plain * 1e6, unit: 'events', ratio: 1 },
  ])

const rounds = 9
/** Events of one round of the plain kernel, and so of one round of the fast one. */
const eventsPerRound = 60_000

/** Measure every network, or those named. */
export function benchSsa(names: readonly string[] = Object.keys(networks)): Row[] {
  return names.map((name) => {
    const [text, until] = networks[name]
    const { network } = parse(text)
    if (!network) throw new Error(`${name} does not parse`)
    const parameters = network.parameters.map(({ value }) => value)
    const initial = network.species.map((species) => species.initial)
    const times = Array.from({ length: 10 }, (_, k) => ((k + 1) * until) / 10)
    const started = performance.now()
    const fast = compile(network, parameters, initial, times)
    if (!fast) throw new Error(`${name} does not compile`)
    fast.start(stream(1, 0))
    fast.advance()
    const interceptMs = performance.now() - started
    const slow = plain(network, parameters, initial, times)
    const replicates = Math.ceil(eventsPerRound / walk(slow, 1))
    // The fast kernel walks its round several times, so that the clock's grain does not matter.
    const repeats = 12
    for (let i = 0; i < 3; i++) {
      walk(slow, replicates)
      for (let k = 0; k < repeats; k++) walk(fast, replicates)
    }
    const rates: { fast: number; slow: number }[] = []
    for (let i = 0; i < rounds; i++) {
      const slowRate = rate(() => walk(slow, replicates))
      const fastRate = rate(() => {
        let events = 0
        for (let k = 0; k < repeats; k++) events += walk(fast, replicates)
        return events
      })
      rates.push({ fast: fastRate, slow: slowRate })
    }
    fast.release()
    return {
      name: `ssa, ${name} (${network.species.length}/${network.reactions.length})`,
      unit: 'million events per second',
      fast: median(rates.map((r) => r.fast)),
      plain: median(rates.map((r) => r.slow)),
      ratio: median(rates.map((r) => r.fast / r.slow)),
      interceptMs,
    }
  })
}

/** Events fired by the first replicates. */
function walk(walker: Walker, replicates: number): number {
  let events = 0
  for (let i = 0; i < replicates; i++) {
    walker.start(stream(1, i))
    while (walker.advance() === 'going');
    events += walker.events
  }
  return events
}

/** Million events per second of CPU time. */
function rate(work: () => number): number {
  const before = process.cpuUsage()
  const events = work()
  const { user, system } = process.cpuUsage(before)
  return events / (user + system)
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
