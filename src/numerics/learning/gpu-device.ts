/** A device with our kernels: programs are compiled when first called, for all machines on the device. */
import { type Adapter, type ComputePipeline, type Device, findAdapter, inCompute } from '../webgpu'
import type { Program, Tail } from './wgsl'

export interface GpuDevice {
  readonly device: Device
  readonly layout: object
  /** What an adapter calls itself. */
  readonly name: string
  pipeline(program: Program, tails: readonly Tail[]): ComputePipeline
  /** Why nothing can be expected of it any more, or the last complaint of the device. */
  complaint(): string | undefined
  lost(): boolean
}

let known: Promise<GpuDevice | undefined> | undefined

/** The device of this thread; undefined where no adapter is lent. A lost one is replaced, and one that was refused asked for again. */
export async function gpuDevice(): Promise<GpuDevice | undefined> {
  const asked = known
  const before = await asked
  if (known === asked && (!before || before.lost())) known = undefined
  known ??= openDevice().catch(() => undefined)
  return known
}

async function openDevice(): Promise<GpuDevice | undefined> {
  const adapter = await findAdapter('any')
  if (!adapter) return undefined
  // The default limits are those of phones.
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } })
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: inCompute, buffer: { type: 'storage' } },
      { binding: 1, visibility: inCompute, buffer: { type: 'uniform', hasDynamicOffset: true } },
    ],
  })
  const all = device.createPipelineLayout({ bindGroupLayouts: [layout] })
  const pipelines = new Map<Program, Map<string, ComputePipeline>>()
  let said: string | undefined
  let gone = false
  device.lost.then(({ message }) => {
    gone = true
    said = `the device was lost: ${message}`
  })
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault()
    said ??= event.error.message
  })
  return {
    device,
    layout,
    name: nameOf(adapter),
    pipeline(program, tails) {
      const ofProgram = pipelines.get(program) ?? new Map<string, ComputePipeline>()
      pipelines.set(program, ofProgram)
      const key = tails.length ? tails.map(({ value }) => value).join('\n') : ''
      const found = ofProgram.get(key)
      if (found) return found
      const module = device.createShaderModule({ code: program.code(tails) })
      const made = device.createComputePipeline({ layout: all, compute: { module } })
      ofProgram.set(key, made)
      return made
    },
    complaint: () => said,
    lost: () => gone,
  }
}

function nameOf({ info }: Adapter): string {
  const said = [info?.vendor, info?.architecture, info?.device, info?.description].filter((part) => part)
  return said.join(' ') || 'no name'
}
