/**
 * Emitted modules, kept by the structure of what they compute, each with the instances that nobody uses at the moment: to
 * build one takes longer than many runs.
 */
import { cos, exp, log, log10, pow, sin, tanh } from '../numerics/elementary'
import { writeZiggurat } from './compile-random'

/** Where an instance has its tables of random numbers, and where what belongs to the module ends: bytes. */
type Laid = Parameters<typeof writeZiggurat>[1] & { readonly end: number }

export interface Emitted<Layout> {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly layout: Layout
}

export interface Instance<Exports> {
  readonly memory: WebAssembly.Memory
  readonly exports: Exports
}

export interface Pooled<Layout, Exports> {
  readonly layout: Layout
  /** An instance with at least so many bytes of memory. */
  borrow(bytes: number): Instance<Exports>
  giveBack(instance: Instance<Exports>): void
}

const maxModules = 24

/** A pool; `furnish` writes what all runs of an instance share. The oldest module goes when there are too many. */
export function modulePool<Layout extends Laid, Exports>(
  furnish: (memory: WebAssembly.Memory, layout: Layout) => void = () => {},
) {
  const pool = new Map<string, Pooled<Layout, Exports>>()

  function pooled({ bytes, layout }: Emitted<Layout>): Pooled<Layout, Exports> {
    const module = new WebAssembly.Module(bytes)
    const idle: Instance<Exports>[] = []
    const instantiate = (): Instance<Exports> => {
      const memory = new WebAssembly.Memory({ initial: pages(layout.end) })
      writeZiggurat(memory.buffer, layout)
      furnish(memory, layout)
      const env = { memory, exp, log, log10, sin, cos, tanh, pow }
      return { memory, exports: new WebAssembly.Instance(module, { env }).exports as unknown as Exports }
    }
    return {
      layout,
      borrow(bytes) {
        const instance = idle.pop() ?? instantiate()
        const missing = pages(bytes) - instance.memory.buffer.byteLength / 65536
        if (missing > 0) instance.memory.grow(missing)
        return instance
      },
      giveBack(instance) {
        idle.push(instance)
      },
    }
  }

  /** The module of this structure, emitted where it isn't there; null where `emit` makes none, or the machine can't run it. */
  return (structure: string, emit: () => Emitted<Layout> | null): Pooled<Layout, Exports> | null => {
    const known = pool.get(structure)
    if (known) return known
    const emitted = emit()
    if (!emitted || !WebAssembly.validate(emitted.bytes)) return null
    const fresh = pooled(emitted)
    if (pool.size >= maxModules) pool.delete(pool.keys().next().value!)
    pool.set(structure, fresh)
    return fresh
  }
}

const pages = (bytes: number) => Math.ceil(bytes / 65536)
