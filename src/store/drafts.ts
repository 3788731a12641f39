/**
 * The drafts: one for each window, so that two windows do not overwrite each other and a reload shows a window its own.
 * A new window goes on with the newest, which it takes over unless a living window has it. While a draft is being opened
 * it is in doubt, by a mark that outlives a crash: one that hung or crashed the page is offered at the next visit, not
 * opened.
 */
import { readStudyShape, type Study } from '../solvers/study'
import type { Past, StudyStorage } from './persistence'

/** What the browser knows of its windows. Nothing here throws; where it is not to be had, windows are told apart less well. */
export interface Windows {
  /** The name of this window before it was reloaded. */
  readonly before?: string
  /** A name that no window has had. */
  fresh(): string
  /** Resolves to whether no living window has this name; then this one has it. */
  claim(name: string): Promise<boolean>
  /** At once, whatever happens to the page next. */
  mark(name: string, atMs?: number): void
  marked(name: string): number | undefined
}

export interface Draft {
  readonly study: Study
  /** It was being opened when its window hung, crashed or was lost. */
  readonly broke: boolean
}

export interface Drafts {
  /** What this window goes on with, if that can be read. */
  last(): Promise<Draft | undefined>
  write(study: Study): Promise<void>
  /** What other windows have, or had when they were closed. */
  others(): Promise<Past[]>
  /** Something is about to be opened: in doubt until `proved`. */
  doubt(): void
  /** What was opened is drawn, and the page answers. */
  proved(): void
}

/** Drafts that are kept; of more the oldest go into the history. */
export const maxDrafts = 5
/** A living window whose draft is in doubt for longer than this hangs. */
export const hangingMs = 10_000

export function createDrafts(
  { read, write }: StudyStorage,
  putAway: (past: Past) => Promise<void>,
  windows: Windows = lonely(),
): Drafts {
  let name: string | undefined
  let [doubted, broke] = [false, false]
  /** What is stored in this window's place. */
  let stored: string | undefined
  let chosen: Promise<Draft | undefined> | undefined

  const names = async (): Promise<string[]> => {
    const known = await read('drafts')
    return Array.isArray(known) ? known.map(String) : []
  }
  /** Which draft is this window's; once. */
  async function choose(): Promise<Draft | undefined> {
    const known = await names().catch((): string[] => [])
    const own = windows.before !== undefined && known.includes(windows.before) ? windows.before : known[0]
    // Before there were several, there was one.
    const study = own === undefined ? shapeOf(await read('last')) : readPast(await read(draftOf(own)))?.study
    const free = own !== undefined && (await windows.claim(own))
    const sinceMs = own === undefined ? undefined : windows.marked(own)
    broke = sinceMs !== undefined && (free || Math.abs(Date.now() - sinceMs) > hangingMs)
    name = free ? own : windows.fresh()
    if (!free) await windows.claim(name)
    else if (study) stored = JSON.stringify(study)
    if (doubted && !broke) windows.mark(name, Date.now())
    return study && { study, broke }
  }
  const ready = () => {
    chosen ??= choose()
    return chosen
  }
  const mine = async (): Promise<string> => {
    await ready().catch(() => {})
    name ??= windows.fresh()
    return name
  }
  return {
    last: ready,
    async write(study) {
      const own = await mine()
      const text = JSON.stringify(study)
      // A draft that was only opened again is not newer than another window's.
      if (text === stored) return
      await write(draftOf(own), { study, atMs: Date.now() })
      stored = text
      // The draft that broke the page is gone from here.
      broke = false
      if (!doubted) windows.mark(own)
      const known = await names()
      if (known[0] === own) return
      const all = [own, ...known.filter((other) => other !== own)]
      for (const old of all.splice(maxDrafts)) {
        const past = readPast(await read(draftOf(old)))
        if (past) await putAway(past)
        await write(draftOf(old), undefined)
        windows.mark(old)
      }
      await write('drafts', all)
    },
    async others() {
      const own = await mine()
      const others = (await names()).filter((other) => other !== own)
      const pasts = await Promise.all(others.map(async (other) => readPast(await read(draftOf(other)))))
      return pasts.filter((past) => past !== undefined)
    },
    doubt() {
      doubted = true
      broke = false
      if (name !== undefined) windows.mark(name, Date.now())
    },
    proved() {
      doubted = false
      if (name !== undefined && !broke) windows.mark(name)
    },
  }
}

const draftOf = (name: string): string => `draft:${name}`

function shapeOf(stored: unknown): Study | undefined {
  const read = readStudyShape(stored)
  return read.ok ? read.value : undefined
}

/** What an earlier version, or a fault, left behind is passed over, not trusted. */
export function readPast(stored: unknown): Past | undefined {
  const { study, atMs } = (stored ?? {}) as { study?: unknown; atMs?: unknown }
  const shape = shapeOf(study)
  return shape && typeof atMs === 'number' ? { study: shape, atMs } : undefined
}

/** One window, and nothing that outlives it. */
function lonely(): Windows {
  return { fresh: () => 'only', claim: async () => true, mark() {}, marked: () => undefined }
}
