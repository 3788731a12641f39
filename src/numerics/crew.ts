/**
 * Threads that share a memory and a kernel: the lead says what is to be done and does its own share, the others theirs.
 * Every number is made by the same operations whoever makes it, so that the bits do not depend on how many they are.
 */

/** Whether memory can be shared between threads here: in a page only where it is isolated from other sites. */
export function canShare(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated !== false
}

/** What another thread needs for its share; plain, clonable data. */
export interface SharedTask {
  /** Exports functions of numbers; imports `host.memory`. */
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** See `Control`. */
  readonly control: SharedArrayBuffer
  /** Which of the threads this is; the lead is 0. */
  readonly index: number
}

/** Where the lead gets others from. */
export interface Helpers {
  /** Threads besides the lead. */
  readonly others: number
  /** Hands each of the others its task; they stay with it until they are released. */
  enlist(tasks: readonly SharedTask[]): void
}

/** Integers of the control block: orders so far, or `released`; shares done of the last; which function. */
const [orders, done, which] = [0, 1, 2]
const released = -1
/** Numbers follow: those of each share, at most so many. */
const integers = 4
const mostArguments = 10
/** A lead that waits so long has lost a thread. */
const patienceMs = 10_000
/** Between two looks at the clock while there is nothing to do. */
const napMs = 10

export interface Crew {
  /** Call the exported function with each thread's arguments, the lead's first, and wait for all. */
  run(name: string, shares: readonly (readonly number[])[]): void
  /** Let the others go. */
  release(): void
}

/** Threads on a kernel: `exports` are the lead's own. */
export function assembleCrew(
  helpers: Helpers,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  exports: Readonly<Record<string, (...numbers: number[]) => void>>,
): Crew {
  const names = namesOf(module)
  const size = helpers.others + 1
  const control = new SharedArrayBuffer(4 * integers + 8 * size * mostArguments)
  const state = new Int32Array(control, 0, integers)
  const numbers = new Float64Array(control, 4 * integers)
  helpers.enlist(Array.from({ length: helpers.others }, (_, k) => ({ module, memory, control, index: k + 1 })))
  return {
    run(name, shares) {
      for (const [k, share] of shares.entries()) numbers.set(share, k * mostArguments)
      state[which] = names.indexOf(name)
      Atomics.store(state, done, 0)
      Atomics.add(state, orders, 1)
      Atomics.notify(state, orders)
      exports[name](...shares[0])
      for (let count = Atomics.load(state, done); count < helpers.others; count = Atomics.load(state, done)) {
        if (Atomics.wait(state, done, count, patienceMs) === 'timed-out') throw new Error('a thread gives no sign')
      }
    },
    release() {
      Atomics.store(state, orders, released)
      Atomics.notify(state, orders)
    },
  }
}

/**
 * What another thread does until it is released, or `stopped`; it breathes often by the clock `now`, in ms, so that
 * messages reach it.
 */
export async function serveCrew(
  { module, memory, control, index }: SharedTask,
  breathe: () => Promise<void>,
  stopped: () => boolean,
  now: () => number,
): Promise<void> {
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const names = namesOf(module)
  const state = new Int32Array(control, 0, integers)
  const numbers = new Float64Array(control, 4 * integers)
  let seen = 0
  let rest = now()
  while (!stopped()) {
    if (now() - rest > napMs) {
      await breathe()
      rest = now()
    }
    if (Atomics.wait(state, orders, seen, napMs) === 'timed-out') continue
    const order = Atomics.load(state, orders)
    if (order === released) return
    if (order === seen) continue
    seen = order
    const share = exports[names[state[which]]] as (...numbers: number[]) => void
    share(...numbers.subarray(index * mostArguments, (index + 1) * mostArguments))
    Atomics.add(state, done, 1)
    Atomics.notify(state, done)
  }
}

function namesOf(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module).map(({ name }) => name)
}
