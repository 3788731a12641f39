/** Everything the user has, in one value: composed once, in `main.tsx`. */
import toggleSwitch from '../../public/studies/toggle-switch.study.json'
import { type Client, painted } from '../services/client'
import { createGlanceClient } from '../services/glance-client'
import { createLawClient, type LawClient } from '../services/law-client'
import { openModels } from '../services/models'
import { createTaskClient, type TaskClient } from '../services/task-client'
import { readStudyShape, type Study } from '../solvers/study'
import { type Analyses, createAnalyses } from './analyses'
import { onceAnswering } from './answering'
import { type CalibrationStore, createCalibration } from './calibration'
import type { Windows } from './drafts'
import { createEnsemble, type EnsembleStore } from './ensemble'
import { keepWarm } from './glances'
import { createInference, type Inference } from './inference'
import { keepLessons, lawFinder, learntFinder, learntNow } from './lessons'
import { linkTo, overlay, readAddress, sentence } from './link'
import { createMap, type MapStore } from './map'
import { createNotices, type Notices } from './notices'
import { browserStorage, createPersistence, type Persistence, type StudyStorage } from './persistence'
import { createReader, type TextReader } from './reading'
import { createRuns, type Runs } from './runs'
import { createSameSeconds, type SameSeconds } from './same-seconds'
import { createStudies, type Studies } from './studies'
import { createView, tieView, type View, viewOf } from './view'
import { browserWindows } from './windows'

export interface Studio {
  readonly studies: Studies
  readonly runs: Runs
  readonly analyses: Analyses
  readonly inference: Inference
  readonly calibration: CalibrationStore
  readonly map: MapStore
  readonly ensemble: EnsembleStore
  readonly view: View
  /** Exact samples for as long as a training took. */
  readonly sameSeconds: SameSeconds
  /** Whom to ask about what was trained. */
  readonly laws: LawClient
  readonly notices: Notices
  /** Threads for long work. */
  readonly tasks: TaskClient
  /** Reads long texts without holding the page up. */
  readonly reader: TextReader
  readonly persistence: Persistence
  /** Open another study; the present one goes into the history. */
  open(study: Study): void
  /** The same once its text is read, in slices. Resolves to whether it is open: something newer may have come first. */
  openRead(study: Study): Promise<boolean>
  /** Open a study of the gallery, with values laid over it. Resolves to whether it is open; if not, a notice says why, or something newer came first. */
  openByName(name: string, values?: ReadonlyMap<string, string>): Promise<boolean>
  /** The address that shows this draft, with the reader's view. */
  link(): string
  /** Resolves when what the address or the last visit asked for is on the table and the runs have begun. */
  readonly ready: Promise<void>
  /** The whole page stopped with a fault: what was opened last stays in doubt. */
  stumble(): void
  close(): void
}

/** The studio's surroundings; tests bring their own. */
export interface Surroundings {
  /** Where the page is: what it asks for is opened, then taken out of the address bar. */
  readonly address?: { readonly href: string; readonly search: string; readonly hash: string; clear(): void }
  readonly storage?: StudyStorage
  readonly windows?: Windows
  /** The text of a gallery study. */
  fetchStudy?(name: string): Promise<unknown>
  /** A file of what the page ships learnt. */
  fetchModel?(file: string): Promise<ArrayBuffer>
  nextFrame?(): Promise<void>
  /** Threads for long work. */
  readonly tasks?: TaskClient
}

/** A line or a storage that takes longer than this does not hold the first picture up; what it brings still comes. */
const bootMs = 250

/** The study of a first visit. */
export function defaultStudy(): Study {
  const read = readStudyShape(toggleSwitch)
  if (!read.ok) throw new Error(`toggle-switch: ${sentence(read.issues)}`)
  return read.value
}

