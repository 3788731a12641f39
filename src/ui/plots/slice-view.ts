import { commonBins, hellinger, samplingHellinger } from '../../numerics/distances'
import type { NamedArray } from '../../numerics/named-array'
import type { Fact, Layer } from '../figure/figure'
import { grouped, nice, number, three, two } from '../figure/ticks'
import { jointAnswers, jointShown } from './joint'
import { bins, type Law, shapeOf, support } from './law'
import {
  type Answer,
  ceiling,
  errorWords,
  learnt,
  marks,
  nameOf,
  type Outlook,
  provenance,
  rank,
  type Source,
  timeIndex,
} from './sources'
import { type Body, nothing } from './views'

/** A slice through a joint law: the condition, its probability, and the law of the other quantity under it. */
export interface Slice {
  readonly given: string
  readonly of: string
  /** Counts of the condition, both inside. */
  readonly from: number
  readonly to: number
  readonly mass: number
  readonly law: Law
  /** The law of the other quantity without any condition. */
  readonly whole: Law
}

/** The values that can be conditioned on, and the one that is asked for or, if none, the likeliest. */
export function sliceAt(array: NamedArray, time: number, given: string, value?: number): Slice {
  const of = array.dims[1] === given ? array.dims[2] : array.dims[1]
  const [, rows, columns] = array.shape
  const first = array.dims[1] === given
  const [g, o] = [bins(array.coords[given]), bins(array.coords[of])]
  const base = time * rows * columns
  const cell = (i: number, j: number) => array.data[base + (first ? i * columns + j : j * columns + i)]
  const sums = Float64Array.from(g.centres, (_, i) => o.centres.reduce((sum, _, j) => sum + cell(i, j), 0))
  const likeliest = sums.indexOf(sums.reduce((a, b) => Math.max(a, b), 0))
  const start = Number(array.coords[given][0])
  const i =
    value === undefined ? likeliest : Math.min(Math.max(0, Math.floor((value - start) / g.width)), sums.length - 1)
  const mass = sums[i]
  const p = Float64Array.from(o.centres, (_, j) => (mass > 0 ? cell(i, j) / mass : 0))
  const whole = Float64Array.from(o.centres, (_, j) => g.centres.reduce((sum, _, k) => sum + cell(k, j), 0))
  const from = start + i * g.width
  const shape = { x: o.centres, width: o.width }
  return { given, of, from, to: from + g.width - 1, mass, law: { ...shape, p }, whole: { ...shape, p: whole } }
}

/** Fewer samples than this under a condition make no picture. */
const fewest = 10

/** One method's law under the condition. */
interface Given {
  readonly answer: Answer
  readonly slice: Slice
  readonly known: Weight
  /** It comes from the network's own conditional laws, not from its joint law. */
  readonly straight?: boolean
}

/** P(V | U = 4): the law of one quantity where the other has a value, by every method that has their joint law. */
export function slices(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const all = jointAnswers(sources, outlook)
  const answer = jointShown(all, outlook)
  if (!answer) return undefined
  const { array } = answer.observation
  const index = timeIndex(array.coords.time, outlook.time)
  const t = Number(array.coords.time[index])
  const first = given(answer, outlook)
  const { given: name, of, from, to, mass } = first.slice
  const condition = from === to ? `${name} = ${number(from)}` : `${name} = ${number(from)}…${number(to)}`
  const title = `${of} given ${condition}`
  const words = `P(${condition}) = ${three(mass)}${first.known.words}`
  const probability: Fact = { label: `P(${condition})`, text: `${three(mass)}${first.known.words}` }
  if (first.known.why) {
    return { ...nothing(title, `${words}: ${first.known.why}`, outlook), facts: [probability] }
  }
  // Others at the same count and time; where bins are wide, a count is another condition to each.
  const others = all
    .filter((other) => other !== answer && from === to)
    .map((other) => given(other, outlook, from))
    .filter(({ answer: { observation }, slice, known }) => {
      const { time } = observation.array.coords
      return !known.why && slice.from === slice.to && Number(time[timeIndex(time, outlook.time)]) === t
    })
  const shown = [first, ...others]
  const ink = Math.max(0, outlook.palette.indexOf(of))
  const { width } = first.slice.law
  const layers: Layer[] = [
    {
      kind: 'curve',
      name: `${of} whatever ${name}`,
      ink: 'muted',
      dash: 'dashed',
      x: first.slice.whole.x,
      y: per(first.slice.whole),
      faded: answer.source.faded,
    },
    ...shown.map((it, place) => layer(it, place, ink, condition, shown, index)),
  ]
  const own = shapeOf(first.slice.law, first.known.samples)
  const any = shapeOf(first.slice.whole)
  const highest = ({ slice, known }: Given) =>
    per(slice.law).reduce((most, y, k) => Math.max(most, y + whisker(slice.law, k, known.samples)), 0)
  const top = Math.max(...per(first.slice.whole), ...shown.map(highest))
  const [low, high] = spread(first.slice)
  const apart = distances(shown)
  const rest = shown.flatMap((it, k): Fact[] => {
    const text = [...(k === 0 ? [] : [otherWords(it)]), ...(apart.get(it) ?? [])].join('; ')
    return text === '' ? [] : [{ label: it.answer.source.title, text }]
  })
  const facts: Fact[] = [
    probability,
    { label: 'Error of the conditional law', text: first.known.error },
    {
      label: 'Mean ± SD given',
      text: `${number(own.mean)} ± ${number(own.sd)}; whatever ${name}: ${number(any.mean)} ± ${number(any.sd)}`,
    },
    ...rest,
  ]
  return {
    title,
    // Unbreakable within: a narrow head has two lines.
    note: `t\u00a0=\u00a0${number(t)}, P\u00a0=\u00a0${three(mass)}`,
    x: { label: of, scale: 'linear', domain: [low - width / 2, high + width / 2], whole: true },
    y: { label: width > 1 ? 'probability per count' : 'probability', scale: 'linear', domain: [0, nice(0, top)[1]] },
    layers,
    summary: `Given ${condition}, which has probability ${three(mass)}${first.known.words}, the mean of ${of} at time ${number(t)} is ${number(own.mean)} and its standard deviation ${number(own.sd)} (${first.known.error}); whatever ${name}, they are ${number(any.mean)} and ${number(any.sd)}${rest.map(({ label, text }) => `; ${label}: ${text}`).join('')}.`,
    facts,
    provenance: provenance(
      shown.map((it) => it.answer),
      outlook,
      index,
    ),
  }
}

