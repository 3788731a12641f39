/**
 * Threads that share no memory: each keeps a block of a box's states with rows of its own, and what lies beside it travels in
 * messages. So that they are few, a block is worked with a strip beside it as wide as several products reach, whose numbers
 * are made twice, to the same bits; after so many products strips are exchanged (Demmel et al. 2008,
 * doi:10.1109/IPDPS.2008.4536305). The lead works its own block in the memory of the whole, through which strips also go on.
 */

import type { StencilLayout } from './stencil'
import { type StencilKernel, stencilKernel } from './stencil-kernel'
import { summed, sums, type Transition, total } from './uniformise'

/** What goes to and fro between the lead and one other thread, in order. */
export interface Line {
  post(message: unknown, transfer: ArrayBuffer[]): void
  listen(hear: (message: unknown) => void): void
  close(): void
}

/** Where the lead gets others from. */
export interface Neighbours {
  readonly others: number
  /** Hands each of the others its block. */
  hire(blocks: readonly Block[]): readonly Line[]
  /** While the lead has nothing to do until it hears from others: whoever drives it waits for this. */
  waiting?: Promise<void>
}

/** What another thread needs for its block; plain data. States are counted within it. */
export interface Block {
  readonly layout: StencilLayout
  /** What lies in memory from the layout's addresses on. */
  readonly rest: Float64Array
  /** Its own states; those about them are its strips. */
  readonly from: number
  readonly to: number
  readonly reach: Reach
  /** Between two exchanges, at most. */
  readonly products: number
}

/** States that a product reads below and above its own. */
interface Reach {
  readonly below: number
  readonly above: number
}

/** Products that several threads make of a vector which each has a part of. */
export interface Blocks {
  /** Hand out the law, with sums of 0; false where the others cannot take it (yet). */
  scatter(): boolean
  /** See `products` in uniformise.ts. */
  advance(now: number, weights: Float64Array, recurs: boolean): Generator<void, void, void>
  /** The mass of vectors[which] as the last product left it; after those that recur its l1 norm. */
  size(which: number): number
  /** Bring all parts of these vectors back to the lead. */
  gather(which: readonly number[]): Generator<void, void, void>
}

type Order =
  | { readonly kind: 'law'; readonly law: Float64Array }
  | {
      readonly kind: 'advance'
      readonly now: number
      readonly weights: Float64Array
      readonly recurs: boolean
      readonly strips: readonly Strips[]
    }
  | { readonly kind: 'gather'; readonly which: readonly number[] }
  | { readonly kind: 'over' }

/** What lies below and above a block, of one vector; or its own outermost parts. */
interface Strips {
  readonly vector: number
  readonly below: Float64Array
  readonly above: Float64Array
}

type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'none' }
  | { readonly kind: 'advanced'; readonly strips: readonly Strips[]; readonly sums: readonly Float64Array[] }
  | { readonly kind: 'gathered'; readonly parts: readonly Float64Array[] }

/** Products between two exchanges, at most: as many as there are between two looks at the mass. */
const mostProducts = 8
/** … and entries worked through, some hundredths of a second: a thread hears nothing meanwhile. */
const mostEntries = 4e7
/** A block is at least so many times as wide as its strip: of what it makes an eighth is made twice, at most, if it has two. */
const worthwhile = 8

