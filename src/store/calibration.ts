/** Are posteriors right? On the page: data sets simulated from the prior, and where the truth stands in each posterior. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { InferenceQuestion } from '../analysis/inference/question'
import type { TaskClient, TaskHandle } from '../services/task-client'
import type { Complaint } from './inference'

export interface CalibrationState {
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  /** What is asked; the data in it say how many cells, and when. */
  readonly question?: InferenceQuestion
  /** Inferred parameters. */
  readonly names: readonly string[]
  readonly count: number
  /** Of the data sets that are done: [data set, parameter]. */
  readonly ranks: readonly Int32Array[]
  readonly complaint?: Complaint
  readonly elapsedMs?: number
  calibrate(count: number): void
  cancel(): void
}

export type CalibrationStore = StoreApi<CalibrationState>

/** `ask` gives the question as the form stands. */
export function createCalibration(
  tasks: TaskClient,
  ask: () => Promise<InferenceQuestion | undefined>,
): CalibrationStore {
  let handles: readonly TaskHandle<'ranks'>[] = []
  let turn = 0
  return createStore<CalibrationState>()((set, get) => ({
    status: 'idle',
    names: [],
    count: 0,
    ranks: [],
    async calibrate(count) {
      get().cancel()
      const mine = ++turn
      const startedMs = performance.now()
      set({ status: 'running', names: [], count, ranks: [], complaint: undefined, elapsedMs: undefined })
      const question = await ask()
      if (turn !== mine) return
      if (!question) return set({ status: 'idle' })
      set({ question, names: Object.keys(question.infer ?? {}) })
      const shares = Math.min(tasks.threads, count)
      handles = Array.from({ length: shares }, (_, first) =>
        tasks.start({ kind: 'ranks', question, first, step: shares, count }, (told) => {
          if (turn === mine && told.kind === 'ranks') set({ ranks: [...get().ranks, told.ranks] })
        }),
      )
      for (const handle of handles) {
        handle.ending.then((ending) => {
          if (turn !== mine || ending.status !== 'failed') return
          get().cancel()
          set({ status: 'failed', complaint: { message: ending.message, hint: ending.hint } })
        })
      }
      const endings = await Promise.all(handles.map(({ ending }) => ending))
      if (turn !== mine || endings.some(({ status }) => status !== 'done')) return
      handles = []
      set({ status: 'done', elapsedMs: performance.now() - startedMs })
    },
    cancel() {
      turn++
      for (const handle of handles) handle.cancel()
      handles = []
      if (get().status === 'running') set({ status: 'cancelled' })
    },
  }))
}
