/**
 * Inference on the page: a file of measurements, how it is read, what is asked of it, the chains under way and the
 * posterior. It outlives the dialog, so that closing it loses nothing; it is not part of the study.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Mapping } from '../analysis/inference/data'
import type { Posterior } from '../analysis/inference/infer'
import type { Predicted } from '../analysis/inference/predict'
import type { InferenceQuestion } from '../analysis/inference/question'
import type { Table } from '../analysis/inference/table'
import type { Chain } from '../analysis/inference/target'
import type { DataReport } from '../analysis/tasks'
import { type Network, quantities } from '../network/network'
import type { TaskClient, TaskHandle } from '../services/task-client'
import { type Artifact, Failure } from '../solvers/contract'
import type { Studies } from './studies'

/** A prior as the form has it. */
export interface RangeDraft {
  readonly on: boolean
  readonly min: number
  readonly max: number
  readonly log: boolean
}

/** What the form holds; the network and the data are not in it. */
export interface InferenceSettings {
  readonly mapping: Mapping
  /** Ranges that were changed by hand, by parameter. */
  readonly ranges: Readonly<Record<string, RangeDraft>>
  readonly noise: NonNullable<InferenceQuestion['noise']>
  readonly start: 'network' | 'first'
  readonly method: string
  readonly likelihood: string
  /** Options of methods and likelihoods, by their ids. */
  readonly options: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly chains: number
  readonly seed: number
}

export interface Complaint {
  readonly message: string
  readonly hint?: string
}

/** The data as the present settings read them. */
export type DataState =
  | { readonly status: 'none' }
  | { readonly status: 'reading' }
  | ({ readonly status: 'read' } & DataReport)
  | ({ readonly status: 'unreadable' } & Complaint)

export interface ChainState {
  readonly done: number
  readonly phase: string
  /** [draw, parameter] */
  readonly draws: Float64Array
}

export interface InferenceRun {
  readonly status: 'running' | 'concluding' | 'done' | 'cancelled' | 'failed'
  /** What is asked; the posterior is of this. */
  readonly question: InferenceQuestion
  /** Inferred parameters, in the order of the draws. */
  readonly names: readonly string[]
  readonly chains: readonly ChainState[]
  readonly posterior?: Posterior
  readonly predicted?: readonly Predicted[]
  readonly complaint?: Complaint
  readonly startedMs: number
  readonly elapsedMs?: number
}

export interface InferenceState {
  readonly open: boolean
  readonly file?: { readonly name: string; readonly text: string; readonly head: Table }
  /** The last file that was no table; what was there before still is. */
  readonly refused?: { readonly name: string } & Complaint
  readonly settings: InferenceSettings
  readonly data: DataState
  readonly run?: InferenceRun
  show(open: boolean): void
  /** Take a file's text; a complaint where it is no table. */
  load(name: string, text: string): Promise<Complaint | undefined>
  set(change: Partial<InferenceSettings>): void
  infer(): void
  cancel(): void
  /** The question as the form stands, with what was learnt; none without a file. */
  question(): Promise<InferenceQuestion | undefined>
}

export type Inference = StoreApi<InferenceState>

const usual: InferenceSettings = {
  mapping: { kind: 'snapshots', columns: {} },
  ranges: {},
  noise: { kind: 'none' },
  start: 'network',
  method: 'metropolis',
  likelihood: 'fsp',
  options: {},
  chains: 4,
  seed: 1,
}

/** The page looks at so many characters of a file; the rest is read in a worker. */
const headCharacters = 20_000
const headRows = 50

