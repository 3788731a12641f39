/**
 * The direct method for networks of some ten to a hundred reactions, several replicates by turns: one event of the
 * first, one of the second, and so on round and round. An event alone waits for its sums, then for the draw, then for a
 * branch that nobody can foretell; by turns, what one replicate waits for is done while the others fire. Each has its
 * own stream and does the operations of the scalar kernel in their order: the bits are the same.
 *
 * A lane whose propensities break ends as `odd`: see `compile-lanes`.
 */
import { cos, exp, log, log10, pow, sin, tanh } from '../numerics/elementary'
import { compilable, structureOf, unrolled } from './compile'
import { type LaneCells, type Lanes, lanesOf, stateBytes } from './compile-lanes'
import { lanes, rowBytes } from './compile-pairs'
import { writeZiggurat } from './compile-random'
import { emitTurns, place, type TurnsLayout, turnCell, turnRows } from './compile-turns-kernel'
import type { Network } from './network'

interface Compiled {
  readonly module: WebAssembly.Module
  readonly layout: TurnsLayout
  readonly idle: Instance[]
}

interface Instance {
  readonly memory: WebAssembly.Memory
  prepare(): void
  begin(base: number, uniform: number, exponential: number): void
  advance(): number
  fill(state: number, from: number, to: number): void
}

/** Beyond this, building the code takes longer than most runs: some 0.2 s. */
const maxUnrolled = 12_000
const maxModules = 24
/** Counts to be recorded by a lane: 512 KB. */
const maxRecords = 2 ** 16
const modules = new Map<string, Compiled>()

/** Null where the network has events or much code, where there is no scalar kernel for it, or the machine lacks SIMD. */
export function turns(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Lanes | null {
  const [S, T] = [network.species.length, times.length]
  if (network.events.length > 0 || S * T > maxRecords) return null
  const compiled = moduleOf(network)
  if (!compiled) return null
  const { layout } = compiled
  const instance = compiled.idle.pop() ?? instantiate(compiled)
  const { memory, prepare, begin, advance, fill } = instance
  const recordsAt = layout.end + 8 * T
  const recordsBytes = 8 * S * T
  const missing = pages(recordsAt + lanes * recordsBytes) - memory.buffer.byteLength / 65536
  if (missing > 0) memory.grow(missing)
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
      compiled.idle.push(instance)
    },
  })
}

function moduleOf(network: Network): Compiled | null {
  const key = structureOf(network)
  const known = modules.get(key)
  if (known) return known
  if (!compilable(network) || unrolled(network) > maxUnrolled) return null
  const { bytes, layout } = emitTurns(network)
  if (!WebAssembly.validate(bytes)) return null
  const compiled = { module: new WebAssembly.Module(bytes), layout, idle: [] }
  if (modules.size >= maxModules) modules.delete(modules.keys().next().value!)
  modules.set(key, compiled)
  return compiled
}

function instantiate({ module, layout }: Compiled): Instance {
  const memory = new WebAssembly.Memory({ initial: pages(layout.end) })
  writeZiggurat(memory.buffer, layout)
  const doubles = new Float64Array(memory.buffer)
  for (const [value, at] of layout.numbers) doubles[at / 8] = value
  // Where a leaf is one level higher than others, the way goes on to its left: everything is below infinity.
  for (let i = 0; i < lanes; i++) {
    const tree = (layout.replicates + i * layout.stride + layout.tree) / 8
    for (const node of layout.nodes) {
      if (node < 2 ** layout.depth) doubles[tree + 2 * node] = Number.POSITIVE_INFINITY
    }
  }
  const env = { memory, exp, log, log10, sin, cos, tanh, pow }
  const exports = new WebAssembly.Instance(module, { env }).exports as unknown as Omit<Instance, 'memory'>
  return { memory, prepare: exports.prepare, begin: exports.begin, advance: exports.advance, fill: exports.fill }
}

const pages = (bytes: number) => Math.ceil(bytes / 65536)
