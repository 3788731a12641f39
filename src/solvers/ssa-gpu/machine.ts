/** A device with the programs of one problem: begins a batch of replicates, advances it, counts it, reads it. */

import { type Adapter, type ComputePipeline, type Device, type GpuBuffer, mapRead, usage } from '../../numerics/webgpu'
import { Failure, type Problem } from '../contract'
import { checked, forget, openDevice, programs } from './device'
import { horizonTicks, type Program, sampler, ticksPerTime } from './kernel'
import { capacity, laneSize, laneWords } from './limits'
import { reduceText, wholeForms } from './reduce'

/** A quiet not-a-number: a text cannot contain one. */
const invalid = 0x7fc00000

/** What a stretch of work came to. */
export interface Progress {
  /** Lanes that have not recorded all output times. */
  readonly running: number
  /** Output times passed by all lanes together, and events fired. */
  readonly passed: number
  readonly events: number
  /** See `trouble`. */
  readonly trouble: number
}

/** Where a lane is that cannot go on. */
export interface Stuck {
  readonly counts: Float64Array
  readonly time: number
}

export interface Machine {
  /** Lanes that it can hold. */
  readonly capacity: number
  /** Whether it can count quantities itself. */
  readonly counts: boolean
  /** Lay out lanes for the replicates first, first + step, … */
  begin(first: number, step: number, lanes: number): void
  /** Let every lane take so many steps, events or output times, or fewer to its end. */
  advance(budget: number): Promise<Progress>
  /** The first lane in trouble. */
  stuck(): Promise<Stuck>
  /** Counts at the output times: [time, species, lane]. */
  records(): Promise<Int32Array>
  /** Largest and smallest value of each quantity. */
  extents(): Promise<{ most: number[]; least: number[] }>
  /** Histograms [quantity, time, value], for values below `row`. */
  marginals(row: number): Promise<Uint32Array>
  /** A joint histogram [time, cell of a, cell of b]. */
  joint(a: number, b: number, shape: JointShape): Promise<Uint32Array>
  /** Free what was laid out; the device and its programs stay for the next problem. */
  close(): void
  /** The device itself does not do what it should: the next problem opens another. */
  giveUp(): void
}

export interface JointShape {
  readonly rows: number
  readonly columns: number
  readonly rowWidth: number
  readonly columnWidth: number
}

/** The problem's programs on the device of this thread. `key`: the two words that all replicates share. */
export async function openMachine(adapter: Adapter, problem: Problem, key: ArrayLike<number>): Promise<Machine> {
  const [S, T] = [problem.network.species.length, problem.times.length]
  const program = sampler(problem)
  const forms = wholeForms(problem)
  const device = await openDevice(adapter)
  const [advance] = await programs(device, program.text, ['advance'])
  const counting = forms ? await programs(device, reduceText(forms, S, T), ['span', 'marginals', 'joint']) : null
  return checked(device, () => assemble(device, problem, key, forms?.length ?? 0, program, advance, counting))
}

