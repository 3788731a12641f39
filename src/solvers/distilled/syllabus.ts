/** When each law is heard: training begins with some, and the others are found while it goes on. */
import type { Problem, Run, Snapshot } from '../contract'
import { type Domain, encode, inputCount, type Setting, settings } from '../design'
import { ahead } from '../pieces'
import type { DistilledOptions } from './index'
import { type Lesson, lesson } from './pieces'
import { allAtOnce, type Lecture, type Lessons, type Syllabus } from './student'
import { pick, timesOf } from './teach'

/** Share of the progress up to the beginning of the training. */
export const taught = 0.2
/** Streams of the seed: of the designs, and of the samples from here on. */
export const [designStream, sampleStream] = [0, 1 << 20]
/** Every so manieth setting is not learnt from, but tells when to stop; where there is one, every so manieth time. */
export const spared = 10
/** Looks cost little where there is one setting: its law is followed once, whatever their number. */
export const looksAlone = 8
/** Training begins with this share of the settings, if not with all. */
const atFirst = 1 / 8
/** Where more than this share must be there first, all are. */
const most = 1 / 4
/** So many settings near every corner of the domain. */
const perCorner = 3

/** One setting is all there is where nothing varies. */
export const countOf = ({ axes }: Domain, count: number) => (axes.length ? count : 1)

export interface Teaching {
  /** All that there is before anything is learnt. */
  readonly first: Lessons
  readonly syllabus: Syllabus
  /** The others have no more to teach. */
  readonly idle: Promise<unknown>
  stop(): void
}

/** Nothing left to hear. */
const nothing: Lessons = { heard: [], kept: [] }
export const atOnce = (lessons: Lessons): Teaching => {
  return { first: lessons, syllabus: allAtOnce(lessons), idle: Promise.resolve(), stop() {} }
}
export const untaught = atOnce(nothing)

/**
 * Laws at settings that fill the domain. Training begins when there are some, among them those nearest to the corners,
 * which have the largest counts; the others come while it goes on. Which there are in an epoch depends on the epoch alone:
 * one thread makes them as they are needed, other threads before.
 */
export async function* teach(
  problem: Problem,
  domain: Domain,
  options: DistilledOptions,
  run: Run,
  show: (phase: string, done: number) => Snapshot,
): AsyncGenerator<Snapshot, Teaching> {
  const { paths, epochs, growth: share } = options
  const looks = domain.axes.length ? options.looks : options.looks * looksAlone
  const all = settings(problem, domain, countOf(domain, options.settings), run.rng(designStream))
  const outer = nearCorners(domain, all)
  // Stages have an order of their own, and a single setting is taught at one go.
  const begin = Math.max(outer.length, Math.ceil(atFirst * all.length))
  const late = outer.length > 0 && options.stages === 1 && begin <= most * all.length
  const growth = late ? Math.floor(share * epochs) : 0
  const order = [...new Set([...(growth ? outer : []), ...all.keys()])]
  const pieces = order.map((i): Lesson => {
    const times = timesOf(domain, looks, i)
    return { kind: 'lesson', setting: pick(all[i]), times, first: sampleStream + i * paths }
  })
  const spare = (i: number, k: number) => (all.length > 1 ? i : k) % spared === spared - 1
  const work = ahead(pieces, (piece) => lesson(problem, options, piece, run), run.hands)
  const until = (epoch: number) =>
    epoch >= growth ? all.length : Math.ceil(begin + ((all.length - begin) * epoch) / growth)
  const so = (count: number): Lessons => {
    const [heard, kept]: [Lecture[], Lecture[]] = [[], []]
    const told = Array.from({ length: count }, (_, j) => j).sort((a, b) => order[a] - order[b])
    for (const j of told)
      for (const [k, lecture] of work.results[j].entries()) (spare(order[j], k) ? kept : heard).push(lecture)
    return { heard, kept }
  }
  const first = until(0)
  const making = work.until(first)
  let step = await making.next()
  for (; !step.done; step = await making.next()) {
    const phase = `laws to learn from: ${Math.round(step.value * all.length)} of ${all.length} settings`
    if (run.due()) yield show(phase, taught * Math.min(1, (step.value * all.length) / first))
  }
  const total = all.reduce(
    (sum, _, i) => sum + Array.from({ length: looks }, (_, k) => k).filter((k) => !spare(i, k)).length,
    0,
  )
  return {
    first: so(first),
    syllabus: {
      total,
      whole: growth,
      async *at(epoch) {
        for await (const _ of work.until(until(epoch))) yield
        return so(until(epoch))
      },
    },
    idle: work.idle,
    stop: work.stop,
  }
}

/** Indices of the settings that lie nearest to the corners of the domain. */
function nearCorners(domain: Domain, all: readonly Setting[]): number[] {
  const { length: axes } = domain.axes
  if (perCorner * 2 ** axes > most * all.length) return []
  const inputs = new Float64Array(inputCount(domain))
  const places = all.map((setting) => {
    encode(domain, setting, 0, inputs, 0)
    return domain.axes.map((_, k) => inputs[2 * k])
  })
  const found = new Set<number>()
  for (let corner = 0; corner < 2 ** axes; corner++) {
    const far = places.map((place) => place.reduce((sum, x, k) => sum + (x - ((corner >> k) & 1 ? 1 : -1)) ** 2, 0))
    const nearest = [...all.keys()].sort((a, b) => far[a] - far[b] || a - b)
    for (const i of nearest.slice(0, perCorner)) found.add(i)
  }
  return [...found]
}
