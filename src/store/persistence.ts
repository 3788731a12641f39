/**
 * Keeps the user's work between visits: the last draft and a short history of studies that another one replaced.
 * StudyStorage may be absent (private windows), full, or fail at any moment: then the work goes on and a notice says so.
 */
import { type DBSchema, openDB } from 'idb'
import { readArtifact, type Taught, writeArtifact } from '../solvers/artifact-file'
import { readStudyShape, type Study } from '../solvers/study'
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
  last(): Promise<Study | undefined>
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
export function createPersistence(storage: StudyStorage, notices: Notices): Persistence {
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
    const full = thrown instanceof Error && thrown.name === 'QuotaExceededError'
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
  const writeLessons = () => {
    clearTimeout(lessonTimer)
    lessonTimer = undefined
    for (const [place, taught] of lessons) void attempt(() => writeLesson(place, taught))
    lessons.clear()
  }
  const writeLesson = async (place: string, taught: Taught) => {
    await storage.write(`lesson:${place}`, writeArtifact(taught))
    const known = await storage.read('lessons')
    const places = [place, ...(Array.isArray(known) ? known.map(String).filter((other) => other !== place) : [])]
    for (const old of places.splice(maxLessons)) await storage.write(`lesson:${old}`, undefined)
    await storage.write('lessons', places)
  }
  const flush = () => {
    writeLessons()
    clearTimeout(timer)
    const study = waiting
    waiting = undefined
    return study ? attempt(() => storage.write('last', study)) : queue
  }
  const read = (key: string): Promise<unknown> => storage.read(key).catch(failed)
  const history = async () => readHistory(await read('history'))

  return {
    async last() {
      const study = readStudyShape(await read('last'))
      return study.ok ? study.value : undefined
    },
    history,
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
    putAway: (study) =>
      attempt(async () => {
        const others = (await history()).filter((past) => past.study.network !== study.network)
        await storage.write('history', [{ study, atMs: Date.now() }, ...others].slice(0, maxHistory))
      }),
  }
}

/** What an earlier version, or a fault, left behind is passed over, not trusted. */
function readHistory(stored: unknown): Past[] {
  if (!Array.isArray(stored)) return []
  return stored.flatMap((item: { study?: unknown; atMs?: unknown } | null): Past[] => {
    const read = readStudyShape(item?.study)
    return read.ok && typeof item?.atMs === 'number' ? [{ study: read.value, atMs: item.atMs }] : []
  })
}