/** `findLearnt` brings what a method has learnt of the network on the screen; undefined where it is none that learns. */
export function createInference(
  tasks: TaskClient,
  studies: Studies,
  findLearnt: (solver: string) => Promise<Artifact | undefined> | undefined = () => undefined,
): Inference {
  let reading: TaskHandle<'read'> | undefined
  let working: readonly { cancel(): void }[] = []

  const store = createStore<InferenceState>()((set, get) => ({
    open: false,
    settings: usual,
    data: { status: 'none' },
    show: (open) => set({ open }),
    async load(name, text) {
      try {
        const { readTable, guessMapping } = await reader()
        const table = readTable(headOf(text))
        const head = { ...table, rows: table.rows.slice(0, headRows), lines: table.lines.slice(0, headRows) }
        const { network } = studies.getState().reading.problem
        const mapping = guessMapping(head, quantities(network))
        set({ file: { name, text, head }, refused: undefined, settings: { ...get().settings, mapping }, open: true })
        readAgain()
        return undefined
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
        const complaint = { message: thrown.message, hint: thrown.hint }
        set({ refused: { name, ...complaint } })
        return complaint
      }
    },
    set(change) {
      set({ settings: { ...get().settings, ...change } })
      if (change.mapping || change.noise) readAgain()
    },
    infer,
    async question() {
      const question = questionOf(get(), studies)
      const learnt = question && (await findLearnt(question.likelihood ?? ''))
      return question && { ...question, learnt }
    },
    cancel() {
      const { run } = get()
      for (const task of working) task.cancel()
      working = []
      if (run?.status === 'running' || run?.status === 'concluding') set({ run: { ...run, status: 'cancelled' } })
    },
  }))
  const patch = (change: Partial<InferenceRun>) => {
    const { run } = store.getState()
    if (run) store.setState({ run: { ...run, ...change } })
  }

  function readAgain(): void {
    reading?.cancel()
    const question = questionOf(store.getState(), studies)
    if (!question) return
    store.setState({ data: { status: 'reading' } })
    const handle = tasks.start({ kind: 'read', question: { ...question, infer: undefined } })
    reading = handle
    handle.ending.then((ending) => {
      if (reading !== handle || ending.status === 'cancelled') return
      const data: DataState =
        ending.status === 'done'
          ? { status: 'read', ...ending.result }
          : { status: 'unreadable', message: ending.message, hint: ending.hint }
      store.setState({ data })
    })
  }

  function infer(): void {
    const state = store.getState()
    const question = questionOf(state, studies)
    if (!question) return
    state.cancel()
    const count = state.settings.chains
    const names = Object.keys(question.infer ?? {})
    const startedMs = performance.now()
    const waiting: ChainState = { done: 0, phase: 'waiting', draws: new Float64Array() }
    store.setState({
      run: { status: 'running', question, names, chains: Array(count).fill(waiting), startedMs },
    })
    const finding = findLearnt(question.likelihood ?? '')
    if (!finding) {
      begin(question, count, startedMs)
      return
    }
    const turn: typeof working = []
    working = turn
    finding.then((learnt) => working === turn && begin({ ...question, learnt }, count, startedMs))
  }

  function begin(question: InferenceQuestion, count: number, startedMs: number): void {
    const handles = Array.from({ length: count }, (_, index) =>
      tasks.start({ kind: 'chain', question, index }, (told) => {
        if (told.kind !== 'progress') return
        const chains = store.getState().run?.chains ?? []
        patch({ chains: chains.with(index, { done: told.done, phase: told.phase, draws: told.draws }) })
      }),
    )
    working = handles
    conclude(question, handles, startedMs)
  }

  async function conclude(
    question: InferenceQuestion,
    handles: readonly TaskHandle<'chain'>[],
    startedMs: number,
  ): Promise<void> {
    const current = () => working === handles
    const fail = ({ message, hint }: Complaint) => {
      if (!current()) return
      for (const handle of handles) handle.cancel()
      working = []
      patch({ status: 'failed', complaint: { message, hint } })
    }
    const chains: Chain[] = []
    for (const [index, handle] of handles.entries()) {
      // The first to fail ends them all: nobody should wait for the rest.
      handle.ending.then((ending) => ending.status === 'failed' && fail(ending))
      const ending = await handle.ending
      if (ending.status !== 'done' || !current()) return
      chains.push(ending.result)
      const all = store.getState().run?.chains ?? []
      patch({ chains: all.with(index, { done: 1, phase: 'done', draws: ending.result.draws }) })
    }
    patch({ status: 'concluding' })
    const handle = tasks.start({ kind: 'conclude', question, chains })
    working = [handle]
    const ending = await handle.ending
    if (working[0] !== handle) return
    working = []
    const elapsedMs = performance.now() - startedMs
    if (ending.status === 'done') patch({ status: 'done', ...ending.result, elapsedMs })
    else if (ending.status === 'failed') patch({ status: 'failed', complaint: ending })
  }

  return store
}

/** Loaded with the first file. */
async function reader() {
  const [{ readTable }, { guessMapping }] = await Promise.all([
    import('../analysis/inference/table'),
    import('../analysis/inference/data'),
  ])
  return { readTable, guessMapping }
}

/** Whole lines from the beginning of a text. */
function headOf(text: string): string {
  if (text.length <= headCharacters) return text
  const end = text.lastIndexOf('\n', headCharacters)
  return text.slice(0, end > 0 ? end : headCharacters)
}

/** The range of every parameter as the form shows it: changed by hand, declared, or a decade to either side. */
export function rangesOf(network: Network, ranges: InferenceSettings['ranges']): [string, RangeDraft][] {
  return network.parameters.map(({ name, value, range }) => {
    if (ranges[name]) return [name, ranges[name]]
    if (range) return [name, { on: true, min: range.min, max: range.max, log: range.log }]
    const positive = value > 0
    return [
      name,
      { on: false, min: positive ? value / 10 : value - 1, max: positive ? value * 10 : value + 1, log: positive },
    ]
  })
}

/** The question that the form amounts to; none without a file. */
function questionOf({ file, settings }: InferenceState, studies: Studies): InferenceQuestion | undefined {
  if (!file) return undefined
  const { good, reading } = studies.getState()
  const { mapping, noise, start, method, likelihood, options, chains, seed } = settings
  const asked = rangesOf(reading.problem.network, settings.ranges).filter(([, { on }]) => on)
  return {
    network: good.network,
    parameters: good.parameters,
    initial: good.initial,
    data: { text: file.text, mapping },
    infer: Object.fromEntries(asked.map(([name, { min, max, log }]) => [name, { min, max, log }])),
    ...{ noise, start, method, likelihood, chains, seed },
    options: { ...options[method] },
    likelihoodOptions: { ...options[likelihood] },
  }
}
