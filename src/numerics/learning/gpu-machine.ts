/**
 * A machine on a GPU. Calls of kernels are only noted, a program and a block of numbers each; when something is read they
 * go to the device in one piece. Between two readings no answer is waited for.
 *
 * The memory is one buffer: from its front what the tape allocates, from its end, at addresses below zero, scratch and the
 * numbers that were brought for the run. These have places of their own, so that they may be written before any of the
 * calls runs. A buffer cannot grow: it is replaced by a larger one before calls go to the device.
 */
import { type CommandEncoder, type GpuBuffer, mapRead } from '../webgpu'
import { type Blocks, type Descent, factors } from './descent'
import { callList } from './gpu-calls'
import type { GpuDevice } from './gpu-device'
import { type Call, gpuKernels, productOn, scratchAt } from './gpu-kernels'
import { brought, gpuMemory, replyBuffers } from './gpu-memory'
import type { Machine } from './kernels'
import { fromZero, type Program } from './wgsl'
import { elementwisePrograms, stretch } from './wgsl-elementwise'
import { movingPrograms } from './wgsl-rows'

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
      const { adds } = program
      const to = adds && numbers[adds.to]
      const due = promised.find(({ at, floats }) => at === to && (adds as Adds).floats(numbers) >= floats)
      if (due) {
        if (!fresh) past = due.from === undefined ? fromZero : (due.from - due.at) / (program.vectors ? 16 : 4)
        promised = promised.filter((promise) => promise !== due)
      }
      if (promised.length > 0) {
        const places = program.places(numbers)
        keepPromises(({ at, floats }) => places.some((place) => place >= at && place < at + 4 * floats))
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
      else {
        promised = promised.filter((zeros) => zeros.at !== at || zeros.floats > floats)
        call(fill, [at, floats, value])
      }
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
