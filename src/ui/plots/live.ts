/**
 * From the stores to the canvases, past React: whatever changes, one animation frame later the panels are made anew,
 * and those that differ are drawn, as many as the frame has time for.
 */
import { quantities as quantitiesOf } from '../../network/network'
import type { Study } from '../../solvers/study'
import { linkTo } from '../../store/link'
import type { Studio } from '../../store/studio'
import { analysisPanels } from '../analyses/panels'
import { type Panel, same } from '../figure/figure'
import { askedOf } from './asked'
import { type Comparison, comparisons } from './comparison'
import { jointAnswers, jointShown } from './joint'
import { createEye, createNetworkLaws } from './network-laws'
import { panels } from './panels'
import type { Spot } from './reading'
import { createScreen, type Screening } from './screening'
import { sliceShown, sliceWords } from './slice-view'
import { type Outlook, wordOf } from './sources'

/** Where a panel is drawn. */
export interface Sink {
  draw(panel: Panel): void
  /** Move the time cursor; undefined takes it away. */
  cursor(at: number | undefined): void
  /** What changes with every frame and draws nothing: the sentence for screen readers. */
  describe(panel: Panel): void
  /** The size or the theme has changed. */
  refit(): void
}

/** What React shows of the panels: changes seldom, at most four times a second. */
export interface Outline {
  readonly heads: readonly { readonly id: string; readonly title: string }[]
  readonly comparisons: readonly Comparison[]
  /** Methods that have the chosen joint law. */
  readonly jointChoices: readonly JointChoice[]
  /** The slice through the joint law that is shown, and how far its condition may go. */
  readonly slice?: SliceOutline
  readonly outdated: boolean
}

export interface SliceOutline {
  readonly given: string
  readonly at: number
  readonly last: number
  readonly step: number
}

export interface JointChoice {
  readonly id: string
  readonly title: string
  /** What its button says. */
  readonly word: string
  readonly shown: boolean
}

export interface Live {
  outline(): Outline
  subscribe(listener: () => void): () => void
  panel(id: string): Panel | undefined
  /** Rises with every change of a panel's content. */
  serial(): number
  attach(id: string, sink: Sink): () => void
  /** The joint map is pointed at, or no longer: slices are taken there. What the slice says, in a few words. */
  hover(at: Spot | undefined): string
  /** Draw everything again: after a change of size or theme. */
  redraw(id?: string): void
  close(): void
}

/** Time for drawing in one animation frame, in ms; the rest waits for the next. */
const budgetMs = 6
const outlineMs = 250

interface Shown {
  sink: Sink
  drawn?: Panel
  cursor?: number
  atMs: number
}

