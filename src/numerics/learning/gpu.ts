/** Our own backend on a GPU: the same tape, noted and sent to the device a step at a time. */
import { gpuDevice } from './gpu-device'
import { gpuMachine } from './gpu-machine'
import { backendOn } from './learner'
import type { Backend } from './ops'

const live: Parameters<typeof backendOn>[2] = new Set()

/** Undefined where this host lends no adapter. */
export async function gpuBackend(): Promise<Backend | undefined> {
  const gpu = await gpuDevice()
  return gpu && backendOn('webgpu', () => gpuMachine(gpu), live)
}
