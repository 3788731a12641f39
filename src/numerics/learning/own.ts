/** Our own backend: the tape over emitted WebAssembly, or over its plain twin. Synchronous inside; nothing to load. */
import { plainMachine, simdMachine } from './kernels'
import { backendOn } from './learner'
import type { Backend } from './ops'

/** What every learner of this thread uses. */
const live: Parameters<typeof backendOn>[2] = new Set()

/** The fastest that runs here. `plain` asks for the twin without WebAssembly. */
export function ownBackend(options: { readonly plain?: boolean } = {}): Backend {
  const machine = () => (options.plain ? undefined : simdMachine()) ?? plainMachine()
  return backendOn(options.plain || !simdMachine() ? 'plain' : 'wasm', machine, live)
}