export function createLive(studio: Studio): Live {
  const sinks = new Map<string, Shown>()
  const listeners = new Set<() => void>()
  const screen = createScreen()
  const outlookOf = createOutlook(studio)
  let made: Panel[] = []
  let madeFrom: readonly unknown[] = []
  let serial = 0
  let outline: Outline = { heads: [], comparisons: [], jointChoices: [], outdated: false }
  let outlineAtMs = 0
  let frame = 0
  let hover: number | undefined
  const withNetworks = createEye(createNetworkLaws(studio.laws, schedule))

  function schedule(): void {
    if (!frame) frame = requestAnimationFrame(tick)
  }

  function tick(now: number): void {
    frame = 0
    const bare = outlookOf(studio, hover)
    const screening = screen(studio.runs.getState().lanes, bare.time, now)
    const outlook = withNetworks(bare, screening.list, studio.runs.getState().lanes)
    const analyses = studio.analyses.getState().lanes
    if (madeFrom[0] !== screening.list || madeFrom[1] !== outlook || madeFrom[2] !== analyses) {
      madeFrom = [screening.list, outlook, analyses]
      made = [...panels(screening.list, outlook), ...analysisPanels(analyses, screening.list, outlook)]
      serial++
    }
    if (drawDue(now)) schedule()
    if (renew(screening, outlook, now) || screening.waiting) schedule()
  }

  /** Draw what differs, longest waiting first. Returns whether something is left for the next frame. */
  function drawDue(now: number): boolean {
    const due = made.flatMap((panel) => {
      const shown = sinks.get(panel.id)
      return shown ? [{ panel, shown }] : []
    })
    for (const { panel, shown } of due) {
      if (shown.drawn && shown.cursor !== panel.cursor) shown.sink.cursor(panel.cursor)
      shown.cursor = panel.cursor
    }
    due.sort((a, b) => a.shown.atMs - b.shown.atMs)
    // From here: where making the panels took long, at least one is drawn, or a stream of frames would starve them all.
    const began = performance.now()
    let drawn = 0
    for (const { panel, shown } of due) {
      if (shown.drawn && samePicture(shown.drawn, panel)) continue
      if (drawn++ > 0 && performance.now() - began > budgetMs) return true
      // A panel that comes later than the last change would wait for the next one to be described.
      if (!shown.drawn) shown.sink.describe(panel)
      shown.sink.draw(panel)
      shown.sink.cursor(panel.cursor)
      shown.drawn = panel
      shown.atMs = now
    }
    return false
  }

  /** Bring the outline up to date. Returns whether it must be looked at again later. */
  function renew({ list, outdated }: Screening, outlook: Outlook, now: number): boolean {
    const heads = made.map(({ id, title }) => ({ id, title }))
    const urgent = !same(heads, outline.heads)
    if (!urgent && now - outlineAtMs < outlineMs) return outdated !== outline.outdated || serial !== outlinedSerial
    outlineAtMs = now
    outlinedSerial = serial
    const joints = jointAnswers(list, outlook)
    const choices = joints.map((answer) => {
      const { id, title } = answer.source
      return { id, title, word: wordOf(answer, joints), shown: answer === jointShown(joints, outlook) }
    })
    const next = {
      heads,
      comparisons: outdated ? [] : comparisons(list, outlook),
      jointChoices: choices,
      slice: outlook.asked.views.includes('slice') ? sliceShown(list, outlook) : undefined,
      outdated,
    }
    for (const panel of made) sinks.get(panel.id)?.sink.describe(panel)
    if (same(next, outline)) return false
    outline = next
    for (const listener of listeners) listener()
    return false
  }
  let outlinedSerial = -1

  const ties = [
    studio.runs.subscribe(schedule),
    studio.analyses.subscribe(schedule),
    studio.view.subscribe(schedule),
    studio.studies.subscribe(schedule),
  ]
  schedule()

  return {
    outline: () => outline,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    panel: (id) => made.find((panel) => panel.id === id),
    serial: () => serial,
    attach(id, sink) {
      sinks.set(id, { sink, atMs: 0 })
      schedule()
      return () => sinks.delete(id)
    },
    hover(at) {
      const outlook = outlookOf(studio, undefined)
      const next = at && Math.round(outlook.asked.givenOther ? at.y : at.x)
      if (next !== hover) schedule()
      hover = next
      if (hover === undefined) return ''
      const { list } = screen(studio.runs.getState().lanes, outlook.time, performance.now())
      return sliceWords(list, { ...outlook, hover })
    },
    redraw(id) {
      for (const [key, shown] of sinks) {
        if (id !== undefined && id !== key) continue
        shown.sink.refit()
        shown.drawn = undefined
      }
      schedule()
    },
    close() {
      for (const untie of ties) untie()
      cancelAnimationFrame(frame)
    },
  }
}

/** The cursor stands on its own layer; sentences and origins draw nothing. */
function samePicture(a: Panel, b: Panel): boolean {
  return a.note === b.note && same(a.x, b.x) && same(a.y, b.y) && same(a.layers, b.layers)
}

/** A longer text takes long to pack, and its link would be too long to be opened. */
const mostLinked = 200_000

const linkOf = (study: Study): string =>
  study.network.length > mostLinked ? location.origin + location.pathname : linkTo(study, location.href)

/** Reads where the user looks; keeps its value while nothing in it has changed. */
function createOutlook({ studies }: Studio) {
  const link = () => linkOf(studies.getState().good)
  let kept: Outlook | undefined
  return ({ view }: Studio, hover: number | undefined): Outlook => {
    const { time, joint, quantities } = view.getState()
    const { study, reading } = studies.getState()
    const band = study.view?.band === 'SE' ? 'SE' : 'SD'
    const jointOf = typeof study.view?.jointOf === 'string' ? study.view.jointOf : undefined
    const palette = quantitiesOf(reading.problem.network)
    const asked = askedOf(study)
    const next: Outlook = { time, joint, quantities, palette, band, jointOf, asked, hover, link }
    if (!kept || !same(kept, next)) kept = next
    return kept
  }
}