/** The blocks of others, cut out of the whole by `cutOut`; undefined where strips would be most of them. */
export function blocksOf(
  layout: StencilLayout,
  kernel: StencilKernel,
  vectors: Transition['vectors'],
  neighbours: Neighbours,
  cutOut: (first: number, count: number) => Pick<Block, 'layout' | 'rest'>,
): (Blocks & { release(): void }) | undefined {
  const { length, lines, margin, padded } = layout
  const [states, threads] = [lines * length, neighbours.others + 1]
  const distances = [...layout.rowDistances, ...layout.maskedDistances, ...layout.scalarDistances]
  const reach = { below: Math.max(0, ...distances), above: Math.max(0, ...distances.map((distance) => -distance)) }
  const work = (states * (distances.length + 1)) / threads
  const widest = Math.floor(states / threads / (worthwhile * Math.max(reach.below, reach.above, 1)))
  if (widest < 2) return undefined
  const most = Math.max(1, Math.min(mostProducts, widest, Math.floor(mostEntries / work)))
  // So that sums are the same ones.
  const cut = (k: number) => (k === threads ? states : Math.round((k * states) / threads / summed) * summed)

  const own = cut(1)
  const parts = Array.from({ length: neighbours.others }, (_, k) => ({ from: cut(k + 1), to: cut(k + 2) }))
  const blocks = parts.map(({ from, to }): Block => {
    const first = Math.floor(Math.max(0, from - most * reach.below) / length)
    const end = Math.ceil(Math.min(states, to + most * reach.above) / length)
    const begin = first * length
    return { ...cutOut(first, end - first), from: from - begin, to: to - begin, reach, products: most }
  })
  const at = [0, 1, 2].map((k) => margin + k * padded)
  const rows = rowsOf(kernel, at, length, { from: 0, to: own }, reach, lines)
  const others = converse(neighbours, neighbours.hire(blocks))
  let lately: { readonly recurs: boolean; readonly sums: readonly (readonly Float64Array[])[] } = {
    recurs: false,
    sums: [],
  }
  /** Around some states of a vector, so far as there are any. */
  const about = ({ from, to }: { from: number; to: number }, vector: number, products: number): Strips => ({
    vector,
    below: vectors[vector].slice(Math.max(0, from - products * reach.below), from),
    above: vectors[vector].slice(to, to + products * reach.above),
  })
  return {
    scatter() {
      if (!others.ready()) return false
      for (const [k, { from, to }] of parts.entries()) others.tell(k, { kind: 'law', law: vectors[0].slice(from, to) })
      return true
    },
    *advance(now, weights, recurs) {
      for (let k = 0, from = now; k < weights.length; k += most) {
        const these = weights.slice(k, k + most)
        const carried = recurs ? [from, 1 - from] : [from]
        for (const [k, part] of parts.entries()) {
          const strips = carried.map((vector) => about(part, vector, these.length))
          others.tell(k, { kind: 'advance', now: from, weights: these, recurs, strips })
        }
        for (let j = 0; j < these.length; j++) {
          rows.product(from, these, j, recurs)
          yield
        }
        from = these.length % 2 ? 1 - from : from
        const replies = yield* others.replies('advanced')
        for (const [k, { strips }] of replies.entries()) {
          for (const { vector, below, above } of strips) {
            vectors[vector].set(below, parts[k].from)
            vectors[vector].set(above, parts[k].to - above.length)
          }
        }
        lately = { recurs, sums: replies.map(({ sums }) => sums) }
      }
    },
    size: (which) =>
      total([sums(vectors[which].subarray(0, own), lately.recurs), ...lately.sums.map((all) => all[which])]),
    *gather(which) {
      for (const k of parts.keys()) others.tell(k, { kind: 'gather', which })
      for (const [k, reply] of (yield* others.replies('gathered')).entries()) {
        for (const [n, vector] of which.entries()) vectors[vector].set(reply.parts[n], parts[k].from)
      }
    },
    release: others.release,
  }
}

/** What is said to the others, and heard of them. */
function converse(neighbours: Neighbours, lines: readonly Line[]) {
  const heard: Reply[] = []
  let [ready, missing] = [0, 0]
  let wake = () => {}
  for (const [k, line] of lines.entries()) {
    line.listen((message) => {
      const reply = message as Reply
      if (reply.kind === 'ready') ready++
      else if (reply.kind !== 'none') {
        heard[k] = reply
        if (--missing === 0) wake()
      }
    })
  }
  return {
    ready: () => ready === lines.length,
    tell: (k: number, order: Order) => lines[k].post(order, buffersOf(order)),
    /** Of all, in their order. Yields until they are there. */
    *replies<K extends Reply['kind']>(_: K): Generator<void, Extract<Reply, { kind: K }>[], void> {
      missing += lines.length
      while (missing > 0) {
        neighbours.waiting ??= new Promise((resolve) => {
          wake = resolve
        })
        yield
      }
      neighbours.waiting = undefined
      return heard as Extract<Reply, { kind: K }>[]
    },
    release() {
      for (const line of lines) {
        line.post({ kind: 'over' } satisfies Order, [])
        line.close()
      }
      neighbours.waiting = undefined
    },
  }
}

