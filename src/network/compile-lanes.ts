/** What the kernels have in common that walk several replicates at once: a replicate in each lane, a batch at a time. */
import type { Stream } from '../numerics/rng'
import { laneBytes, lanes } from './compile-pairs'

/** Walks a replicate in each of its lanes. */
export interface Lanes {
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
  /** `odd`: it has met what its kernel does not know; its replicate has to be walked again, from the start. */
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

/** A lane in the memory of its kernel. */
export interface LaneCells {
  /** At time 0, with the initial counts and the first pair; alive from now on. */
  begin(uniform: number, exponential: number): void
  /** Not alive any more. */
  stop(): void
  readonly alive: boolean
  /** Pairs of the last batch that were used before it ended. */
  readonly used: number
  /** Pairs that led to no event. */
  readonly rejected: number
  readonly counts: Float64Array
  readonly total: number
  readonly time: number
  readonly recorded: number
  readonly records: Float64Array
}

/** A kernel that advances all its lanes by a batch of pairs. */
export interface LanesKernel {
  readonly cells: readonly LaneCells[]
  /** The generators: each of four words, `laneBytes` apart. */
  readonly states: Uint32Array
  /** Pairs of each lane. */
  readonly batch: number
  readonly times: number
  /** Draws the batch of a lane and the next one. */
  fill(lane: number): void
  /** How many lanes have ended. */
  advance(): number
  release(): void
}

export const stateBytes = 4 * laneBytes

export function lanesOf({ cells, states, batch, times, fill, advance, release }: LanesKernel): Lanes {
  const isGoing = new Uint8Array(lanes)
  let [going, batches] = [0, 0]
  const all = cells.map((cell, i) => {
    let status: Lane['status'] = 'idle'
    let [begun, pairs] = [0, 0]
    const end = () => {
      status = cell.recorded === times ? 'done' : 'odd'
      isGoing[i] = 0
      going--
    }
    return {
      records: cell.records,
      get status() {
        return status
      },
      get counts() {
        return cell.counts
      },
      get total() {
        return cell.total
      },
      get time() {
        return cell.time
      },
      get events() {
        return (status === 'going' ? batch * (batches - begun) : pairs) - cell.rejected
      },
      get recorded() {
        return cell.recorded
      },
      start(stream: Stream) {
        status = 'going'
        isGoing[i] = 1
        going++
        begun = batches
        const uniform = stream.uniform()
        cell.begin(uniform, stream.exponential())
        for (let k = 0; k < 8; k++) states[2 * ((k >> 1) * lanes + i) + (k & 1)] = stream.words[k]
      },
      giveUp() {
        pairs = batch * (batches - begun)
        cell.stop()
        end()
      },
      /** After the last batch: how many of its pairs it has not used. */
      settle(): number {
        if (status !== 'going' || cell.alive) return 0
        pairs = batch * (batches - 1 - begun) + cell.used
        end()
        return batch - cell.used
      },
    } satisfies Lane & { settle(): number }
  })
  return {
    lanes: all,
    get going() {
      return going
    },
    advance() {
      for (let i = 0; i < lanes; i += 2) if (isGoing[i] + isGoing[i + 1] > 0) fill(i)
      let events = batch * going
      const endings = advance()
      batches++
      if (endings > 0) for (const lane of all) events -= lane.settle()
      return events
    },
    release,
  }
}
