/**
 * What is used of WebGPU (https://www.w3.org/TR/webgpu/), declared here because solvers are checked without the
 * browser's types, and how an adapter is found.
 */
export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number): Promise<void>
  getMappedRange(): ArrayBuffer
  destroy(): void
}

export interface ComputePipeline {
  getBindGroupLayout(index: number): object
}

interface ComputePass {
  setPipeline(pipeline: ComputePipeline): void
  setBindGroup(index: number, group: object): void
  dispatchWorkgroups(x: number, y?: number): void
  end(): void
}

interface CommandEncoder {
  beginComputePass(): ComputePass
  clearBuffer(buffer: GpuBuffer): void
  copyBufferToBuffer(source: GpuBuffer, from: number, target: GpuBuffer, to: number, bytes: number): void
  finish(): object
}

export interface Device {
  readonly queue: {
    submit(commands: readonly object[]): void
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void
  }
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer
  createShaderModule(descriptor: { code: string }): object
  createComputePipelineAsync(descriptor: {
    layout: 'auto'
    compute: { module: object; entryPoint: string }
  }): Promise<ComputePipeline>
  createBindGroup(descriptor: {
    layout: object
    entries: readonly { binding: number; resource: { buffer: GpuBuffer } }[]
  }): object
  createCommandEncoder(): CommandEncoder
  pushErrorScope(filter: 'validation' | 'out-of-memory'): void
  popErrorScope(): Promise<{ readonly message: string } | null>
  readonly lost: Promise<unknown>
  destroy(): void
}

export interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean }
  /** Where older browsers say it. */
  readonly isFallbackAdapter?: boolean
  requestDevice(): Promise<Device>
}

interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>
}

export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const
export const mapRead = 1

/** An adapter of this host, or null. A `real` one is not the software that some browsers put in its place. */
export async function findAdapter(which: 'real' | 'any'): Promise<Adapter | null> {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } }
  const adapter = await navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)
  if (!adapter) return null
  const fallback = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false
  return which === 'real' && fallback ? null : adapter
}
