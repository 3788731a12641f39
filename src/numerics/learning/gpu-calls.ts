/** Calls of programs that are noted, and how they go to the device. */
import { type CommandEncoder, type ComputePipeline, type GpuBuffer, usage } from '../webgpu'
import type { GpuDevice } from './gpu-device'
import type { Program, Tail } from './wgsl'

/** Bytes from the start of one call's numbers to the next: what every device can do. */
const slot = 256
/** What a call does besides: more is not worth a program of its own. */
const mostTails = 4
/** So many calls may lie between a call and the one that it joins. */
const mostBetween = 2

interface Call {
  readonly program: Program
  readonly numbers: readonly number[]
  /** See `before` in `wgsl.ts`. */
  readonly past: number
  readonly tails: Tail[]
}

export function callList(gpu: GpuDevice) {
  const calls: Call[] = []
  const numbersOf = numberBuffer(gpu)
  return {
    length: () => calls.length,
    add(program: Program, numbers: readonly number[], past: number) {
      if (!joins(calls, program, numbers, past)) calls.push({ program, numbers, past, tails: [] })
    },
    /** All calls, in their order. */
    encode(encoder: CommandEncoder, heap: GpuBuffer) {
      if (calls.length === 0) return
      const { group, offsets } = numbersOf(calls, heap)
      const pass = encoder.beginComputePass()
      let last: ComputePipeline | undefined
      calls.forEach(({ program, numbers, tails }, k) => {
        const pipeline = gpu.pipeline(program, tails)
        if (pipeline !== last) pass.setPipeline(pipeline)
        last = pipeline
        pass.setBindGroup(0, group, offsets, k, 1)
        const [x, y, z] = program.grid(numbers)
        pass.dispatchWorkgroups(x, y, z)
      })
      pass.end()
      calls.length = 0
    },
    clear() {
      calls.length = 0
    },
    destroy: () => numbersOf.destroy(),
  }
}

/**
 * Let an earlier call do what this one asks, number by number as it makes them: it must go by what that call wrote, and
 * nothing may stand in the way. Memory is taken upwards: what begins above all places of a call overlaps with none.
 */
function joins(calls: readonly Call[], program: Program, numbers: readonly number[], past: number): boolean {
  if (!program.joins) return false
  const least = Math.max(0, calls.length - 1 - mostBetween)
  for (let k = calls.length - 1; k >= least; k--) {
    const { program: first, numbers: given, tails } = calls[k]
    const made = first.ends?.(given)
    if (!made) continue
    const at = tails.length ? tails[tails.length - 1].to : made.at
    const tail = program.joins(numbers, { ...made, at }, past)
    if (!tail) continue
    if (tails.length >= mostTails) return false
    const own = [...first.places(given), ...tails.flatMap(({ places, to }) => [...places, to]), ...tail.places]
    const between = calls.slice(k + 1)
    const free = [...own, ...between.flatMap((call) => call.program.places(call.numbers))].every(
      (place) => place < tail.to,
    )
    const inputs = [at, ...tail.places]
    const untouched = between.every(({ program, numbers, tails }) => {
      const to = program.adds && numbers[program.adds.to]
      return to !== undefined && tails.length === 0 && !inputs.includes(to)
    })
    if (!free || !untouched) return false
    tails.push(tail)
    return true
  }
  return false
}

/** Numbers of calls, one block each, in a buffer that grows; what binds it with the memory. */
function numberBuffer({ device, layout }: GpuDevice) {
  let words = new ArrayBuffer(0)
  let [integers, floats] = [new Int32Array(words), new Float32Array(words)]
  let offsets = new Uint32Array(0)
  let target: GpuBuffer | undefined
  let bound: { readonly group: object; readonly heap: GpuBuffer } | undefined
  const widen = (count: number) => {
    words = new ArrayBuffer(2 * count * slot)
    ;[integers, floats] = [new Int32Array(words), new Float32Array(words)]
    offsets = Uint32Array.from({ length: 2 * count }, (_, k) => k * slot)
    target?.destroy()
    target = device.createBuffer({ size: words.byteLength, usage: usage.uniform | usage.copyTarget })
    bound = undefined
  }
  const write = ({ program, numbers, past, tails }: Call, from: number) => {
    const { kinds } = program
    for (let k = 0; k < kinds.length; k++) {
      const kind = kinds[k]
      if (kind === 'number') floats[from + k] = numbers[k]
      else if (kind === 'count') integers[from + k] = numbers[k]
      else integers[from + k] = numbers[k] / (kind === 'vector' ? 16 : 4)
    }
    let at = from + kinds.length
    integers[at++] = past
    for (const { places, to } of tails) {
      for (const place of places) integers[at++] = place / 4
      integers[at++] = to / 4
    }
  }
  const ready = (calls: readonly Call[], heap: GpuBuffer) => {
    if (calls.length * slot > words.byteLength) widen(calls.length)
    const buffer = target as GpuBuffer
    calls.forEach((call, k) => {
      write(call, (k * slot) / 4)
    })
    device.queue.writeBuffer(buffer, 0, new Uint8Array(words, 0, calls.length * slot))
    if (bound?.heap !== heap) {
      const entries = [
        { binding: 0, resource: { buffer: heap } },
        { binding: 1, resource: { buffer, size: slot } },
      ]
      bound = { group: device.createBindGroup({ layout, entries }), heap }
    }
    return { group: bound.group, offsets }
  }
  return Object.assign(ready, { destroy: () => target?.destroy() })
}
