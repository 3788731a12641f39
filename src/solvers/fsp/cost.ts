/** What a projection will take on this machine, said before work starts. */

import { readsTime } from '../../network/structure'
import { diagonalMatrix } from '../../numerics/diagonal'
import type { Problem } from '../contract'
import type { FspOptions } from './index'
import type { Need, Needs } from './pilot'
import { boxWork, quickSeries, quickSoFar } from './propagate'
import { productsFor, reversible } from './series'

export interface Cost {
  readonly states: number
  readonly seconds: number
  readonly bytes: number
}

export interface Costs {
  readonly box: Cost
  readonly window: Cost
  /** Share of the horizon that the sampled paths saw: the rest is taken to be like its end. */
  readonly seen: number
}

/** Products in a small matrix, in batches of which the fastest counts: others may use the machine too. */
const [states, products, batches] = [8192, 100, 12]
/** Products with what does not fit a cache take so many times longer. */
const outOfCache = 1.2
const cacheBytes = 8e6
/** With sums of terms, looks at them and laws that leave the nearest cache, products take so many times longer; a window's rows are short, an elimination has no SIMD. */
const [used, inRows, eliminated] = [2, 3.3, 20]
/** Every product is called, and looked at, however small: seconds. */
const perProduct = 2.5e-6
/** Laws are read at each output time: numbers of the states for each quantity, as many products each. */
const perReading = 10
/** A window's rows are laid out again whenever states are added: products, per state and axis. */
const perLayout = 2e4
/** A window is gone back over when it grows: products that are made besides for each of its axes, on half of its states. */
const perAxis = 500
/** Where rates read the time every step is taken whole and in halves, and laid out anew. */
const perStep = 4
/** Before the first product: paths, layouts, a compiler that has yet to warm up. */
const startSeconds = 0.02
/** Numbers per state besides the entries: three vectors and a diagonal; bytes of tables per state of a window. */
const vectors = 4
const tableBytes = 60

let measured = 0

/** Products of two numbers per second on this thread: measured once, in a few milliseconds. */
export function speed(now: () => number): number {
  if (measured > 0) return measured
  const { transition, entries } = diagonalMatrix(states, [0, 1, -1, 64, -64])
  for (const values of entries) values.fill(0.2)
  transition.vectors[0].fill(1 / states)
  const work = (count: number) => {
    for (let k = 0; k < count; k++) transition.advance(k % 2, 1 - (k % 2), 2, k % 4 ? 0 : 1e-3)
  }
  let fastest = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < batches; batch++) {
    const started = now()
    work(products)
    fastest = Math.min(fastest, Math.max(0.1, now() - started))
  }
  measured = (products * transition.nonzeros * 1000) / fastest
  return measured
}

/** The cost of what is needed. `now`: a clock in milliseconds. */
export function costsOf(
  { network, times }: Problem,
  options: FspOptions,
  { box, window, seen }: Needs,
  now: () => number,
): Costs {
  const entries = network.reactions.length + 1
  const readings = times.length * (network.species.length + network.observables.length) * perReading
  const fewer = reversible(network, box.band)
  const often = readsTime(network) ? perStep : 1
  const parts = Math.max(1, times.length)
  const cost = (need: Need, work: number, bytes: number, slow: number, besides = 0, laidOut = 0): Cost => {
    // As many states as it holds on the way, on average.
    const held = need.work / Math.max(1, need.products) / entries
    const shorter = options.propagator === 'chebyshev' || options.propagator === 'auto'
    const many = need.events * held * entries > (laidOut ? quickSoFar : quickSeries)
    const products = often * productsFor(need.events, parts, shorter && many ? fewer : undefined, besides > 0)
    const made = entries * (products * held + besides * (need.states / 2)) * slow
    // Where an elimination would be chosen it takes less.
    const least = work < need.work ? Math.min(work * eliminated, made) : made
    const all = least * (bytes > cacheBytes ? outOfCache : 1) + need.states * (readings + often * laidOut)
    return { states: need.states, bytes, seconds: startSeconds + (products + besides) * perProduct + all / speed(now) }
  }
  const work = workInBox(box, options)
  return {
    box: cost(box, work, box.states * 8 * (entries + vectors - 1), used),
    window: cost(
      window,
      window.work,
      window.states * (8 * vectors + tableBytes),
      inRows,
      perAxis * box.axes,
      perLayout * box.axes,
    ),
    seen,
  }
}

/** Work in a box, by the method that will be chosen there. */
export function workInBox({ work, states, band }: Needs['box'], { propagator }: FspOptions): number {
  return propagator === 'auto' ? boxWork(work, states, band) : work
}

/** In words: "13,800,000 states, about 9 s and 330 MB". */
export function costText({ states, seconds, bytes }: Cost): string {
  return `${two(states)} states, ${timeText(seconds)} and ${memoryText(bytes)}`
}

/** In two digits; from a thousand million on as a power of ten. */
function two(value: number): string {
  if (value < 1e9) return Number(value.toPrecision(2)).toLocaleString('en')
  const [digits, power] = value.toExponential(1).split('e+')
  return `${digits}×10${[...power].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
}

/** In words: "330 MB". */
export function memoryText(bytes: number): string {
  if (bytes < 2e9) return `${two(Math.max(1, bytes / 1e6))} MB`
  return bytes < 2e12 ? `${two(bytes / 1e9)} GB` : `${two(bytes / 1e12)} TB`
}

/** In seconds. */
const [minute, hour, day, year] = [60, 3600, 86_400, 3.156e7]

/** In words: "about 9 s". */
export function timeText(seconds: number): string {
  if (seconds < 1) return 'less than a second'
  if (seconds < 2 * minute) return `about ${two(seconds)} s`
  if (seconds < 2 * hour) return `about ${two(seconds / minute)} min`
  if (seconds < 2 * day) return `about ${two(seconds / hour)} hours`
  return seconds < 2 * year ? `about ${two(seconds / day)} days` : `about ${two(seconds / year)} years`
}
