/** A map over two parameters on the page: what is asked, and the rows that are there. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { shapeNames } from '../analysis/shape'
import type { MapRequest } from '../analysis/tasks'
import type { TaskClient, TaskHandle } from '../services/task-client'

export type ShapeName = (typeof shapeNames)[number]

export interface MapState {
  readonly open: boolean
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  /** What the rows belong to. */
  readonly request?: MapRequest
  /** [y, x] of each shape; not a number where there is none yet. */
  readonly values?: Readonly<Record<ShapeName, Float64Array>>
  readonly rows: number
  /** Largest l1 error of a law so far. */
  readonly error: number
  readonly complaint?: { readonly message: string; readonly hint?: string }
  readonly startedMs: number
  readonly elapsedMs?: number
  show(open: boolean): void
  draw(request: MapRequest): void
  cancel(): void
}

export type MapStore = StoreApi<MapState>

export function createMap(tasks: TaskClient): MapStore {
  let handles: readonly TaskHandle<'map'>[] = []
  return createStore<MapState>()((set, get) => ({
    open: false,
    status: 'idle',
    rows: 0,
    error: 0,
    startedMs: 0,
    show: (open) => set({ open }),
    draw(request) {
      get().cancel()
      const cells = request.x.count * request.y.count
      const empty = () => new Float64Array(cells).fill(Number.NaN)
      const values = { bimodality: empty(), fano: empty(), mean: empty() }
      const startedMs = performance.now()
      set({ status: 'running', request, values, rows: 0, error: 0, complaint: undefined, startedMs })
      const shares = Math.min(tasks.threads, request.y.count)
      const mine: readonly TaskHandle<'map'>[] = Array.from({ length: shares }, (_, first) =>
        tasks.start({ kind: 'map', request, first, step: shares }, (told) => {
          if (handles !== mine || told.kind !== 'row') return
          const { row, values: found, error } = told.row
          shapeNames.forEach((name, s) => {
            const width = request.x.count
            values[name].set(found.subarray(s * width, (s + 1) * width), row * width)
          })
          // The arrays are filled in place; a new record says so.
          set({ values: { ...values }, rows: get().rows + 1, error: Math.max(get().error, error) })
        }),
      )
      handles = mine
      Promise.all(mine.map(({ ending }) => ending)).then((endings) => {
        if (handles !== mine) return
        handles = []
        const failed = endings.find((ending) => ending.status === 'failed')
        const elapsedMs = performance.now() - startedMs
        if (failed?.status === 'failed') {
          set({ status: 'failed', complaint: { message: failed.message, hint: failed.hint } })
        } else set({ status: 'done', elapsedMs })
      })
    },
    cancel() {
      const stopped = handles
      handles = []
      for (const handle of stopped) handle.cancel()
      if (get().status === 'running') set({ status: 'cancelled' })
    },
  }))
}
