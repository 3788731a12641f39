/** The option that says where a network is trained. */
import { z } from 'zod'

/** What `backends.ts` lends, by its names. `when`: for which other options it is asked at all. */
export const backendField = (when?: Readonly<Record<string, readonly string[]>>) =>
  z
    .enum(['wasm', 'webgpu', 'fastest', 'tensorflow', 'plain'])
    .default('wasm')
    .meta({
      title: 'Backend',
      help: 'wasm: our own kernels. webgpu: the same on a GPU, where there is one. fastest: what takes less time here, by trial. For comparison: tensorflow, TensorFlow.js on a GPU, and plain, without WebAssembly. Numbers agree to five digits.',
      advanced: true,
      ...(when && { when }),
    })
