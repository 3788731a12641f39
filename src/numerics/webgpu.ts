/**
 * What is used of WebGPU (https://www.w3.org/TR/webgpu/), declared here because numerics and solvers are checked without
 * the browser's types, and how an adapter is found.
 */
export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number): Promise<void>
  getMappedRange(): ArrayBuffer
  unmap(): void
  destroy(): void
}

export interface ComputePipeline {
  getBindGroupLayout(index: number): object
}

interface ComputePass {
  setPipeline(pipeline: ComputePipeline): void
  setBindGroup(index: number, group: object): void
  setBindGroup(index: number, group: object, offsets: Uint32Array, from: number, length: number): void
  dispatchWorkgroups(x: number, y?: number, z?: number): void
  end(): void
}

export interface CommandEncoder {
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
  readonly limits: Limits
  readonly lost: Promise<{ readonly message: string }>
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer
  createShaderModule(descriptor: { code: string }): object
  createComputePipelineAsync(descriptor: {
    layout: 'auto'
    compute: { module: object; entryPoint: string }
  }): Promise<ComputePipeline>
  createComputePipeline(descriptor: { layout: object; compute: { module: object } }): ComputePipeline
  createPipelineLayout(descriptor: { bindGroupLayouts: readonly object[] }): object
  createBindGroupLayout(descriptor: {
    entries: readonly {
      binding: number
      visibility: number
      buffer: { type: 'storage' | 'uniform'; hasDynamicOffset?: boolean }
    }[]
  }): object
  createBindGroup(descriptor: {
    layout: object
    entries: readonly { binding: number; resource: { buffer: GpuBuffer; offset?: number; size?: number } }[]
  }): object
  createCommandEncoder(): CommandEncoder
  pushErrorScope(filter: 'validation' | 'out-of-memory'): void
  popErrorScope(): Promise<{ readonly message: string } | null>
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string }; preventDefault(): void }) => void,
  ): void
  destroy(): void
}

export interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean } & Readonly<
    Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>>
  >
  readonly limits: Limits
  /** Where older browsers say it. */
  readonly isFallbackAdapter?: boolean
  requestDevice(descriptor?: { requiredLimits: Partial<Limits> }): Promise<Device>
}

interface Limits {
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
}

interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>
}

export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const
export const mapRead = 1
/** Where a binding is seen. */
export const inCompute = 4

/** An adapter of this host, or null. A `real` one is not the software that some browsers put in its place. */
export async function findAdapter(which: 'real' | 'any'): Promise<Adapter | null> {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } }
  const adapter = await navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)
  if (!adapter) return null
  const fallback = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false
  return which === 'real' && fallback ? null : adapter
}
