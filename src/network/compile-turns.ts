/**
 * The direct method for networks of some ten to a hundred reactions, several replicates by turns: one event of the
 * first, one of the second, and so on round and round. An event alone waits for its sums, then for the draw, then for a
 * branch that nobody can foretell; by turns, what one replicate waits for is done while the others fire. Each has its
 * own stream and does the operations of the scalar kernel in their order: the bits are the same.
 *
 * A lane whose propensities break ends as `odd`: see `compile-lanes`.
 */
import { compilable, structureOf, unrolled } from './compile'
import { type LaneCells, type Lanes, lanesOf, stateBytes } from './compile-lanes'
import { lanes, rowBytes } from './compile-pairs'
import { emitTurns } from './compile-turns-kernel'
import { place, type TurnsLayout, turnCell, turnRows } from './compile-turns-layout'
import { modulePool } from './module-pool'
import type { Network } from './network'

interface Kernel {
  prepare(): void
  begin(base: number, uniform: number, exponential: number): void
  advance(): number
  fill(state: number, from: number, to: number): void
}

/** Beyond this, building the code takes longer than most runs: some 0.2 s. */
const maxUnrolled = 12_000
/** Counts to be recorded by a lane: 512 KB. */
const maxRecords = 2 ** 16
const moduleOf = modulePool<TurnsLayout, Kernel>(furnish)

/** Null where the network has events or much code, where there is no scalar kernel for it, or the machine lacks SIMD. */
export function turns(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Lanes | null {
  const [S, T] = [network.species.length, times.length]
  if (network.events.length > 0 || S * T > maxRecords) return null
  const small = () => compilable(network) && unrolled(network) <= maxUnrolled
  const module = moduleOf(structureOf(network), () => (small() ? emitTurns(network) : null))
  if (!module) return null
  const { layout } = module
  const recordsAt = layout.end + 8 * T
  const recordsBytes = 8 * S * T
  const instance = module.borrow(recordsAt + lanes * recordsBytes)
  const { memory, exports } = instance
  const { prepare, begin, advance, fill } = exports
  const doubles = new Float64Array(memory.buffer)
  const words = new Int32Array(memory.buffer)
  words[turnCell.times / 4] = layout.end
  words[turnCell.timesCount / 4] = T
  doubles.set(Array.from(times), layout.end / 8)
  doubles.set(Array.from(parameters), layout.parameters / 8)
  prepare()
  const cells = Array.from({ length: lanes }, (_, i): LaneCells => {
    const base = layout.replicates + i * layout.stride
    const records = new Float64Array(memory.buffer, recordsAt + i * recordsBytes, S * T)
    const counts = new Float64Array(memory.buffer, base + place.counts, S)
    const word = (offset: number) => (base + offset) / 4
    const double = (offset: number) => (base + offset) / 8
    const stop = () => {
      words[word(place.alive)] = 0
      // Never in time for anything.
      doubles[double(place.due)] = Number.NaN
    }
    stop()
    return {
      records,
      counts,
      get total() {
        return doubles[double(layout.tree + 8)]
      },
      get time() {
        return doubles[double(place.time)]
      },
      get recorded() {
        return words[word(place.recorded)]
      },
      get rejected() {
        return words[word(place.rejected)]
      },
      get alive() {
        return words[word(place.alive)] !== 0
      },
      get used() {
        return (words[word(place.ended)] - layout.rows) / rowBytes
      },
      begin(uniform, exponential) {
        counts.set(initial)
        begin(base, uniform, exponential)
        doubles[double(place.stop)] = times[0]
        words[word(place.recorded)] = 0
        words[word(place.rejected)] = 0
        words[word(place.record)] = records.byteOffset
        words[word(place.alive)] = 1
      },
      stop,
    }
  })
  return lanesOf({
    cells,
    states: new Uint32Array(memory.buffer, layout.state, stateBytes / 4),
    batch: turnRows,
    times: T,
    fill(lane) {
      const from = layout.rows + 8 * lane
      fill(layout.state + 8 * lane, from, from + rowBytes * turnRows)
    },
    advance,
    release() {
      module.giveBack(instance)
    },
  })
}

/**
 * The module's numbers, and its trees: where a leaf is one level higher than others, the way goes on to its left, for
 * everything is below infinity.
 */
function furnish({ buffer }: WebAssembly.Memory, layout: TurnsLayout): void {
  const doubles = new Float64Array(buffer)
  for (const [value, at] of layout.numbers) doubles[at / 8] = value
  for (let i = 0; i < lanes; i++) {
    const tree = (layout.replicates + i * layout.stride + layout.tree) / 8
    for (const node of layout.nodes) {
      if (node < 2 ** layout.depth) doubles[tree + 2 * node] = Number.POSITIVE_INFINITY
    }
  }
}
