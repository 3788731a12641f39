/**
 * A machine on a GPU. Calls of kernels are only noted, a program and a block of numbers each; when something is read they
 * go to the device in one piece. Between two readings no answer is waited for.
 *
 * The memory is one buffer: from its front what the tape allocates, from its end, at addresses below zero, scratch and the
 * numbers that were brought for the run. These have places of their own, so that they may be written before any of the
 * calls runs. A buffer cannot grow: it is replaced by a larger one before calls go to the device.
 */
import { type CommandEncoder, type ComputePipeline, type GpuBuffer, mapRead, usage } from '../webgpu'
import { type Blocks, type Descent, factors } from './descent'
import type { GpuDevice } from './gpu-device'
import { type Call, gpuKernels, productOn, scratchAt, scratchFloats } from './gpu-kernels'
import type { Machine } from './kernels'
import { fromZero, type Kind, type Program } from './wgsl'
import { elementwisePrograms, stretch } from './wgsl-elementwise'
import { movingPrograms } from './wgsl-rows'

/** Bytes from the start of one call's numbers to the next: what every device can do. */
const slot = 256
/** Longer than any length that clips. */
const unclipped = 3e38

interface Stretch {
  readonly at: number
  readonly floats: number
}
type Adds = NonNullable<Program['adds']>

/** Calls after which some go ahead: the device is at work while the rest is noted. */
const ahead = 48

/**
 * Zeros, or a copy of what lies elsewhere, that are promised: the first call there that adds to all of them need not find
 * them; before any other they are written.
 */
interface Promised extends Stretch {
  readonly from?: number
}

export function gpuMachine(gpu: GpuDevice): Machine {
  const { device } = gpu
  const calls = callList(gpu)
  const memory = gpuMemory(gpu)
  const lent = brought()
  const replies = replyBuffers(gpu)
  let stamp = 0
  let promised: Promised[] = []
  const { fill, squares, report, adam } = elementwisePrograms
  const { copy } = movingPrograms

  const note = (program: Program, numbers: readonly number[], past: number) => {
    if (calls.length() >= ahead) send()
    calls.add(program, numbers, past)
  }
  const keepPromises = (kept: (promise: Promised) => boolean) => {
    for (const { at, floats, from } of promised.filter(kept)) {
      if (from === undefined) note(fill, [at, floats, 0], 0)
      else note(copy, [from, at, 1, 1, 1, floats, 0, 0, 0, 4, 0, 0, 0, 4], 0)
    }
    promised = promised.filter((promise) => !kept(promise))
  }
  const call: Call = (program, numbers, fresh = false) => {
    let past = fresh ? fromZero : 0
    if (promised.length > 0) {
      const { adds, parameters } = program
      const to = adds && numbers[adds.to]
      const due = promised.find(({ at, floats }) => at === to && (adds as Adds).floats(numbers) >= floats)
      if (due) {
        if (!fresh) past = due.from === undefined ? fromZero : (due.from - due.at) / (program.vectors ? 16 : 4)
        promised = promised.filter((promise) => promise !== due)
      }
      if (promised.length > 0) {
        const places = Object.values(parameters).filter((kind) => kind === 'place' || kind === 'vector').length
        keepPromises(({ at, floats }) =>
          numbers.slice(0, places).some((place) => place >= at && place < at + 4 * floats),
        )
      }
    }
    note(program, numbers, past)
  }

  /** Encode what was noted. */
  const begin = () => {
    const encoder = device.createCommandEncoder()
    lent.write(memory.ready(encoder, lent.floats()), (at, data) => memory.set(at, data))
    calls.encode(encoder, memory.buffer())
    return encoder
  }
  const end = (encoder: CommandEncoder) => {
    device.queue.submit([encoder.finish()])
    memory.sent()
  }
  const send = () => end(begin())

  /** Send what was noted, and copy to the reply: the first vector of the memory, then each of these stretches. */
  const ask = async (wanted: readonly Stretch[]): Promise<Float32Array> => {
    keepPromises(() => true)
    const mark = stamp
    const floats = 4 + wanted.reduce((sum, piece) => sum + piece.floats, 0)
    const encoder = begin()
    const reply = replies.take(4 * floats)
    let to = 0
    for (const { at, floats } of [{ at: 0, floats: 4 }, ...wanted]) {
      encoder.copyBufferToBuffer(memory.buffer(), memory.placeOf(at), reply, to, 4 * floats)
      to += 4 * floats
    }
    end(encoder)
    const numbers = await answer(reply, 4 * floats)
    replies.giveBack(reply)
    // Where anything was wrong with what was sent the device does none of it, and the buffer holds what it held.
    if (numbers[0] !== mark) throw new Error(gpu.complaint() ?? 'the device did not do what it was asked')
    return numbers
  }
  const nextStamp = () => {
    stamp = (stamp % 2 ** 24) + 1
    return stamp
  }
  const answer = async (reply: GpuBuffer, bytes: number) => {
    try {
      await reply.mapAsync(mapRead)
    } catch (thrown) {
      throw new Error(gpu.complaint() ?? (thrown instanceof Error ? thrown.message : String(thrown)))
    }
    const numbers = new Float32Array(reply.getMappedRange().slice(0, bytes))
    reply.unmap()
    return numbers
  }
  const bring: Machine['bring'] = (data) => lent.add(data)
  const tables = new WeakMap<Blocks, Float32Array>()

  return {
    kernels: gpuKernels(call),
    product: productOn(call),
    reserve: (bytes) => memory.reserve(bytes),
    write(at, data) {
      if (calls.length() > 0) throw new Error('numbers are set between runs')
      send()
      memory.set(at, data)
    },
    fill(at, floats, value) {
      if (value === 0) promised.push({ at, floats })
      else call(fill, [at, floats, value])
    },
    duplicate: (from, at, floats) => void promised.push({ at, floats, from }),
    bring,
    async read(at, floats) {
      call(fill, [0, 1, nextStamp()])
      return (await ask([{ at, floats }])).slice(4)
    },
    async descend(descent: Descent) {
      const { blocks, loss } = descent
      const { clip, moments, shrink } = factors(descent)
      const table = tables.get(blocks) ?? stretchesOf(blocks)
      tables.set(blocks, table)
      const stretches = table.length / 2
      call(squares, [blocks.gradients, bring(table, 'floats', () => 0), scratchAt, stretches])
      call(report, [scratchAt, loss, stretches, nextStamp(), Math.min(clip, unclipped)])
      const { weights, gradients, means, squares: seconds, length, decaying } = blocks
      call(adam, [weights, gradients, means, seconds, length, decaying, ...moments, shrink])
      const [, gradientNorm, value] = await ask([])
      return { loss: value, gradientNorm }
    },
    clear() {
      calls.clear()
      lent.clear()
      memory.clear()
      promised = []
    },
    dispose() {
      memory.destroy()
      calls.destroy()
      replies.destroy()
    },
  }
}

