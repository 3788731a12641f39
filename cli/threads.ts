/** Other threads for work that falls into pieces, begun with the first piece. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Hand, PieceOutcome } from '../src/solvers/run'

/** More would wait for one that teaches. */
const most = 16

/** As many threads as there are cores, unless `asked` says how many, this one among them. */
export function openThreads(asked: number | undefined) {
  const others = Math.min(most, asked ?? availableParallelism()) - 1
  const workers: Worker[] = []
  const hands = Array.from({ length: others }, (_, k): Hand => {
    return {
      piece(study, piece) {
        // Beside this file in the bundle; its name is put together so that a bundler leaves it alone.
        workers[k] ??= new Worker(new URL(['thread', 'js'].join('.'), import.meta.url))
        const worker = workers[k]
        return new Promise<PieceOutcome>((resolve, reject) => {
          const listeners = {
            message: (outcome: PieceOutcome) => settle(() => resolve(outcome)),
            error: (thrown: Error) => settle(() => reject(thrown)),
            exit: () => settle(() => resolve({ status: 'cancelled' })),
          }
          const settle = (act: () => void) => {
            for (const [name, listener] of Object.entries(listeners)) worker.off(name, listener)
            act()
          }
          for (const [name, listener] of Object.entries(listeners)) worker.on(name, listener)
          worker.postMessage({ study, piece })
        })
      },
    }
  })
  return {
    hands,
    close: async () => {
      await Promise.all(workers.filter(Boolean).map((worker) => worker.terminate()))
    },
  }
}