export function createStudio(client: Client, surroundings: Surroundings = browser()): Studio {
  const { address, windows, fetchModel, nextFrame = painted } = surroundings
  const { storage = absentStorage, fetchStudy = fetchGallery } = surroundings
  const tasks = surroundings.tasks ?? createTaskClient()
  const laws = createLawClient()
  const notices = createNotices()
  const reader = createReader()
  const persistence = createPersistence(storage, notices, windows)
  const studies = createStudies(defaultStudy())
  const view = createView(viewOf(studies.getState().reading, 'auto'))
  const models = fetchModel && openModels(fetchModel)
  const glances = { client: createGlanceClient(), time: () => view.getState().time }
  const runs = createRuns(client, studies, nextFrame, models, glances)
  const sameSeconds = createSameSeconds(studies, runs)
  const analyses = createAnalyses(client, studies, nextFrame, learntNow(studies, runs, models))
  const learntBy = learntFinder(studies, runs, persistence, models)
  const inference = createInference(tasks, studies, learntBy)
  const calibration = createCalibration(tasks, () => inference.getState().question())
  const learntLaw = lawFinder(learntBy)
  const ensemble = createEnsemble(tasks, learntLaw)
  const map = createMap(tasks, learntLaw)
  let booted = false
  let kept: Study | undefined
  let turns = 0
  let giveUp = () => {}
  let stumbled = false

  /** What is opened next may hang or crash the page: it is in doubt until the page has answered for a while. */
  const doubt = () => {
    giveUp()
    stumbled = false
    persistence.doubt()
    giveUp = onceAnswering(nextFrame, persistence.proved)
  }

  const open = (study: Study) => {
    turns++
    doubt()
    const { study: present, opened, open: replace, restore } = studies.getState()
    if (!booted) {
      restore(study)
      return
    }
    // Only what was changed, or came from an earlier visit, is worth a place in the history.
    if (present.network !== opened.network || opened === kept) persistence.putAway(present)
    replace(study)
  }
  const refuse = (text: string): false => {
    notices.getState().say({ tone: 'error', text })
    return false
  }

  /** Whether nothing else was asked for since. */
  const turn = () => {
    const own = ++turns
    return () => own === turns
  }

  async function openRead(study: Study, current = turn()): Promise<boolean> {
    doubt()
    if (!(await reader.read(study.network)) || !current()) return false
    open(study)
    return true
  }

  async function openByName(name: string, values: ReadonlyMap<string, string> = new Map()): Promise<boolean> {
    const current = turn()
    let fetched: unknown
    try {
      fetched = await fetchStudy(name)
    } catch {
      return refuse(`There is no study "${name}" here, or the line is down. Pick one from the gallery.`)
    }
    if (!current()) return false
    const read = readStudyShape(fetched)
    const laid = read.ok ? overlay(read.value, values) : read
    if (!laid.ok) return refuse(`The study "${name}" was not opened: ${sentence(laid.issues)}.`)
    return openRead(laid.value, current)
  }

  /** Whether the address asked for something that is open now. */
  async function openAddress(): Promise<boolean> {
    const asked = address ? readAddress(address.search, address.hash) : { kind: 'nothing' as const }
    if (asked.kind === 'nothing') return false
    address?.clear()
    if (asked.kind === 'name') return openByName(asked.name, asked.values)
    if (asked.kind === 'unreadable')
      return refuse(`The link was not opened: ${asked.why}. Your own study is still here.`)
    return openRead(asked.study)
  }

  /** What the address asks for or, if nothing, what the last visit left; whatever gives way goes into the history. */
  async function arrive(): Promise<void> {
    const untouched = studies.getState().study
    const reading = persistence.last()
    const linked = await openAddress()
    const last = await reading
    if (!last) return
    const { study, broke } = last
    if (broke) return offer(study)
    if (!linked) {
      doubt()
      await reader.read(study.network)
    }
    if (linked || studies.getState().study !== untouched) {
      persistence.putAway(study)
      return
    }
    studies.getState().restore(study)
    kept = studies.getState().opened
  }

  /** A draft that may break the page again is not opened without being asked for. */
  function offer(study: Study): void {
    persistence.putAway(study)
    notices.getState().say({
      tone: 'warning',
      text: `The page stopped while it was opening your last study, ${study.title ? `“${study.title}”` : 'which has no title'}. It was not opened again by itself; it is also among the earlier studies.`,
      actions: [
        { label: 'Open it', run: () => void openRead(study) },
        { label: 'Save it as a file', file: { name: 'last.study.json', text: `${JSON.stringify(study, null, 2)}\n` } },
      ],
    })
  }

  async function boot(): Promise<void> {
    persistence.theme().then((theme) => theme && view.getState().setTheme(theme))
    await Promise.race([arrive(), later(bootMs)])
    booted = true
    runs.start()
    analyses.start()
  }

  const ties = [
    ...(models ? [keepWarm(glances, studies, models)] : []),
    tieView(studies, view),
    keepLessons(runs, studies, persistence, models),
    studies.subscribe(({ study }, before) => {
      if (study !== before.study) persistence.save(study)
    }),
    view.subscribe(({ theme }, before) => {
      if (theme !== before.theme) persistence.saveTheme(theme)
    }),
    whenHidden(() => persistence.flush()),
    whenLeft(() => {
      if (!stumbled) persistence.proved()
    }),
    whenAddressChanges(() => openAddress()),
  ]
  return {
    studies,
    runs,
    analyses,
    inference,
    calibration,
    map,
    ensemble,
    view,
    sameSeconds,
    laws,
    notices,
    tasks,
    reader,
    persistence,
    open,
    openRead,
    openByName,
    link: () => linkTo(studies.getState().study, address?.href ?? 'http://localhost/'),
    ready: boot(),
    stumble() {
      stumbled = true
      giveUp()
    },
    close() {
      for (const untie of ties) untie()
      giveUp()
      runs.stop()
      analyses.stop()
      inference.getState().cancel()
      calibration.getState().cancel()
      map.getState().cancel()
      sameSeconds.getState().stop()
      laws.close()
      glances.client.close()
      ensemble.getState().cancel()
      client.close()
    },
  }
}

