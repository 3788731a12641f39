/**
 * Exact sampling: the compiled kernels, one replicate at a time, several by turns and several in lockstep, on one thread, against two plain
 * programs. `plain` is the kernels' twin in the solver, with the same draws and sums: its paths are theirs to the bit.
 * `textbook` is the loop as one first writes it down. All take turns, round by round; CPU time of the process, median of
 * rounds. Ratios hold within a run only.
 */
import { compile } from '../src/network/compile'
import type { Lanes } from '../src/network/compile-lanes'
import { lockstep } from '../src/network/compile-lockstep'
import { turns } from '../src/network/compile-turns'
import { parse } from '../src/network/parse'
import type { Walker } from '../src/network/walker'
import { stream } from '../src/numerics/rng'
import { plain } from '../src/solvers/ssa/kernel'
import type { Bench, Line } from './measure'
import { textbook } from './textbook'

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
  'MAPK, Huang–Ferrell': [cascade(), 2],
  // So short that half of what it takes is to begin.
  'MAPK, the first 300 events': [cascade(), 0.2],
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

/** Walks so many replicates and says how many events they were. */
type Walk = (replicates: number) => number

const rounds = 9
/** Events of one round of the plain kernel. */
const eventsPerRound = 60_000
/** The fast kernels walk as many times the replicates, so that the clock's grain does not matter. */
const repeats = 16

/** All kernels on every network, as lines of `propensity bench`. */
export const bench: Bench = async () => Object.keys(networks).flatMap(benchSsa)

function benchSsa(name: string): Line[] {
  const [text, until] = networks[name]
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const parameters = network.parameters.map(({ value }) => value)
  const initial = network.species.map((species) => species.initial)
  const times = Array.from({ length: 10 }, (_, k) => ((k + 1) * until) / 10)
  const slow = plain(network, parameters, initial, times)
  const replicates = Math.ceil(eventsPerRound / walkAlone(slow, 1))

  const variants: { variant: string; walk: Walk; replicates: number; interceptMs: number; rates: number[] }[] = []
  const add = (variant: string, replicates: number, make: () => Walk | null) => {
    const started = performance.now()
    const walk = make()
    if (!walk) return
    walk(1)
    variants.push({ variant, walk, replicates, interceptMs: performance.now() - started, rates: [] })
  }
  add('lockstep', repeats * replicates, () => {
    const many = lockstep(network, parameters, initial, times)
    return many && ((n) => walkTogether(many, n))
  })
  add('by turns', repeats * replicates, () => {
    const many = turns(network, parameters, initial, times)
    return many && ((n) => walkTogether(many, n))
  })
  add('compiled', repeats * replicates, () => {
    const one = compile(network, parameters, initial, times)
    return one && ((n) => walkAlone(one, n))
  })
  add('plain', replicates, () => (n) => walkAlone(slow, n))
  add('textbook', replicates, () => {
    const one = textbook(network, parameters, initial, times)
    return (n) => range(n).reduce((events, i) => events + one(stream(1, i)).events, 0)
  })

  for (let i = -3; i < rounds; i++) {
    for (const { walk, replicates, rates } of variants) {
      const perSecond = rate(() => walk(replicates))
      // The first rounds warm the compiler up.
      if (i >= 0) rates.push(perSecond)
    }
  }
  const over = (rates: number[], name: string) => {
    const other = variants.find(({ variant }) => variant === name)!.rates
    return median(rates.map((perSecond, i) => perSecond / other[i]))
  }
  return variants.map(({ variant, rates, interceptMs }) => ({
    name: `ssa, ${name} (${network.species.length}/${network.reactions.length})`,
    variant,
    interceptMs,
    perSecond: median(rates),
    unit: 'events',
    ratio: over(rates, 'plain'),
    against: { textbook: over(rates, 'textbook') },
  }))
}

function walkAlone(walker: Walker, replicates: number): number {
  let events = 0
  for (let i = 0; i < replicates; i++) {
    walker.start(stream(1, i))
    while (walker.advance() === 'going');
    events += walker.events
  }
  return events
}

function walkTogether(many: Lanes, replicates: number): number {
  let events = 0
  for (let next = 0; ; ) {
    if (many.going < many.lanes.length) {
      for (const lane of many.lanes) {
        if (lane.status === 'odd') throw new Error('a replicate that lockstep cannot walk')
        if (lane.status !== 'going' && next < replicates) lane.start(stream(1, next++))
      }
      if (many.going === 0) return events
    }
    events += many.advance()
  }
}

/** Events per second of CPU time. */
function rate(work: () => number): number {
  const before = process.cpuUsage()
  const events = work()
  const { user, system } = process.cpuUsage(before)
  return (1e6 * events) / (user + system)
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