const per = ({ p, width }: Law) => p.map((value) => value / width)

/** One standard error of a share of so many samples, per count. */
const whisker = ({ p, width }: Law, k: number, samples?: number) =>
  samples ? Math.sqrt((p[k] * (1 - p[k])) / samples) / width : 0

/** What is given: the axis, and the count that is pointed at, chosen or, of no choice, the likeliest. */
const givenName = ({ joint, asked }: Outlook) => joint[asked.givenOther ? 1 : 0]

function given(answer: Answer, outlook: Outlook, count = outlook.hover ?? outlook.asked.given): Given {
  const { array } = answer.observation
  const index = timeIndex(array.coords.time, outlook.time)
  const slice = sliceAt(array, index, givenName(outlook), count)
  const own = outlook.networks?.find(({ source, law }) => {
    const fits = law.given === slice.given && law.of === slice.of && law.count === slice.from && slice.from === slice.to
    return source === answer.source.id && fits && law.time === Number(array.coords.time[index])
  })
  const mass = own ? own.law.mass : slice.mass
  const known = weigh(answer, index, mass)
  if (!own || !(mass > 0)) return { answer, slice, known }
  const { low, p, standardError, effective } = own.law
  const law = { x: Float64Array.from(p, (_, k) => low + k), p, width: 1 }
  const drawn =
    standardError && effective ? `, from ${grouped(Math.round(effective))} prefixes’ worth of conditional laws` : ''
  return {
    answer,
    slice: { ...slice, mass, law },
    known: { ...known, error: `straight from the network’s conditional laws${drawn}; ${known.error}` },
    straight: true,
  }
}

/** Samples as bars or, beside others, points with their errors; laws, and what networks have learnt, as curves. */
function layer(
  { answer, slice, known, straight }: Given,
  place: number,
  ink: number,
  condition: string,
  shown: readonly Given[],
  index: number,
): Layer {
  const { x, p, width } = slice.law
  const { source } = answer
  const { faded } = source
  const y = per(slice.law)
  const name = nameOf(
    answer,
    shown.map((it) => it.answer),
    index,
  )
  if (known.samples && !learnt(source)) {
    const samples = known.samples
    const size = p.map((_, k) => whisker(slice.law, k, samples))
    const shared = { ink, x, y, whiskers: { meaning: 'SE' as const, size }, faded }
    const words = name.replace(/n = [\d,]+/, `n = ${grouped(samples)}`)
    return place === 0
      ? { kind: 'bars', name: words, width, ...shared }
      : { kind: 'points', mark: marks[place % marks.length], name: words, ...shared }
  }
  const dash = (['solid', 'dashed', 'dotted', 'dash-dot'] as const)[place % 4]
  const words = learnt(source)
    ? `${source.title}${straight ? ', its own conditional law' : ', cut from its joint law'}`
    : shown.length > 1
      ? name
      : `given ${condition}${known.short}`
  return { kind: 'curve', name: words, ink: place === 0 ? ink : 'text', dash, x, y, faded }
}

function otherWords({ slice, known }: Given): string {
  const { mean, sd } = shapeOf(slice.law, known.samples)
  return `${number(mean)} ± ${number(sd)}, P = ${three(slice.mass)}${known.words}`
}