/** Arrays cut into what one workgroup sums up: [from, size]. */
function stretchesOf({ arrays }: Blocks): Float32Array {
  return Float32Array.from(
    arrays.flatMap(({ from, size }) =>
      Array.from({ length: Math.ceil(size / stretch) }, (_, k) => [
        from + k * stretch,
        Math.min(stretch, size - k * stretch),
      ]).flat(),
    ),
  )
}

/** Calls with their numbers, as they will go to the device. */
function callList({ device, layout, pipeline }: GpuDevice) {
  let words = new ArrayBuffer(256 * slot)
  let [integers, floats] = [new Int32Array(words), new Float32Array(words)]
  let offsets = new Uint32Array(0)
  let target: GpuBuffer | undefined
  let group: object | undefined
  let bound: GpuBuffer | undefined
  const programs: ComputePipeline[] = []
  const grids: (readonly [number, number, number])[] = []
  const kinds = new Map<Program, { readonly kinds: readonly Kind[]; readonly pipeline: ComputePipeline }>()

  const known = (program: Program) => {
    const found = kinds.get(program) ?? { kinds: Object.values(program.parameters), pipeline: pipeline(program) }
    kinds.set(program, found)
    return found
  }
  const widen = () => {
    const wider = new ArrayBuffer(2 * words.byteLength)
    new Uint8Array(wider).set(new Uint8Array(words))
    words = wider
    ;[integers, floats] = [new Int32Array(words), new Float32Array(words)]
  }
  return {
    length: () => programs.length,
    /** `past`: see `before` in `wgsl.ts`. */
    add(program: Program, numbers: readonly number[], past: number) {
      const { kinds, pipeline } = known(program)
      const from = (programs.length * slot) / 4
      if (4 * from + slot > words.byteLength) widen()
      for (let k = 0; k < kinds.length; k++) {
        const kind = kinds[k]
        if (kind === 'number') floats[from + k] = numbers[k]
        else if (kind === 'count') integers[from + k] = numbers[k]
        else integers[from + k] = numbers[k] / (kind === 'vector' ? 16 : 4)
      }
      integers[from + kinds.length] = past
      programs.push(pipeline)
      grids.push(program.grid(numbers))
    },
    /** All calls, in their order. */
    encode(encoder: CommandEncoder, heap: GpuBuffer) {
      const bytes = programs.length * slot
      if (!target || target.size < bytes) {
        target?.destroy()
        target = device.createBuffer({ size: words.byteLength, usage: usage.uniform | usage.copyTarget })
        offsets = Uint32Array.from({ length: words.byteLength / slot }, (_, k) => k * slot)
        bound = undefined
      }
      if (!group || bound !== heap) {
        const entries = [
          { binding: 0, resource: { buffer: heap } },
          { binding: 1, resource: { buffer: target, size: slot } },
        ]
        group = device.createBindGroup({ layout, entries })
        bound = heap
      }
      if (bytes === 0) return
      device.queue.writeBuffer(target, 0, new Uint8Array(words, 0, bytes))
      const pass = encoder.beginComputePass()
      let last: ComputePipeline | undefined
      for (let k = 0; k < programs.length; k++) {
        if (programs[k] !== last) pass.setPipeline(programs[k])
        last = programs[k]
        pass.setBindGroup(0, group, offsets, k, 1)
        const [x, y, z] = grids[k]
        pass.dispatchWorkgroups(x, y, z)
      }
      pass.end()
      this.clear()
    },
    clear() {
      programs.length = 0
      grids.length = 0
    },
    destroy: () => target?.destroy(),
  }
}

