/**
 * Keeps the user's work between visits: the last draft and a short history of studies that another one replaced.
 * StudyStorage may be absent (private windows), full, or fail at any moment: then the work goes on and a notice says so.
 */
import { type DBSchema, openDB } from 'idb'
import { readArtifact, type Taught, writeArtifact } from '../solvers/artifact-file'
import type { Study } from '../solvers/study'
import { createDrafts, type Draft, readPast, type Windows } from './drafts'
import type { Notices } from './notices'
import { type Theme, themes } from './view'

/** A shelf of named things; every call may reject. */
export interface StudyStorage {
  read(key: string): Promise<unknown>
  write(key: string, value: unknown): Promise<void>
}

export interface Past {
  readonly study: Study
  /** When it was put away: milliseconds since 1970. */
  readonly atMs: number
}

/** The shelf as the studio uses it: nothing here rejects. */
export interface Persistence {
  /** The draft of the last visit, if there is one and it can be read. */
  last(): Promise<Draft | undefined>
  /** A study is about to be opened: it is in doubt until it is `proved`. */
  doubt(): void
  proved(): void
  /** Newest first. */
  history(): Promise<readonly Past[]>
  /** Keep the draft soon; the newest wins. */
  save(study: Study): void
  /** Keep the draft now, if it waits. */
  flush(): Promise<void>
  /** Put a study into the history, because another takes its place. */
  putAway(study: Study): Promise<void>
  /** Keep what was learnt soon, in a place with a name; the newest wins. Of many places the oldest is given up. */
  saveLesson(place: string, taught: Taught): void
  /** What was last learnt there, if that can be read. */
  lesson(place: string): Promise<Taught | undefined>
  /** How the reader likes the page, whatever the study. */
  theme(): Promise<Theme | undefined>
  saveTheme(theme: Theme): void
}

/** Studies in the history. */
export const maxHistory = 20
/** Places for what was learnt, some hundred kilobytes each. */
export const maxLessons = 12
/** A draft is written after this much quiet. */
const quietMs = 400
/** Checkpoints come every few seconds: no more often than this is one written. */
const lessonMs = 2000

interface Shelf extends DBSchema {
  shelf: { key: string; value: unknown }
}

/** The browser's storage; opened when first used, and anew after a failure. */
export function browserStorage(): StudyStorage {
  const open = () =>
    openDB<Shelf>('propensity', 1, {
      upgrade(database) {
        database.createObjectStore('shelf')
      },
    })
  let opened: ReturnType<typeof open> | undefined
  const database = async () => {
    opened ??= open()
    try {
      return await opened
    } catch (thrown) {
      opened = undefined
      throw thrown
    }
  }
  return {
    read: async (key) => (await database()).get('shelf', key),
    write: async (key, value) => {
      await (await database()).put('shelf', value, key)
    },
  }
}

/** Persistence over a storage that may fail. */
export function createPersistence(storage: StudyStorage, notices: Notices, windows?: Windows): Persistence {
  let waiting: Study | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const lessons = new Map<string, Taught>()
  let lessonTimer: ReturnType<typeof setTimeout> | undefined
  let said = false
  // Writes are queued: an older draft must not overtake a newer one.
  let queue: Promise<void> = Promise.resolve()

  const failed = (thrown: unknown) => {
    if (said) return
    said = true
    const full = isFull(thrown)
    notices.getState().say({
      tone: 'warning',
      text: full
        ? 'The browser has no room left to keep your work. Copy the link or save the study as a file to keep it.'
        : 'This browser does not keep your work between visits (a private window?). Copy the link or save the study as a file to keep it.',
    })
  }
  const attempt = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work).catch(failed)
    return queue
  }
  /** Where there is no room what was learnt goes, the oldest first: it can be learnt again. */
  const withRoom = async (work: () => Promise<void>): Promise<void> => {
    const places = await lessonPlaces()
    const all = places.length
    for (;;) {
      try {
        await work()
        break
      } catch (thrown) {
        const oldest = isFull(thrown) ? places.pop() : undefined
        if (oldest === undefined) throw thrown
        await storage.write(`lesson:${oldest}`, undefined)
      }
    }
    if (places.length < all) await storage.write('lessons', places)
  }
  const lessonPlaces = async (): Promise<string[]> => {
    const known = await storage.read('lessons')
    return Array.isArray(known) ? known.map(String) : []
  }
  const writeLessons = () => {
    clearTimeout(lessonTimer)
    lessonTimer = undefined
    for (const [place, taught] of lessons) void attempt(() => writeLesson(place, taught))
    lessons.clear()
  }
  const writeLesson = async (place: string, taught: Taught) => {
    await storage.write(`lesson:${place}`, writeArtifact(taught))
    const places = [place, ...(await lessonPlaces()).filter((other) => other !== place)]
    for (const old of places.splice(maxLessons)) await storage.write(`lesson:${old}`, undefined)
    await storage.write('lessons', places)
  }
  const flush = () => {
    writeLessons()
    clearTimeout(timer)
    const study = waiting
    waiting = undefined
    return study ? attempt(() => withRoom(() => drafts.write(study))) : queue
  }
  const read = (key: string): Promise<unknown> => storage.read(key).catch(failed)
  const history = async () => readHistory(await read('history'))
  const keepPast = async (past: Past) => {
    const others = (await history()).filter(({ study }) => study.network !== past.study.network)
    await storage.write('history', [past, ...others].slice(0, maxHistory))
  }
  const drafts = createDrafts(storage, keepPast, windows)

  return {
    last: () => drafts.last().catch((thrown) => failed(thrown) as undefined),
    doubt: drafts.doubt,
    proved: drafts.proved,
    async history() {
      const others = await drafts.others().catch((thrown) => failed(thrown) ?? [])
      const kept = (await history()).filter(({ study }) =>
        others.every((other) => other.study.network !== study.network),
      )
      return [...others, ...kept].sort((a, b) => b.atMs - a.atMs)
    },
    async theme() {
      const theme = await read('theme')
      return themes.find((known) => known === theme)
    },
    saveTheme: (theme) => void attempt(() => storage.write('theme', theme)),
    save(study) {
      waiting = study
      clearTimeout(timer)
      timer = setTimeout(flush, quietMs)
    },
    saveLesson(place, taught) {
      lessons.set(place, taught)
      lessonTimer ??= setTimeout(writeLessons, lessonMs)
    },
    async lesson(place) {
      const bytes = await read(`lesson:${place}`)
      const taught = bytes instanceof Uint8Array ? readArtifact(bytes) : undefined
      return taught?.ok ? taught.value : undefined
    },
    flush,
    putAway: (study) => attempt(() => withRoom(() => keepPast({ study, atMs: Date.now() }))),
  }
}

const isFull = (thrown: unknown): boolean => (thrown as Error | undefined)?.name === 'QuotaExceededError'

function readHistory(stored: unknown): Past[] {
  if (!Array.isArray(stored)) return []
  return stored.map(readPast).filter((past) => past !== undefined)
}