/** How far networks and samples are from the surest conditional law, in words. */
function distances(shown: readonly Given[]): Map<Given, string[]> {
  const [best, ...others] = [...shown].sort((a, b) => rank(a.answer) - rank(b.answer))
  const cut = ({ slice }: Given) => ({ counts: Array.from(slice.law.x), p: slice.law.p })
  const fine = others.filter(({ slice }) => slice.law.width === 1 && best.slice.law.width === 1)
  return new Map(
    fine.map((other) => {
      const distance = three(hellinger(commonBins(cut(best), cut(other))))
      const n = other.known.samples
      const floor = n ? ` (so many samples alone: ${three(samplingHellinger(best.slice.law.p, n))})` : ''
      return [other, [`Hellinger distance ${distance} from ${best.answer.source.title}${floor}`]]
    }),
  )
}

/** A few words on the slice where the joint map is pointed at. */
export function sliceWords(sources: readonly Source[], outlook: Outlook): string {
  const answer = jointShown(jointAnswers(sources, outlook), outlook)
  if (!answer || outlook.hover === undefined) return ''
  const { slice, known } = given(answer, outlook)
  const condition = `given ${slice.given} = ${number(slice.from)}${slice.to > slice.from ? `…${number(slice.to)}` : ''}`
  if (known.why) return `${condition}: too rare to say`
  const { mean, sd } = shapeOf(slice.law, known.samples)
  return `${condition}: ${slice.of} ${number(mean)} ± ${number(sd)} SD`
}

/** What the control of the condition needs to know of the slice that is shown. */
export function sliceShown(sources: readonly Source[], outlook: Outlook) {
  const answer = jointShown(jointAnswers(sources, outlook), outlook)
  if (!answer) return undefined
  const { array } = answer.observation
  const index = timeIndex(array.coords.time, outlook.time)
  const slice = sliceAt(array, index, givenName(outlook), outlook.hover ?? outlook.asked.given)
  const [, last] = support(array, array.dims.indexOf(slice.given))
  const { width } = bins(array.coords[slice.given])
  const time = Number(array.coords.time[index])
  return { given: slice.given, of: slice.of, time, at: slice.from, last: last * width, step: width }
}

interface Weight {
  /** After the probability of the condition. */
  readonly words: string
  /** Of the conditional law. */
  readonly error: string
  readonly short: string
  readonly samples?: number
  /** Why nothing can be said. */
  readonly why?: string
}

/** What the error of the joint law leaves of a slice with this mass. */
function weigh({ source, observation: { error } }: Answer, index: number, mass: number): Weight {
  if (error.kind === 'sampling') {
    const n = source.frame.diagnostics.replicates ?? 1
    const samples = Math.round(mass * n)
    const words = ` ± ${two(Math.sqrt((mass * (1 - mass)) / n))} (${grouped(samples)} of ${grouped(n)} samples)`
    const why = samples < fewest ? `fewer than ${fewest} samples tell nothing of a law` : undefined
    return { words, samples, why, short: '', error: '± 1 standard error of so many samples' }
  }
  const off = error.kind === 'bound' ? error.value[index] : error.kind === 'estimate' ? error.value : 0
  const sort = error.kind === 'bound' ? 'proved' : 'estimated'
  if (error.kind === 'none')
    return {
      words: '',
      short: ', error unknown',
      error: errorWords(error, index),
      why: mass > 0 ? undefined : 'it has no probability',
    }
  const words = off > 0 ? ` ± ${two(off)}` : ''
  // An estimate over whole states is no proof against one condition: what a network says is shown, with a warning.
  if (learnt(source) && error.kind === 'estimate' && mass > 0 && !(mass > off)) {
    const warning = `not assured: the joint law may be off by ${two(off)}, estimated, which is more than P`
    return { words, short: ', not assured', error: warning }
  }
  if (!(mass > off))
    return {
      words,
      short: '',
      error: '',
      why:
        off > 0
          ? `that is within its error (${sort}), so that nothing is known of ${'the law given it'}`
          : 'it never happens',
    }
  // ‖p/m − p̂/m̂‖₁ ≤ ‖p − p̂‖₁/m̂ + |m − m̂|/m̂, each at most the joint law's l1 error over m̂.
  const conditional = ceiling((2 * off) / mass)
  return {
    words,
    short: off > 0 ? `, within ${number(conditional)}` : '',
    error: off > 0 ? `l1 within ${number(conditional)}, ${sort}: twice the joint law’s over P` : 'exact',
  }
}

/** Counts worth showing of either law. */
function spread({ law, whole }: Slice): [number, number] {
  const tops = [law, whole].map(({ p }) => p.reduce((a, b) => Math.max(a, b), 0))
  const seen = Array.from(law.x).filter((_, j) => [law, whole].some(({ p }, k) => p[j] > 2e-3 * tops[k]))
  const [low, high] = [seen[0] ?? 0, seen.at(-1) ?? 1]
  return [low < 0.4 * high ? (law.x[0] ?? 0) : low, Math.max(high, low + 1)]
}
