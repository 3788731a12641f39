/**
 * The direct method for small networks, several replicates at once. Two lanes share a register, all lanes fire in the
 * same instruction, and which reaction it is in each is a matter of masks: what costs the scalar kernel most, branches
 * that nobody can predict, is not there. Each lane has its own stream and does the operations of the scalar kernel in
 * their order: the bits are the same.
 *
 * Only what is common is done here. A lane that meets anything but events and output times ends as `odd`, and its
 * replicate has to be walked again, from the start, by a walker that knows what to do or to say.
 */
import { type LaneCells, type Lanes, lanesOf, stateBytes } from './compile-lanes'
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
import { evaluators } from './evaluate'
import { modulePool } from './module-pool'
import type { Network } from './network'

interface Kernel {
  advance(): number
  fill(state: number, from: number, to: number): void
}

/** Counts to be recorded by a lane: 512 KB. */
const maxRecords = 2 ** 16
const moduleOf = modulePool<LockstepLayout, Kernel>()

/**
 * Null where the network is too large, has events, or rates of several species, or where the machine lacks SIMD.
 * Rate constants must not be so large or small that a sum or a draw can leave the range of doubles.
 */
export function lockstep(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
): Lanes | null {
  const shape = shapeOf(network)
  if (!shape || shape.species * times.length > maxRecords) return null
  const { rates, propensities } = evaluators(network, parameters)
  const constants = shape.reactions.map(({ law }, r) => ('table' in law ? 0 : rates[r](initial, 0)))
  if (!constants.every((k) => Object.is(k, 0) || (k > 1e-200 && k < 1e200))) return null
  const module = moduleOf(JSON.stringify(shape), () => emitLockstep(shape))
  if (!module) return null
  const { layout } = module
  const [S, T] = [network.species.length, times.length]
  const recordsAt = layout.end + 8 * T
  const recordsBytes = 8 * S * T
  // Lanes that nobody walks may look beyond the last table, though never by as much as a page.
  const instance = module.borrow(recordsAt + lanes * recordsBytes + 65536)
  const { memory, exports } = instance
  const { advance, fill } = exports
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

  const cells = Array.from({ length: lanes }, (_, i): LaneCells => {
    const records = new Float64Array(memory.buffer, recordsAt + i * recordsBytes, S * T)
    const [live, recorded, ended] = [layout.live, layout.recorded, layout.ended].map((at) => at / 4 + 2 * i)
    const [time, stop, uniform] = [layout.time, layout.stop, layout.rows].map((at) => at / 8 + i)
    const counts = () => Float64Array.from(initial, (_, s) => doubles[layout.counts / 8 + s * lanes + i])
    return {
      records,
      rejected: 0,
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
      get recorded() {
        return integers[recorded]
      },
      get alive() {
        return integers[live] !== 0
      },
      get used() {
        return (integers[ended] - layout.rows) / rowBytes
      },
      begin(u, e) {
        doubles[time] = 0
        doubles[stop] = times[0]
        for (let s = 0; s < S; s++) doubles[layout.counts / 8 + s * lanes + i] = initial[s]
        doubles[uniform] = u
        doubles[uniform + lanes] = e
        integers[recorded] = 0
        integers.fill(-1, live, live + 2)
      },
      stop() {
        integers.fill(0, live, live + 2)
      },
    }
  })
  return lanesOf({
    cells,
    states: new Uint32Array(memory.buffer, layout.state, stateBytes / 4),
    batch: batchRows,
    times: T,
    fill(i) {
      const from = layout.rows + rowBytes + 8 * i
      fill(layout.state + 8 * i, from, from + rowBytes * batchRows)
    },
    advance,
    release() {
      module.giveBack(instance)
    },
  })
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