/** The buffer that calls work on. */
function gpuMemory({ device }: GpuDevice) {
  let buffer: GpuBuffer | undefined
  /** Buffers that a larger one has replaced. */
  const retired: GpuBuffer[] = []
  /** Bytes from the front and from the end that are needed. */
  let [front, back] = [0, 0]
  /** A buffer that is wide enough, with what the front of the last one held; whether it is another. */
  const ready = (encoder: CommandEncoder, atEnd: number): boolean => {
    back = Math.max(back, 4 * scratchFloats + 4 * atEnd)
    if (buffer && buffer.size >= front + back) return false
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
    if (front + back > most) {
      const [needs, lends] = [front + back, most].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MB`)
      throw new Error(`a step needs ${needs} of the GPU’s memory, which lends ${lends}`)
    }
    const size = Math.min(most - (most % 16), Math.ceil((1.25 * (front + back)) / 2 ** 16) * 2 ** 16)
    const wider = device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyTarget })
    if (buffer) encoder.copyBufferToBuffer(buffer, 0, wider, 0, Math.min(buffer.size, size - back))
    if (buffer) retired.push(buffer)
    buffer = wider
    return true
  }
  const placeOf = (at: number) => (at < 0 ? at + (buffer as GpuBuffer).size : at)
  const sent = () => {
    for (const old of retired.splice(0)) old.destroy()
  }
  return {
    reserve(bytes: number) {
      front = Math.max(front, bytes)
    },
    ready,
    /** What the next run needs is not known yet. */
    clear() {
      front = 0
      back = 0
    },
    /** Commands with `ready` in them are on their way. */
    sent,
    buffer: () => buffer as GpuBuffer,
    placeOf,
    set: (at: number, data: Float32Array) => device.queue.writeBuffer(buffer as GpuBuffer, placeOf(at), data),
    destroy: () => buffer?.destroy(),
  }
}

/** Numbers for a run, laid from the end of the memory forwards. */
function brought() {
  let numbers = new Float32Array(2 ** 14)
  let [used, written] = [0, 0]
  return {
    floats: () => used,
    add(data: ArrayLike<number>): number {
      used += 4 * Math.ceil(data.length / 4)
      if (used > numbers.length) {
        const longer = new Float32Array(2 * Math.max(numbers.length, used))
        longer.set(numbers, longer.length - numbers.length)
        numbers = longer
      }
      numbers.set(data, numbers.length - used)
      return scratchAt - 4 * used
    },
    /** What is new, or everything. */
    write(all: boolean, to: (fromEnd: number, data: Float32Array) => void) {
      const known = all ? 0 : written
      if (used > known) to(scratchAt - 4 * used, numbers.subarray(numbers.length - used, numbers.length - known))
      written = used
    },
    clear() {
      used = 0
      written = 0
    },
  }
}

/** Buffers that can be read, kept for the next time. */
function replyBuffers({ device }: GpuDevice) {
  const free: GpuBuffer[] = []
  return {
    take(bytes: number): GpuBuffer {
      const found = free.findIndex(({ size }) => size >= bytes)
      if (found >= 0) return free.splice(found, 1)[0]
      return device.createBuffer({ size: 2 ** Math.ceil(Math.log2(bytes)), usage: usage.mapRead | usage.copyTarget })
    },
    giveBack: (buffer: GpuBuffer) => free.push(buffer),
    destroy() {
      for (const buffer of free.splice(0)) buffer.destroy()
    },
  }
}
