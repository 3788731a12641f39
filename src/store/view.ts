/** Where the user looks. What a link should show again is mirrored into the study. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { quantities } from '../network/network'
import type { Reading } from '../solvers/study'
import type { Studies } from './studies'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export interface ViewFields {
  /** The cursor, in model time. */
  readonly time: number
  /** The cursor moves by itself. */
  readonly playing: boolean
  /** Names of the two quantities of the joint law; equal or empty where there are fewer than two. */
  readonly joint: readonly [string, string]
  /** Names of the quantities shown. */
  readonly quantities: readonly string[]
  readonly theme: Theme
  /** The panel that fills the room, if one does. */
  readonly focus?: string
}

export interface ViewState extends ViewFields {
  setTime(time: number): void
  setPlaying(playing: boolean): void
  /** The study observes this joint law from now on. */
  setJoint(a: string, b: string): void
  setQuantities(names: readonly string[]): void
  setTheme(theme: Theme): void
  setFocus(panel?: string): void
}

export type View = StoreApi<ViewState>

/** Joint laws that a study observes because the reader looked at them; each costs memory and time in every run. */
const maxLooked = 3
/** A text in a study's view is no longer than this. */
const maxText = 200

export function createView(fields: ViewFields): View {
  return createStore<ViewState>()((set) => ({
    ...fields,
    setTime: (time) => set({ time }),
    setPlaying: (playing) => set({ playing }),
    setJoint: (a, b) => set({ joint: [a, b] }),
    setQuantities: (names) => set({ quantities: [...names] }),
    setTheme: (theme) => set({ theme }),
    setFocus: (focus) => set({ focus }),
  }))
}

/** Where a study asks the reader to look; what it does not say, or says wrongly, has a default. */
export function viewOf({ study, problem }: Reading, theme: Theme): ViewFields {
  const { view = {}, observe = [] } = study
  const names = quantities(problem.network)
  const list = (value: unknown) =>
    typeof value === 'string' ? value.split(',').filter((name) => names.includes(name)) : []
  const observed = observe.filter((item) => item.startsWith('joint:')).map((item) => list(item.slice('joint:'.length)))
  const [a = '', b = a] = [list(view.joint), ...observed, names].find((pair) => pair.length >= 2) ?? names
  const shown = list(view.quantities)
  const end = problem.times.at(-1) ?? 0
  return {
    time: typeof view.time === 'number' ? clamp(view.time, end) : end,
    playing: false,
    joint: [a, b],
    quantities: shown.length ? shown : atFirst(names),
    theme,
    focus: typeof view.focus === 'string' ? view.focus : undefined,
  }
}

/** All of them, unless they could not be told apart anyway. */
const atFirst = (names: readonly string[]) => (names.length > maxAtFirst ? names.slice(0, 8) : names)
const maxAtFirst = 50

/** Keeps the view valid for the study, and the study's note of the view up to date. Returns the way to untie them. */
export function tieView(studies: Studies, view: View): () => void {
  const fromStudy = studies.subscribe((state, before) => {
    if (state.reading === before.reading) return
    if (state.opened !== before.opened) view.setState(viewOf(state.reading, view.getState().theme))
    else view.setState(adapt(view.getState(), before.reading, state.reading))
  })
  const fromView = view.subscribe((state, before) => {
    if (state.joint !== before.joint) observeJoint(studies, state.joint)
    // While it plays the cursor moves sixty times a second; where it stops is what counts.
    if (!state.playing) note(studies, state)
  })
  return () => {
    fromStudy()
    fromView()
  }
}

/** Quantities and times have changed under the reader's eyes: keep what still exists, show what is new. */
function adapt(view: ViewFields, before: Reading, now: Reading): Partial<ViewFields> {
  const old = quantities(before.problem.network)
  const names = quantities(now.problem.network)
  const end = now.problem.times.at(-1) ?? 0
  const oldEnd = before.problem.times.at(-1) ?? 0
  const time = view.time === oldEnd ? end : clamp(view.time, end)
  if (old.join() === names.join()) return { time }
  const [seen, known] = [new Set(view.quantities), new Set(old)]
  const shown = names.filter((name) => seen.has(name) || !known.has(name))
  const joint = view.joint.every((name) => names.includes(name)) ? view.joint : viewOf(now, view.theme).joint
  return { time, quantities: shown.length ? atFirst(shown) : atFirst(names), joint }
}

function observeJoint(studies: Studies, [a, b]: readonly [string, string]): void {
  const { study, setObserve } = studies.getState()
  const observe = study.observe ?? ['moments', 'marginals']
  const item = `joint:${a},${b}`
  if (a === b || observe.includes(item)) return
  const others = observe.filter((other) => !other.startsWith('joint:'))
  const joints = observe.filter((other) => other.startsWith('joint:'))
  setObserve([...others, ...joints.slice(-(maxLooked - 1)), item])
}

function note(studies: Studies, { time, joint, quantities: shown, focus }: ViewFields): void {
  const { study, reading, setView } = studies.getState()
  const all = quantities(reading.problem.network).length === shown.length
  const list = shown.join()
  const next = { time, joint: joint.join(), quantities: all || list.length > maxText ? undefined : list, focus }
  const noted: Record<string, unknown> = study.view ?? {}
  if (Object.entries(next).some(([name, value]) => noted[name] !== value)) setView(next)
}

function clamp(time: number, end: number): number {
  return Math.min(Math.max(time, 0), end)
}
