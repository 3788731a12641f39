/** Paths of learnt hops on the page: what is asked, how far it is, and what came of it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EnsembleReport } from '../analysis/ensembles/report'
import type { EnsembleRequest } from '../analysis/tasks'
import type { TaskClient, TaskHandle } from '../services/task-client'
import type { Artifact } from '../solvers/contract'
import type { Complaint } from './inference'

export interface EnsembleState {
  readonly open: boolean
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly request?: Omit<EnsembleRequest, 'learnt'>
  readonly done: number
  readonly phase: string
  readonly report?: EnsembleReport
  readonly complaint?: Complaint
  readonly elapsedMs?: number
  show(open: boolean): void
  hop(request: Omit<EnsembleRequest, 'learnt'>): void
  cancel(): void
}

export type EnsembleStore = StoreApi<EnsembleState>

/** `findHops` brings a network that knows hops, if there is one. */
export function createEnsemble(tasks: TaskClient, findHops: () => Promise<Artifact | undefined>): EnsembleStore {
  let handle: TaskHandle<'ensemble'> | undefined
  let turn = 0
  return createStore<EnsembleState>()((set, get) => ({
    open: false,
    status: 'idle',
    done: 0,
    phase: '',
    show: (open) => set({ open }),
    async hop(request) {
      get().cancel()
      const mine = ++turn
      const startedMs = performance.now()
      set({
        status: 'running',
        request,
        done: 0,
        phase: 'looking for a network',
        report: undefined,
        complaint: undefined,
      })
      const learnt = await findHops()
      if (turn !== mine) return
      handle = tasks.start({ kind: 'ensemble', request: { ...request, learnt } }, (told) => {
        if (turn === mine && told.kind === 'progress') set({ done: told.done, phase: told.phase })
      })
      const ending = await handle.ending
      if (turn !== mine) return
      handle = undefined
      const elapsedMs = performance.now() - startedMs
      if (ending.status === 'done') set({ status: 'done', report: ending.result, elapsedMs })
      else if (ending.status === 'failed') {
        set({ status: 'failed', complaint: { message: ending.message, hint: ending.hint } })
      }
    },
    cancel() {
      turn++
      handle?.cancel()
      handle = undefined
      if (get().status === 'running') set({ status: 'cancelled' })
    },
  }))
}
