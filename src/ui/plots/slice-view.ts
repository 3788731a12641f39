import type { NamedArray } from '../../numerics/named-array'
import type { Fact, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { jointAnswers, jointShown } from './joint'
import { bins, type Law, shapeOf, support } from './law'
import {
  type Answer,
  ceiling,
  errorWords,
  grouped,
  nameOf,
  type Outlook,
  provenance,
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

/** P(V | U = 4): the law of one quantity where the other has a value. */
export function slices(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const answer = jointShown(jointAnswers(sources, outlook), outlook)
  if (!answer) return undefined
  const { array } = answer.observation
  const index = timeIndex(array.coords.time, outlook.time)
  const given = outlook.joint[outlook.asked.givenOther ? 1 : 0]
  const slice = sliceAt(array, index, given, outlook.asked.given)
  const { of, from, to, mass } = slice
  const condition = from === to ? `${given} = ${number(from)}` : `${given} = ${number(from)}…${number(to)}`
  const title = `${of} given ${condition}`
  const t = number(Number(array.coords.time[index]))
  const known = weigh(answer, index, mass)
  const words = `P(${condition}) = ${number(Number(mass.toPrecision(3)))}${known.words}`
  if (known.why)
    return {
      ...nothing(title, `${words}: ${known.why}`, outlook),
      facts: [{ label: `P(${condition})`, text: `${number(Number(mass.toPrecision(3)))}${known.words}` }],
    }
  const { x, p, width } = slice.law
  const per = (values: Float64Array) => values.map((value) => value / width)
  const ink = Math.max(0, outlook.palette.indexOf(of))
  const y = per(p)
  const name = nameOf(answer, [answer], index)
  const layers: Layer[] = [
    {
      kind: 'curve',
      name: `${of} whatever ${given}`,
      ink: 'muted',
      dash: 'dashed',
      x,
      y: per(slice.whole.p),
      faded: answer.source.faded,
    },
    known.samples
      ? {
          kind: 'bars',
          name: name.replace(/n = [\d,]+/, `n = ${grouped(known.samples)}`),
          ink,
          x,
          width,
          y,
          whiskers: { meaning: 'SE', size: p.map((q) => Math.sqrt((q * (1 - q)) / known.samples!) / width) },
          faded: answer.source.faded,
        }
      : {
          kind: 'curve',
          name: `given ${condition}${known.short}`,
          ink,
          dash: 'solid',
          x,
          y,
          faded: answer.source.faded,
        },
  ]
  const own = shapeOf(slice.law, known.samples)
  const any = shapeOf(slice.whole)
  const top = [...y, ...per(slice.whole.p)].reduce((a, b) => Math.max(a, b), 0)
  const [low, high] = spread(slice)
  const three = (value: number) => number(Number(value.toPrecision(4)))
  const facts: Fact[] = [
    { label: `P(${condition})`, text: `${number(Number(mass.toPrecision(3)))}${known.words}` },
    { label: 'Error of the conditional law', text: known.error },
    {
      label: 'Mean ± SD given',
      text: `${three(own.mean)} ± ${three(own.sd)}; whatever ${given}: ${three(any.mean)} ± ${three(any.sd)}`,
    },
  ]
  return {
    title,
    note: `t = ${t}, P = ${number(Number(mass.toPrecision(3)))}`,
    x: { label: of, scale: 'linear', domain: [low - width / 2, high + width / 2], whole: true },
    y: { label: width > 1 ? 'probability per count' : 'probability', scale: 'linear', domain: [0, nice(0, top)[1]] },
    layers,
    summary: `Given ${condition}, which has probability ${number(Number(mass.toPrecision(3)))}${known.words}, the mean of ${of} at time ${t} is ${three(own.mean)} and its standard deviation ${three(own.sd)} (${known.error}); whatever ${given}, they are ${three(any.mean)} and ${three(any.sd)}.`,
    facts,
    provenance: provenance([answer], outlook, index),
  }
}

/** What the control of the condition needs to know of the slice that is shown. */
export function sliceShown(sources: readonly Source[], outlook: Outlook) {
  const answer = jointShown(jointAnswers(sources, outlook), outlook)
  if (!answer) return undefined
  const { array } = answer.observation
  const given = outlook.joint[outlook.asked.givenOther ? 1 : 0]
  const slice = sliceAt(array, timeIndex(array.coords.time, outlook.time), given, outlook.asked.given)
  const [, last] = support(array, array.dims.indexOf(given))
  const { width } = bins(array.coords[given])
  return { given, at: slice.from, last: last * width, step: width }
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
  const two = (value: number) => number(Number(value.toPrecision(2)))
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
