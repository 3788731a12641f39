/**
 * The direct method for small networks, several replicates at once. Two lanes share a register, all lanes fire in the
 * same instruction, and which reaction it is in each is a matter of masks: what costs the scalar kernel most, branches
 * that nobody can predict, is not there. Each lane has its own stream and does the operations of the scalar kernel in
 * their order: the bits are the same.
 *
 * Only what is common is done here. A lane that meets anything but events and output times ends as `odd`, and its
 * replicate has to be walked again, from the start, by a walker that knows what to do or to say.
 */
import { exp } from '../numerics/elementary'
import type { Stream } from '../numerics/rng'
import {
  batchRows,
  emitLockstep,
  type LockstepLayout,
  lockstepCell,
  type Shape,
  shapeOf,
  tableBytes,
  tableCells,
} from './compile-lockstep-kernel'
import { laneBytes, lanes, rowBytes } from './compile-pairs'
import { writeZiggurat } from './compile-random'
import { evaluators } from './evaluate'
import type { Network } from './network'

/** Walks a replicate in each of its lanes. */
export interface Lockstep {
  readonly lanes: readonly Lane[]
  /** How many of them are going. */
  readonly going: number
  /** A few dozen events in every lane that is going; returns how many together. */
  advance(): number
  /** Others may use its memory from now on. */
  release(): void
}

/** One replicate after another, as a walker does it. */
export interface Lane {
  /** `odd`: see above. */
  readonly status: 'idle' | 'going' | 'done' | 'odd'
  /** Takes the stream's state over. */
  start(stream: Stream): void
  /** Becomes odd. */
  giveUp(): void
  /** The state now, while it is going; as of a walker. */
  readonly counts: Float64Array
  readonly total: number
  readonly time: number
  readonly events: number
  readonly recorded: number
  readonly records: Float64Array
}

interface Compiled {
  readonly module: WebAssembly.Module
  readonly layout: LockstepLayout
  readonly idle: Instance[]
}

interface Instance {
  readonly memory: WebAssembly.Memory
  advance(): number
  fill(state: number, from: number, to: number): void
}

const maxModules = 24
/** Counts to be recorded by a lane: 512 KB. */
const maxRecords = 2 ** 16
const modules = new Map<string, Compiled>()

/**
 * Null where the network is too large, has events, or rates of several species, or where the machine lacks SIMD.
 * Rate constants must not be so large or small that a sum or a draw can leave the range of doubles.
 */