function assemble(
  device: Device,
  { network, times }: Problem,
  key: ArrayLike<number>,
  Q: number,
  { constants }: Program,
  sampler: ComputePipeline,
  counting: ComputePipeline[] | null,
): Machine {
  const [S, T] = [network.species.length, times.length]
  const most = capacity(S, T)
  const { queue } = device
  const storageUse = usage.storage | usage.copySource | usage.copyTarget
  const made: GpuBuffer[] = []
  const buffer = (words: number, use: number) => {
    const one = device.createBuffer({ size: 4 * words, usage: use })
    made.push(one)
    return one
  }
  const storage = (words: number) => buffer(words, storageUse)
  const uniform = buffer(8, usage.uniform | usage.copyTarget)
  const fixed = buffer(constants.length, usage.uniform | usage.copyTarget)
  queue.writeBuffer(fixed, 0, constants)
  const marks = storage(2 * T)
  queue.writeBuffer(marks, 0, ticksOf(times))
  const lanes = storage((laneWords + S) * most)
  const records = storage(T * S * most)
  const status = storage(4)
  const job = new Uint32Array([key[0], key[1], 0, 0, 0, 0, 0, invalid])

  const bound = (pipeline: ComputePipeline, buffers: Readonly<Record<number, GpuBuffer>>) => {
    const entries = Object.entries(buffers).map(([at, buffer]) => ({ binding: Number(at), resource: { buffer } }))
    return device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  }
  const samplerGroup = bound(sampler, { 0: uniform, 1: marks, 2: lanes, 3: records, 4: status, 5: fixed })
  const encode = (pipeline: ComputePipeline, group: object, rows = 1) => {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(Math.ceil(job[4] / laneSize), rows)
    pass.end()
    return encoder
  }
  const read = async (buffer: GpuBuffer, words: number, encoder = device.createCommandEncoder()) => {
    const staging = device.createBuffer({ size: 4 * words, usage: usage.mapRead | usage.copyTarget })
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * words)
    queue.submit([encoder.finish()])
    try {
      await staging.mapAsync(mapRead)
      return staging.getMappedRange().slice(0)
    } catch (thrown) {
      forget(device)
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      throw new Failure('device', `The GPU was lost: ${why}`, 'run it again, or use "ssa"')
    } finally {
      staging.destroy()
    }
  }
  /** Run a counting program over the records into a fresh buffer. */
  const count = async (which: number, at: 2 | 3, words: number, shape: readonly number[], fill?: Int32Array) => {
    const pipeline = (counting as ComputePipeline[])[which]
    const target = device.createBuffer({ size: 4 * words, usage: storageUse })
    if (fill) queue.writeBuffer(target, 0, fill)
    queue.writeBuffer(uniform, 0, new Uint32Array([job[4], ...shape]))
    const group = bound(pipeline, { 0: uniform, 1: records, [at]: target })
    try {
      return await read(target, words, encode(pipeline, group, which === 0 ? 1 : T))
    } finally {
      target.destroy()
    }
  }
  return {
    capacity: most,
    counts: counting !== null,
    begin(first, step, count) {
      job.set([first, step, count, 0, 1], 2)
    },
    async advance(budget) {
      job[5] = budget
      queue.writeBuffer(uniform, 0, job)
      queue.writeBuffer(status, 0, new Uint32Array(4))
      const [running, passed, events, trouble] = new Uint32Array(await read(status, 4, encode(sampler, samplerGroup)))
      job[6] = 0
      return { running, passed, events, trouble }
    },
    async stuck() {
      const n = job[4]
      const words = new Uint32Array(await read(lanes, (laneWords + S) * n))
      const lane = words.subarray(4 * n, 5 * n).findIndex((bad) => bad > 0)
      const ticks = words[n + lane] * 2 ** 32 + words[lane]
      const counts = Float64Array.from({ length: S }, (_, s) => words[(laneWords + s) * n + lane] | 0)
      return { counts, time: ticks / ticksPerTime(times) }
    },
    records: async () => new Int32Array(await read(records, T * S * job[4])),
    async extents() {
      const fill = new Int32Array(2 * Q).fill(-(2 ** 31), 0, Q).fill(2 ** 31 - 1, Q)
      const found = [...new Int32Array(await count(0, 2, 2 * Q, [], fill))]
      return { most: found.slice(0, Q), least: found.slice(Q) }
    },
    marginals: async (row) => new Uint32Array(await count(1, 3, Q * T * row, [row])),
    async joint(a, b, { rows, columns, rowWidth, columnWidth }) {
      const shape = [0, a, b, rows, columns, rowWidth, columnWidth]
      return new Uint32Array(await count(2, 3, T * rows * columns, shape))
    },
    close() {
      for (const one of made) one.destroy()
    },
    giveUp: () => forget(device),
  }
}

/** Output times in ticks, low word first. */
export function ticksOf(times: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(2 * times.length)
  const unit = horizonTicks / (times[times.length - 1] || 1)
  for (let k = 0; k < times.length; k++) {
    const ticks = times[k] * unit
    words[2 * k] = ticks % 2 ** 32
    words[2 * k + 1] = ticks / 2 ** 32
  }
  return words
}
