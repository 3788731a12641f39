/** The draft in the user's hands, the last version of it that can be run, and the way back. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { quantities } from '../network/network'
import { type Parse, parse } from '../network/parse'
import { setInitial, setParameter } from '../network/rewrite'
import { lanesOf, withLane } from '../solvers/lanes'
import { type Issue, show } from '../solvers/options'
import { solvers } from '../solvers/registry'
import { maxBeside, type Reading, readStudy, readStudyShape, type Study } from '../solvers/study'

export interface StudiesState {
  /** As typed: its network may have errors. Overrides are folded into the text. */
  readonly study: Study
  readonly parsed: Parse
  /** The last draft that reads without any issue, and what was read. */
  readonly good: Study
  readonly reading: Reading
  /** What is wrong with the draft beyond its text. */
  readonly issues: readonly Issue[]
  /** As it was opened: what `resetParameter` goes back to. */
  readonly opened: Study
  readonly canUndo: boolean
  readonly canRedo: boolean

  setText(text: string): void
  setParameter(name: string, value: number): void
  resetParameter(name: string): void
  setInitial(name: string, count: number): void
  setTimes(times: Study['times']): void
  setObserve(observe: readonly string[]): void
  /** The study's own method, by solver or lane: one that is being compared changes places with the present one. */
  setSolver(id: string): void
  /** Of one lane; `undefined` goes back to the default. */
  setOption(lane: string, name: string, value: unknown): void
  setSeed(seed: number): void
  /** Lanes to show beside the main one, new ones by solver; each keeps the options it had. */
  setCompare(ids: readonly string[]): void
  /** The same method once more, to be given other options. */
  addVariant(lane: string): void
  setTitle(title: string): void
  /** Where the reader looks: travels with the study, is not a step of undo, starts no run. */
  setView(patch: Readonly<Record<string, string | number | boolean | undefined>>): void
  /** Replace the draft; one step of undo. */
  open(study: Study): void
  /** Begin with this study: there is no way back to what was there before. */
  restore(study: Study): void
  undo(): void
  redo(): void
  /** Everything until `endGesture` is one step of undo: a drag, a burst of typing. May be nested. */
  beginGesture(): void
  endGesture(): void
}

export type Studies = StoreApi<StudiesState>

/** Steps of undo. */
const maxSteps = 200

/** `first` must read without issues: something good must be there from the start. */
export function createStudies(first: Study): Studies {
  const folded = fold(first)
  const read = readStudy(folded)
  if (!read.ok)
    throw new Error(`the first study cannot be read: ${read.issues.map(({ message }) => message).join('; ')}`)
  let past: Study[] = []
  let future: Study[] = []
  let gestures = 0
  let gestureBase: Study | undefined
  const shelf = new Map<string, Study['options']>()

  return createStore<StudiesState>()((set, get) => {
    const steps = () => ({ canUndo: past.length > 0, canRedo: future.length > 0 })
    const show = (study: Study) => set({ ...examine(study, get()), ...steps() })
    const remember = (study: Study) => {
      past = [...past, study].slice(-maxSteps)
      future = []
    }
    const commit = (study: Study) => {
      const before = get().study
      if (sameQuestion(study, before)) return
      if (gestures === 0) remember(before)
      show(study)
    }
    const change = (patch: Partial<Study>) => commit({ ...get().study, ...patch })
    const retext = (network: string) => {
      const { study, parsed } = get()
      commit({ ...study, network, observe: followNames(study.observe, parsed, network) })
    }
    const lay = (study: Study) => {
      shelf.clear()
      const opened = fold(study)
      set({ ...examine(opened, get()), opened, ...steps() })
    }
    const step = (from: Study[], to: Study[]) => {
      const study = from.pop()
      if (!study) return
      const now = get().study
      to.push(now)
      show({ ...study, view: now.view })
    }

    return {
      study: folded,
      parsed: parse(folded.network),
      good: folded,
      reading: read.value,
      issues: [],
      opened: folded,
      ...steps(),

      setText: retext,
      setParameter: (name, value) => retext(setParameter(get().study.network, name, value)),
      resetParameter(name) {
        const value = parse(get().opened.network).spans.parameters.get(name)?.value
        if (value !== undefined) get().setParameter(name, value)
      },
      setInitial: (name, count) => retext(setInitial(get().study.network, name, count)),
      setTimes: (times) => change({ times }),
      setObserve: (observe) => change({ observe: [...observe] }),
      setSolver(id) {
        const { study } = get()
        const [main, ...beside] = lanesOf(study)
        if (id === main.id) return
        shelf.set(main.solver, study.options)
        const place = beside.findIndex((lane) => lane.id === id)
        const { solver, options } = beside[place] ?? { solver: id, options: shelf.get(id) }
        const old = { solver: main.solver, options: study.options }
        change({ solver, options, compare: (study.compare ?? []).map((other, k) => (k === place ? old : other)) })
      },
      setOption(lane, name, value) {
        const { study } = get()
        const { [name]: _, ...rest } = lanesOf(study).find(({ id }) => id === lane)?.options ?? {}
        change(withLane(study, lane, value === undefined ? rest : { ...rest, [name]: value }))
      },
      setSeed: (seed) => change({ seed }),
      setCompare(ids) {
        const [main, ...beside] = lanesOf(get().study)
        for (const { solver, options } of beside) shelf.set(solver, options)
        const wanted = [...new Set(ids)].filter((id) => id !== main.id)
        const entry = (id: string) => beside.find((lane) => lane.id === id) ?? { solver: id, options: shelf.get(id) }
        change({ compare: wanted.map(entry).map(({ solver, options }) => ({ solver, options })) })
      },
      addVariant(lane) {
        const { study } = get()
        const like = lanesOf(study).find(({ id }) => id === lane)
        const beside = study.compare ?? []
        if (!like || beside.length >= maxBeside) return
        // After the last of its kind, so that the others keep their keys.
        const last = beside.findLastIndex(({ solver }) => solver === like.solver)
        change({ compare: beside.toSpliced(last + 1, 0, { solver: like.solver, options: like.options }) })
      },
      setTitle: (title) => change({ title }),
      setView: (patch) =>
        set(({ study }) => ({ study: { ...study, view: dropUndefined({ ...study.view, ...patch }) } })),
      open(study) {
        remember(get().study)
        lay(study)
      },
      restore(study) {
        past = []
        future = []
        lay(study)
      },
      undo: () => step(past, future),
      redo: () => step(future, past),
      beginGesture() {
        if (gestures++ === 0) gestureBase = get().study
      },
      endGesture() {
        if (gestures === 0 || --gestures > 0) return
        if (gestureBase && !sameQuestion(gestureBase, get().study)) remember(gestureBase)
        gestureBase = undefined
        set(steps())
      },
    }
  })
}