export function lockstep(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Lockstep | null {
  const shape = shapeOf(network)
  if (!shape || shape.species * times.length > maxRecords) return null
  const { rates, propensities } = evaluators(network, parameters)
  const constants = shape.reactions.map(({ law }, r) => ('table' in law ? 0 : rates[r](initial, 0)))
  if (!constants.every((k) => Object.is(k, 0) || (k > 1e-200 && k < 1e200))) return null
  const compiled = moduleOf(shape)
  if (!compiled) return null
  const { layout } = compiled
  const instance = compiled.idle.pop() ?? instantiate(compiled)
  const { memory, advance, fill } = instance
  const [S, T] = [network.species.length, times.length]
  const recordsAt = layout.end + 8 * T
  const recordsBytes = 8 * S * T
  const missing = pages(recordsAt + lanes * recordsBytes) - memory.buffer.byteLength / 65536
  if (missing > 0) memory.grow(missing)
  const doubles = new Float64Array(memory.buffer)
  const integers = new Int32Array(memory.buffer)
  integers[lockstepCell.times / 4] = layout.end
  integers[lockstepCell.timesCount / 4] = T
  integers[lockstepCell.records / 4] = recordsAt
  integers[lockstepCell.recordsBytes / 4] = S * T
  doubles.set(Array.from(times), layout.end / 8)
  doubles.set(constants, layout.rates / 8)
  writeTables(shape, doubles, layout, (r, x) => propensities[r](x, 0), S)
  integers.fill(0, layout.live / 4, (layout.live + laneBytes) / 4)

  const states = new Uint32Array(memory.buffer, layout.state, laneBytes)
  let batches = 0
  const isGoing = new Uint8Array(lanes)
  let going = 0
  const all = Array.from({ length: lanes }, (_, i) => {
    const records = new Float64Array(memory.buffer, recordsAt + i * recordsBytes, S * T)
    const [live, recorded, ended] = [layout.live, layout.recorded, layout.ended].map((at) => at / 4 + 2 * i)
    const [time, stop, uniform] = [layout.time, layout.stop, layout.rows].map((at) => at / 8 + i)
    let status: Lane['status'] = 'idle'
    let [begun, events] = [0, 0]
    const counts = () => Float64Array.from(initial, (_, s) => doubles[layout.counts / 8 + s * lanes + i])
    const end = () => {
      status = integers[recorded] === T ? 'done' : 'odd'
      isGoing[i] = 0
      going--
    }
    return {
      records,
      get status() {
        return status
      },
      get counts() {
        return counts()
      },
      get total() {
        const x = counts()
        return propensities.reduce((sum, propensity) => sum + propensity(x, 0), 0)
      },
      get time() {
        return doubles[time]
      },
      get events() {
        return status === 'going' ? batchRows * (batches - begun) : events
      },
      get recorded() {
        return integers[recorded]
      },
      start(stream: Stream) {
        status = 'going'
        isGoing[i] = 1
        going++
        begun = batches
        doubles[time] = 0
        doubles[stop] = times[0]
        for (let s = 0; s < S; s++) doubles[layout.counts / 8 + s * lanes + i] = initial[s]
        doubles[uniform] = stream.uniform()
        doubles[uniform + lanes] = stream.exponential()
        for (let k = 0; k < 8; k++) states[2 * ((k >> 1) * lanes + i) + (k & 1)] = stream.words[k]
        integers[recorded] = 0
        integers.fill(-1, live, live + 2)
      },
      giveUp() {
        events = batchRows * (batches - begun)
        integers.fill(0, live, live + 2)
        end()
      },
      /** After the last batch: whether it has ended there, and how many of the batch's events it has not fired. */
      settle(): number {
        if (status !== 'going' || integers[live] !== 0) return 0
        const fired = (integers[ended] - layout.rows) / rowBytes
        events = batchRows * (batches - 1 - begun) + fired
        end()
        return batchRows - fired
      },
    } satisfies Lane & { settle(): number }
  })
  return {
    lanes: all,
    get going() {
      return going
    },
    advance() {
      for (let i = 0; i < lanes; i += 2) {
        if (isGoing[i] + isGoing[i + 1] === 0) continue
        const from = layout.rows + rowBytes + 8 * i
        fill(layout.state + 8 * i, from, from + rowBytes * batchRows)
      }
      let events = batchRows * going
      const endings = advance()
      batches++
      if (endings > 0) for (const lane of all) events -= lane.settle()
      return events
    },
    release() {
      compiled.idle.push(instance)
    },
  }
}

function moduleOf(shape: Shape): Compiled | null {
  const key = JSON.stringify(shape)
  const known = modules.get(key)
  if (known) return known
  const { bytes, layout } = emitLockstep(shape)
  if (!WebAssembly.validate(bytes)) return null
  const compiled = { module: new WebAssembly.Module(bytes), layout, idle: [] }
  if (modules.size >= maxModules) modules.delete(modules.keys().next().value!)
  modules.set(key, compiled)
  return compiled
}

const pages = (bytes: number) => Math.ceil(bytes / 65536)

function instantiate({ module, layout }: Compiled): Instance {
  // Lanes that nobody walks may look beyond the last table, though never by as much as a page.
  const memory = new WebAssembly.Memory({ initial: pages(layout.end) + 1 })
  writeZiggurat(memory.buffer, layout)
  const exports = new WebAssembly.Instance(module, { env: { memory, exp } }).exports as unknown as Instance
  return { memory, advance: exports.advance, fill: exports.fill }
}

/** Propensities by count; not a number beyond the last, so that the lane ends. */
function writeTables(
  { reactions }: Shape,
  doubles: Float64Array,
  layout: LockstepLayout,
  propensity: (r: number, x: ArrayLike<number>) => number,
  S: number,
): void {
  const x = new Float64Array(S)
  let at = layout.tables / 8
  reactions.forEach(({ law }, r) => {
    if (!('table' in law)) return
    for (let n = 0; n <= tableCells; n++) {
      x[law.table] = n
      const value = n < tableCells ? propensity(r, x) : Number.NaN
      // A negative zero becomes a zero.
      doubles[at + n] = value >= 0 && value < 1e200 ? value + 0 : Number.NaN
    }
    x[law.table] = 0
    at += tableBytes / 8
  })
}
