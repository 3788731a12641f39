/** A map over two parameters on the page: what is asked, and the rows that are there. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { shapeNames } from '../analysis/shape'
import type { MapRequest } from '../analysis/tasks'
import type { TaskClient, TaskHandle } from '../services/task-client'
import type { Artifact } from '../solvers/contract'

export type ShapeName = (typeof shapeNames)[number]
type Shapes = Readonly<Record<ShapeName, Float64Array>>

/** The same map from what was learnt of the network, which is there first. */
export interface LearntMap {
  /** Who learnt it. */
  readonly solver: string
  readonly values: Shapes
  /** By how much each value changes with what is too rare for the network to know. */
  readonly doubt: Shapes
  readonly rows: number
  /** The largest l1 error that was measured near a cell. */
  readonly error: number
  readonly elapsedMs?: number
  /** Why there is none. */
  readonly complaint?: string
}

export interface MapState {
  readonly open: boolean
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  /** What the rows belong to. */
  readonly request?: MapRequest
  /** [y, x] of each shape; not a number where there is none yet. */
  readonly values?: Shapes
  readonly rows: number
  /** Largest l1 error of a law so far: a bound, unless one of them is an estimate. */
  readonly error: number
  readonly estimated: boolean
  readonly learnt?: LearntMap
  readonly complaint?: { readonly message: string; readonly hint?: string }
  readonly startedMs: number
  readonly elapsedMs?: number
  show(open: boolean): void
  draw(request: MapRequest): void
  cancel(): void
}

export type MapStore = StoreApi<MapState>

/** `findLearnt` brings what is learnt of the network on the screen, if anything is that tells laws. */
export function createMap(
  tasks: TaskClient,
  findLearnt: () => Promise<Artifact | undefined> = async () => undefined,
): MapStore {
  let handles: readonly TaskHandle<'map'>[] = []
  let turn = 0
  const emptyShapes = ({ x, y }: MapRequest): Shapes => {
    const empty = () => new Float64Array(x.count * y.count).fill(Number.NaN)
    return { bimodality: empty(), fano: empty(), mean: empty() }
  }
  const fill = (values: Shapes, { x }: MapRequest, row: number, found: Float64Array): Shapes => {
    shapeNames.forEach((name, s) => {
      values[name].set(found.subarray(s * x.count, (s + 1) * x.count), row * x.count)
    })
    // The arrays are filled in place; a new record says so.
    return { ...values }
  }

  /** The map from what was learnt, if anything was: all of it takes about as long as one row by projection. */
  async function foretell(request: MapRequest, finding: Promise<Artifact | undefined>, mine: number): Promise<void> {
    const learnt = await finding.catch(() => undefined)
    if (!learnt || turn !== mine) return
    const startedMs = performance.now()
    const empty = { values: emptyShapes(request), doubt: emptyShapes(request) }
    const blank: LearntMap = { solver: learnt.solver, ...empty, rows: 0, error: 0 }
    const patch = (part: Partial<LearntMap>) =>
      store.setState({ learnt: { ...(store.getState().learnt ?? blank), ...part } })
    const handle = tasks.start({ kind: 'map', request, first: 0, step: 1, learnt }, (told) => {
      if (turn !== mine || told.kind !== 'row') return
      const { values, doubt, rows, error } = store.getState().learnt ?? blank
      const { row } = told
      patch({
        values: fill(values, request, row.row, row.values),
        doubt: row.doubt ? fill(doubt, request, row.row, row.doubt) : doubt,
        rows: rows + 1,
        error: Math.max(error, row.error),
      })
    })
    handles = [handle]
    const ending = await handle.ending
    if (turn !== mine) return
    if (ending.status === 'failed') patch({ complaint: ending.message })
    else patch({ elapsedMs: performance.now() - startedMs })
  }

  const store = createStore<MapState>()((set, get) => ({
    open: false,
    status: 'idle',
    rows: 0,
    error: 0,
    estimated: false,
    startedMs: 0,
    show: (open) => set({ open }),
    draw(request) {
      get().cancel()
      const values = emptyShapes(request)
      const startedMs = performance.now()
      const mine = ++turn
      const blank = { rows: 0, error: 0, estimated: false, learnt: undefined, complaint: undefined }
      set({ ...blank, status: 'running', request, values, startedMs })
      const finding = request.time === null ? undefined : findLearnt()
      if (finding) foretell(request, finding, mine).then(() => turn === mine && project(request, values, startedMs))
      else project(request, values, startedMs)
    },
    cancel() {
      const stopped = handles
      handles = []
      turn++
      for (const handle of stopped) handle.cancel()
      if (get().status === 'running') set({ status: 'cancelled' })
    },
  }))

  function project(request: MapRequest, values: Shapes, startedMs: number): void {
    const { setState: set, getState: get } = store
    const shares = Math.min(tasks.threads, request.y.count)
    const mine: readonly TaskHandle<'map'>[] = Array.from({ length: shares }, (_, first) =>
      tasks.start({ kind: 'map', request, first, step: shares }, (told) => {
        if (handles !== mine || told.kind !== 'row') return
        const { rows, error, estimated } = get()
        const { row, values: found } = told.row
        set({
          values: fill(values, request, row, found),
          rows: rows + 1,
          error: Math.max(error, told.row.error),
          estimated: estimated || told.row.estimated === true,
        })
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
  }
  return store
}