/** Products of a block that is part of a memory: fewer lines about it each time. */
function rowsOf(
  kernel: StencilKernel,
  at: readonly number[],
  length: number,
  { from, to }: { readonly from: number; readonly to: number },
  { below, above }: Reach,
  lines: number,
) {
  return {
    /** Number j of these. */
    product(now: number, weights: Float64Array, j: number, recurs: boolean) {
      const later = weights.length - 1 - j
      const first = Math.floor(Math.max(0, from - later * below) / length)
      const count = Math.ceil(Math.min(lines * length, to + later * above) / length) - first
      const x = j % 2 ? 1 - now : now
      const work = recurs ? kernel.recur : kernel.step
      work(at[x], at[1 - x], at[2], weights[j], { first, count })
    },
  }
}

/** What another thread does until the lead lets it go. */
export function serveBlock({ layout, rest, from, to, reach, products }: Block, line: Line): Promise<void> {
  const kernel = room(layout)
  if (!kernel) {
    line.post({ kind: 'none' } satisfies Reply, [])
    line.close()
    return Promise.resolve()
  }
  const { length, lines, margin, padded, addresses } = layout
  const all = new Float64Array(kernel.buffer, 0, layout.numbers)
  all.set(rest, addresses)
  const at = [0, 1, 2].map((k) => margin + k * padded)
  const vectors = at.map((begin) => all.subarray(begin, begin + lines * length))
  const rows = rowsOf(kernel, at, length, { from, to }, reach, lines)
  const own = (vector: number) => vectors[vector].subarray(from, to)
  const reply = (message: Reply) => line.post(message, buffersOf(message))
  return new Promise((resolve) => {
    line.listen((message) => {
      const order = message as Order
      switch (order.kind) {
        case 'law':
          own(0).set(order.law)
          own(2).fill(0)
          return
        case 'advance': {
          const { now, weights, recurs, strips } = order
          for (const { vector, below, above } of strips) {
            vectors[vector].set(below, from - below.length)
            vectors[vector].set(above, to)
          }
          for (let j = 0; j < weights.length; j++) rows.product(now, weights, j, recurs)
          const carried = recurs ? [0, 1] : [weights.length % 2 ? 1 - now : now]
          reply({
            kind: 'advanced',
            strips: carried.map((vector) => ends(vector, own(vector), reach, products)),
            sums: [0, 1].map((vector) => (carried.includes(vector) ? sums(own(vector), recurs) : none)),
          })
          return
        }
        case 'gather':
          reply({ kind: 'gathered', parts: order.which.map((vector) => own(vector).slice()) })
          return
        case 'over':
          line.close()
          resolve()
      }
    })
    reply({ kind: 'ready' })
  })
}

/** What neighbours read of a block. */
function ends(vector: number, own: Float64Array, { below, above }: Reach, products: number): Strips {
  return {
    vector,
    below: own.slice(0, products * above),
    above: own.slice(Math.max(0, own.length - products * below)),
  }
}

function room(layout: StencilLayout): StencilKernel | undefined {
  try {
    return stencilKernel(layout)
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

const none = new Float64Array(0)

/** Of arrays that nobody looks at again: all but weights, which the lead and others read. */
function buffersOf(message: Order | Reply): ArrayBuffer[] {
  const edges = 'strips' in message ? message.strips.flatMap(({ below, above }) => [below, above]) : []
  const law = 'law' in message ? [message.law] : []
  const parts = 'parts' in message ? message.parts : []
  return [...edges, ...law, ...parts].map(({ buffer }) => buffer as ArrayBuffer)
}