/** Everything that follows from a draft. */
function examine(study: Study, before: StudiesState): Partial<StudiesState> {
  const parsed = study.network === before.study.network ? before.parsed : parse(study.network)
  const read = readStudy(study)
  if (read.ok) {
    const issues = checkCompared(study)
    return issues.length ? { study, parsed, issues } : { study, parsed, issues, good: study, reading: read.value }
  }
  // Without a network the reader can only repeat the text's diagnostics.
  const shape = readStudyShape(study)
  return { study, parsed, issues: parsed.network ? read.issues : shape.ok ? [] : shape.issues }
}

function checkCompared(study: Study): Issue[] {
  return (study.compare ?? []).flatMap(({ solver, options }, k): Issue[] => {
    const known = Object.hasOwn(solvers, solver) ? solvers[solver] : undefined
    if (!known) {
      const ids = Object.keys(solvers).join(', ')
      return [{ path: `compare.${k}.solver`, message: `unknown solver ${show(solver)}; known are ${ids}` }]
    }
    const parsed = known.options.parse(options)
    if (parsed.ok) return []
    return parsed.issues.map((issue) => ({ ...issue, path: `compare.${k}.options.${issue.path}` }))
  })
}

/** Write the overrides into the text, where it is sound; what it does not know stays and becomes an issue. */
export function fold(study: Study): Study {
  const { parameters = {}, initial = {}, ...rest } = study
  const { network } = parse(study.network)
  if (!network) return study
  const known = new Set(network.parameters.map(({ name }) => name))
  const species = new Set(network.species.map(({ name }) => name))
  let text = study.network
  for (const [name, value] of Object.entries(parameters)) if (known.has(name)) text = setParameter(text, name, value)
  for (const [name, count] of Object.entries(initial)) if (species.has(name)) text = setInitial(text, name, count)
  const strangers = (values: Record<string, number>, names: Set<string>) => {
    const left = Object.entries(values).filter(([name]) => !names.has(name))
    return left.length ? Object.fromEntries(left) : undefined
  }
  return dropUndefined({
    ...rest,
    network: text,
    parameters: strangers(parameters, known),
    initial: strangers(initial, species),
  })
}

/**
 * Joint laws are named by quantities; when the text renames or removes one, its joint law goes, and the first two
 * quantities take its place. The list is out of sight of whoever types the text.
 */
function followNames(observe: Study['observe'], before: Parse, text: string): Study['observe'] {
  if (!observe?.some((item) => item.startsWith('joint:'))) return observe
  const network = parse(text).network
  if (!network) return observe
  const names = quantities(network)
  if (before.network && quantities(before.network).join() === names.join()) return observe
  const joints = observe.filter((item) => item.startsWith('joint:'))
  const others = observe.filter((item) => !item.startsWith('joint:'))
  const left = joints.filter((item) =>
    item
      .slice('joint:'.length)
      .split(',')
      .every((name) => names.includes(name.trim())),
  )
  if (left.length === 0 && names.length >= 2) left.push(`joint:${names[0]},${names[1]}`)
  return [...others, ...left]
}

function sameQuestion(a: Study, b: Study): boolean {
  return a === b || JSON.stringify({ ...a, view: undefined }) === JSON.stringify({ ...b, view: undefined })
}

function dropUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> }
}