/** The page's surroundings, as far as there is a page. */
function browser(): Surroundings {
  if (typeof window === 'undefined') return {}
  return {
    storage: browserStorage(),
    windows: browserWindows(),
    fetchModel: async (file) => (await fetchFrom(`models/${file}`)).arrayBuffer(),
    address: {
      get href() {
        return location.href
      },
      get search() {
        return location.search
      },
      get hash() {
        return location.hash
      },
      // A reload must show the user's edits, not the link again.
      clear() {
        const workers = new URLSearchParams(location.search).get('workers')
        history.replaceState(null, '', location.pathname + (workers ? `?workers=${encodeURIComponent(workers)}` : ''))
      },
    },
  }
}

const absentStorage: StudyStorage = {
  read: async () => undefined,
  write: async () => {},
}

const fetchGallery = async (name: string): Promise<unknown> => (await fetchFrom(`studies/${name}.study.json`)).json()

async function fetchFrom(path: string): Promise<Response> {
  const response = await fetch(`${import.meta.env.BASE_URL}${path}`)
  if (!response.ok) throw new Error(`status ${response.status}`)
  return response
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The last moment a page can count on: afterwards it may be frozen or closed without a word. */
function whenHidden(act: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const listen = () => {
    if (document.visibilityState === 'hidden') act()
  }
  document.addEventListener('visibilitychange', listen)
  return () => document.removeEventListener('visibilitychange', listen)
}

/** A page that can still say goodbye has not hung. */
function whenLeft(act: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  window.addEventListener('pagehide', act)
  return () => window.removeEventListener('pagehide', act)
}

function whenAddressChanges(act: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  window.addEventListener('hashchange', act)
  return () => window.removeEventListener('hashchange', act)
}
