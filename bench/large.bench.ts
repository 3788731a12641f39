/**
 * Exact sampling of large networks: every algorithm against the direct method with a dependency graph, which is the last
 * line of each network, on one thread; compiled against compiled, interpreted against interpreted. All go on from the
 * same state, that after a million events, when molecules of every kind have been made; in turn, round by round; CPU
 * time of the process, median of rounds.
 */
import { parse } from '../src/network/parse'
import { stream } from '../src/numerics/rng'
import { makeDraws } from '../src/solvers/ssa/draws'
import type { Kernel } from '../src/solvers/ssa/interpreter'
import { type Interpreted, kernels, makeKernel } from '../src/solvers/ssa/large'
import { layOut, type Sparse } from '../src/solvers/ssa/sparse'
import { bCell } from './b-cell'
import type { Bench, Line } from './measure'
import { receptors } from './receptors'

interface Variant {
  readonly name: Interpreted
  readonly compiled: boolean
}

const compiled = (name: Interpreted): Variant => ({ name, compiled: true })
const interpreted = (name: Interpreted): Variant => ({ name, compiled: false })

/** Apart, because the engine compiles what several share less well: the direct method should be at its best. */
const comparisons: readonly (readonly Variant[])[] = [
  [compiled('rejection'), compiled('direct')],
  [interpreted('rejection'), interpreted('direct')],
  ['nextReaction', 'compositionRejection', 'sorting', 'direct'].map((name) => interpreted(name as Interpreted)),
]

const networks: readonly (readonly [name: string, text: string])[] = [
  ['receptor of EGF', receptors()],
  ['receptor of B cells', bCell()],
]
const warmUp = 1_000_000
const rounds = 7
/** Events of a round: about as long for each algorithm. */
const eventsOf = ({ name }: Variant) => (name === 'rejection' ? 300_000 : 30_000)

export const bench: Bench = async () =>
  comparisons.flatMap((variants) => networks.flatMap(([name, text]) => lines(name, text, variants)))

function lines(name: string, text: string, variants: readonly Variant[]): Line[] {
  const started = performance.now()
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const sparse = wholly(
    layOut(
      network,
      network.parameters.map(({ value }) => value),
    ),
  )
  const setUpMs = performance.now() - started
  const state = Float64Array.from(network.species, ({ initial }) => initial)
  const warm = start(sparse, compiled('rejection'), state)
  walk(warm, warmUp)
  warm.fetch?.()
  const running = variants.map((variant) => ({
    variant,
    kernel: start(sparse, variant, state.slice()),
    speeds: [] as number[],
  }))
  // A round more than asked: the first warms the compiler up and is forgotten.
  for (let round = 0; round <= rounds; round++) {
    for (const { variant, kernel, speeds } of running) {
      const before = process.cpuUsage()
      walk(kernel, eventsOf(variant))
      const { user, system } = process.cpuUsage(before)
      if (round > 0) speeds.push(eventsOf(variant) / (user + system))
    }
  }
  const direct = running[running.length - 1].speeds
  return running.map(({ variant, speeds }) => ({
    name: `ssa, ${name} (${sparse.species}/${sparse.reactions})`,
    variant: `${variant.name}, ${variant.compiled ? 'compiled' : 'interpreted'}`,
    interceptMs: setUpMs,
    perSecond: median(speeds) * 1e6,
    unit: 'events',
    ratio: median(speeds.map((speed, round) => speed / direct[round])),
  }))
}

function start(sparse: Sparse, { name, compiled }: Variant, x: Float64Array): Kernel {
  const draws = makeDraws()
  draws.start(stream(1, 0))
  const machine = { sparse, x, draws }
  const kernel = compiled ? makeKernel(machine, name) : kernels[name](machine)
  kernel.begin(0)
  return kernel
}

/** So many candidates at a time, as a run does. */
const slice = 512

function walk(kernel: Kernel, events: number): void {
  for (let left = events; left > 0; ) {
    if (kernel.walk) left -= kernel.walk(Number.POSITIVE_INFINITY, Math.min(slice, left), 20_000).events
    else if (kernel.fire() >= 0) left--
  }
}

function wholly<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
