/** Buffers of a machine on a GPU: the memory of its calls, numbers that are brought for a run, and what is read. */
import { type CommandEncoder, type GpuBuffer, usage } from '../webgpu'
import type { GpuDevice } from './gpu-device'
import { scratchAt, scratchFloats } from './gpu-kernels'

/** The buffer that calls work on. */
export function gpuMemory({ device }: GpuDevice) {
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
export function brought() {
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
export function replyBuffers({ device }: GpuDevice) {
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
