/**
 * Network → WebAssembly that fires its reactions. Parameters, counts and times are passed through memory: moving a
 * slider compiles nothing, modules are kept by the structure of the network.
 */
import type { Stream } from '../numerics/rng'
import { batchPairs, cell, emitKernel, type Layout, status } from './compile-kernel'
import { modulePool, type Pooled } from './module-pool'
import type { Network } from './network'
import { dependents, readsTime } from './structure'
import { leftOver, type Walker, type Watched } from './walker'

/** Beyond this, unrolled code is slower to build than it is worth. */
const maxUnrolled = 60_000
interface Kernel {
  prepare(): void
  advance(): number
  fill(from: number, to: number): void
}

const moduleOf = modulePool<Layout, Kernel>()

/** Whether `compile` makes a kernel of this network: it has reactions, none reads time, and not too many. */
export function compilable(network: Network): boolean {
  return network.reactions.length > 0 && !readsTime(network) && unrolled(network) <= maxUnrolled
}

/** Propensities and sums that the code of all reactions recomputes. */
export function unrolled(network: Network): number {
  const depth = Math.ceil(Math.log2(network.reactions.length + 1))
  return dependents(network).reduce((work, affected) => work + affected.length * (1 + depth), 0)
}

/** A walker that runs compiled code, or null where `compilable` says no. Give it back with `release` after use. */
export function compile(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Walker | null {
  const module = moduleOf(structureOf(network), () => (compilable(network) ? emitKernel(network) : null))
  return module && bind(module, network, parameters, initial, times)
}

/** Equal for networks with the same code: names and values of parameters, and where the statements stand, leave it. */
export function structureOf({ species, parameters, lets, reactions, events }: Network): string {
  const shape = [species.length, parameters.length, lets.map((l) => l.expr)]
  const code = [reactions.map((r) => [r.reactants, r.net, r.law, r.rate]), events.map((e) => e.trigger)]
  return JSON.stringify([shape, code], numerals)
}

/** JSON writes infinities and not-a-number as null; here they must differ. */
function numerals(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function bind(
  module: Pooled<Layout, Kernel>,
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Walker {
  const { layout } = module
  const S = network.species.length
  const recordsAt = layout.end + 8 * times.length
  const instance = module.borrow(recordsAt + 8 * S * times.length)
  const { memory, exports } = instance
  const { advance, fill } = exports
  const doubles = new Float64Array(memory.buffer)
  const integers = new Int32Array(memory.buffer)
  const words = new Uint32Array(memory.buffer, layout.state, 8)
  doubles.set(Array.from(parameters), layout.parameters / 8)
  doubles.set(Array.from(times), layout.end / 8)
  integers[cell.times / 4] = layout.end
  integers[cell.records / 4] = recordsAt
  integers[cell.timesCount / 4] = times.length
  exports.prepare()

  const counts = doubles.subarray(layout.counts / 8, layout.counts / 8 + S)
  const records = doubles.subarray(recordsAt / 8, recordsAt / 8 + S * times.length)
  const [pair, pairsEnd, rejected] = [cell.pair / 4, cell.pairsEnd / 4, cell.rejected / 4]
  let drawn = 0
  let left = 0
  /** Batches double, so that a short replicate does not pay for a long one's random numbers. */
  const draw = (pairs: number) => {
    const to = layout.pairs + 16 * pairs
    fill(layout.pairs, to)
    drawn += pairs
    integers[pair] = layout.pairs
    integers[pairsEnd] = to
  }
  const E = network.events.length
  const watched: Watched | undefined =
    E > 0
      ? {
          state: doubles.subarray(layout.counts / 8, layout.truth / 8),
          truth: doubles.subarray(layout.truth / 8, layout.truth / 8 + E),
          limit(rows) {
            integers[cell.timesCount / 4] = rows
          },
          resume(time) {
            const [now, e, total] = [cell.time, cell.exponential, cell.total].map((at) => doubles[at / 8])
            doubles[cell.exponential / 8] = leftOver(e, total, now, time)
            doubles[cell.time / 8] = time
          },
        }
      : undefined
  return {
    counts,
    records,
    get time() {
      return doubles[cell.time / 8]
    },
    get total() {
      return doubles[cell.total / 8]
    },
    get recorded() {
      return integers[cell.recorded / 4]
    },
    get events() {
      left = (integers[pairsEnd] - integers[pair]) / 16
      return drawn - left - 1 - integers[rejected]
    },
    start(stream: Stream) {
      words.set(stream.words)
      counts.set(initial)
      integers[cell.recorded / 4] = 0
      integers[cell.timesCount / 4] = times.length
      integers[rejected] = 0
      doubles[cell.time / 8] = 0
      drawn = 0
      draw(firstPairs)
      doubles[cell.uniform / 8] = doubles[layout.pairs / 8]
      doubles[cell.exponential / 8] = doubles[layout.pairs / 8 + 1]
      integers[pair] += 16
    },
    advance() {
      if (integers[pair] === integers[pairsEnd]) draw(Math.min(drawn, batchPairs))
      const answer = advance()
      if (answer === status.done) return 'done'
      if (answer === status.flipped) return 'flipped'
      return answer === status.invalid || !(doubles[cell.total / 8] < Number.POSITIVE_INFINITY) ? 'invalid' : 'going'
    },
    watched,
    release() {
      module.giveBack(instance)
    },
  }
}

const firstPairs = 32
