/** What a projection will take on this machine, said before work starts. */
import { diagonalMatrix } from '../../numerics/diagonal'
import type { Problem } from '../contract'
import type { FspOptions } from './index'
import type { Need, Needs } from './pilot'
import { boxWork } from './propagate'

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
const [states, products, batches] = [4096, 25, 12]
/** Products made in a matrix that does not fit a cache take so many times longer. */
const outOfCache = 2
const cacheBytes = 8e6
/** Rows of a window are short, and are laid out again and again; an elimination has no SIMD: so many times slower. */
const [inRows, eliminated] = [4, 20]
/** Before the first product: paths, layouts, a compiler that has yet to warm up. */
const startSeconds = 0.1
/** Numbers per state besides the entries: three vectors and a diagonal; bytes of tables per state of a window. */
const vectors = 4
const tableBytes = 60

let measured = 0

/** Products of two numbers per second on this thread: measured once, in a few milliseconds. */
function speed(now: () => number): number {
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
  { network }: Problem,
  options: FspOptions,
  { box, window, seen }: Needs,
  now: () => number,
): Costs {
  const entries = network.reactions.length + 1
  const cost = ({ states, work }: Need, bytes: number, times: number): Cost => {
    const slow = times * (bytes > cacheBytes ? outOfCache : 1)
    return { states, bytes, seconds: startSeconds + (work * slow) / speed(now) }
  }
  const work = workInBox(box, options)
  return {
    box: cost({ ...box, work }, box.states * 8 * (entries + vectors - 1), work < box.work ? eliminated : 1),
    window: cost(window, window.states * (8 * vectors + tableBytes), inRows),
    seen,
  }
}

/** Work in a box, by the method that will be chosen there. */
export function workInBox({ work, states, band }: Needs['box'], { propagator }: FspOptions): number {
  return propagator === 'auto' ? boxWork(work, states, band) : work
}

/** In words: "13,800,000 states, about 9 s and 330 MB". */
export function costText({ states, seconds, bytes }: Cost): string {
  const two = (value: number) => Number(value.toPrecision(2)).toLocaleString('en')
  const time =
    seconds < 1 ? 'less than a second' : seconds < 120 ? `about ${two(seconds)} s` : `about ${two(seconds / 60)} min`
  return `${two(states)} states, ${time} and ${two(Math.max(1, bytes / 1e6))} MB`
}
