/** The memory of `compile-turns`: what all replicates read, and the cells of each, at the same places from its own address on. */
import { laneBytes, lanes, rowBytes } from './compile-pairs'
import { type Fixed, placeTables } from './compile-prepare'
import { type RandomLayout, zigguratBytes } from './compile-random'
import type { Expr, Network } from './network'
import { parts } from './structure'

/** Events of a replicate from one look at it to the next. */
export const turnRows = 64

/** Byte addresses of the kernel's fixed cells. */
export const turnCell = { times: 0, timesCount: 4 } as const

/** Bytes of a replicate's cells, from its own address on. */
export const place = {
  due: 0,
  stop: 8,
  time: 16,
  /** Which reaction is next: its leaf, from the left. */
  leaf: 24,
  alive: 28,
  recorded: 32,
  /** The row at which it has ended. */
  ended: 36,
  /** Where the next record goes. */
  record: 40,
  rejected: 44,
  counts: 48,
} as const

export interface TurnsLayout extends RandomLayout, Fixed {
  /** From the counts of a replicate on: a heap of sums, the total at 1, the children of n at 2n and 2n + 1. */
  readonly tree: number
  /** Levels below the total. */
  readonly depth: number
  /** Of each reaction, its node of the heap. */
  readonly nodes: readonly number[]
  /** Replicates, `stride` bytes apart. */
  readonly replicates: number
  readonly stride: number
  /** Numbers written in the network: loading one takes less code than writing it out. */
  readonly numbers: ReadonlyMap<number, number>
  readonly rows: number
  /** First free byte: output times, then the records of each replicate. */
  readonly end: number
}

export function planMemory(network: Network, constants: number): TurnsLayout {
  const [S, R] = [network.species.length, network.reactions.length]
  const nodes: number[] = []
  const visit = (lo: number, hi: number, node: number) => {
    if (hi - lo === 1) return nodes.push(node)
    const middle = (lo + hi) >> 1
    visit(lo, middle, 2 * node)
    visit(middle, hi, 2 * node + 1)
  }
  visit(0, R, 1)
  const depth = Math.floor(Math.log2(Math.max(...nodes)))
  const tree = place.counts + 8 * S
  // An odd number of cache lines, so that the replicates' cells do not fall on the same ones.
  const stride = 64 * (Math.ceil((tree + 16 * 2 ** depth) / 64) | 1)
  let at = 64
  const take = (bytes: number) => {
    at += 64 * Math.ceil(bytes / 64)
    return at - 64 * Math.ceil(bytes / 64)
  }
  const written = numbersOf(network)
  const firstNumber = take(8 * written.length)
  return {
    numbers: new Map(written.map((value, i) => [value, firstNumber + 8 * i])),
    state: take(4 * laneBytes),
    ziggurat: take(zigguratBytes),
    parameters: take(network.parameters.length * 8),
    constants: take(constants * 8),
    replicates: take(lanes * stride),
    rows: take(rowBytes * turnRows),
    tables: placeTables(network, take),
    tree,
    depth,
    nodes,
    stride,
    end: at,
  }
}

/** The numbers written in rates and the changes of counts, each once. */
function numbersOf({ reactions, lets }: Network): number[] {
  const found = new Set<number>()
  const visit = (e: Expr): void => {
    if (e.kind === 'number') found.add(e.value)
    parts(e).forEach(visit)
  }
  for (const { rate, net } of reactions) {
    visit(rate)
    for (const { count } of net) found.add(count)
  }
  for (const { expr } of lets) visit(expr)
  return [...found]
}
