/** Where the compiled kernels of large networks keep what, and the local variables of their code. */
import { v128Type } from '../../network/compile-simd'
import { block, branch, branchIf, type Code, f64Type, get, i32Op, i32Type, loop, set } from '../../network/compile-wasm'
import { drawsLayout } from './draws'
import type { Sparse } from './sparse'
import { treeShape } from './weights'

export type CompiledVariant = 'rejection' | 'direct'

/** Bytes of a reaction's record: rate f64, offsets of its reactants' counts i32 i32, lower bound f64, form i32. */
export const record = { bytes: 32, rate: 0, first: 8, second: 12, lower: 16, form: 24 } as const
/** k times two counts; k·x(x − 1)/2; a call. */
export const form = { counts: 0, pair: 1, called: 2 } as const
/** What a called propensity is to be computed of: see `emitSparse`. */
export const side = { counts: 0, low: 1, high: 2 } as const
/** Bytes of a change: offset of the count i32, change f64. */
export const changeBytes = 16

/** Candidates chosen at once, at most. */
export const mostAhead = 16

/** The range of uniforms is cut into 2^guessBits pieces, of which each remembers what was chosen last. */
export const guessBits = 10

/** Byte addresses of what is in memory. Lists of lists have byte addresses as starts, one more than there are lists. */
export interface Plan {
  readonly variant: CompiledVariant
  readonly reactions: number
  readonly species: number
  readonly due: number
  readonly total: number
  readonly uniform: number
  readonly exponential: number
  readonly time: number
  /** Since the last walk began: propensities and bounds computed, and events. */
  readonly work: number
  readonly events: number
  readonly counts: number
  /** Pairs (low, high) of each count. */
  readonly brackets: number
  /** From which count on a bracket is wide; infinite for a count that must be exact. */
  readonly wideFrom: number
  readonly records: number
  readonly netStarts: number
  readonly net: number
  readonly readerStarts: number
  readonly readers: number
  /** Offsets of the counts that have left their brackets. */
  readonly escaped: number
  /** Candidates that have been chosen, of 16 bytes: what is left f64, reaction i32; the next one, and their end. */
  readonly chosen: number
  readonly chosenAt: number
  readonly chosenEnd: number
  /** How many to choose next time. */
  readonly ahead: number
  readonly guesses: number
  /** The tree of `weights`. */
  readonly sums: number
  readonly before: number
  readonly marked: number
  readonly dirty: number
  readonly end: number
}

export function planMemory({ species: S, reactions: R, net, readers }: Sparse, variant: CompiledVariant): Plan {
  const { size, parents } = treeShape(R)
  let at = Math.ceil(drawsLayout.end / 16) * 16
  const take = (bytes: number) => {
    const from = at
    at += Math.ceil(bytes / 16) * 16
    return from
  }
  const addresses = {
    due: take(8),
    total: take(8),
    uniform: take(8),
    exponential: take(8),
    time: take(8),
    work: take(4),
    events: take(4),
    chosen: take(16 * mostAhead),
    chosenAt: take(4),
    chosenEnd: take(4),
    ahead: take(4),
    guesses: take(4 * 2 ** guessBits),
    counts: take(8 * (S + 1)),
    brackets: take(16 * (S + 1)),
    wideFrom: take(8 * S),
    records: take(record.bytes * R),
    netStarts: take(4 * (R + 1)),
    net: take((changeBytes / 2) * net.items.length),
    readerStarts: take(4 * (S + 1)),
    readers: take(4 * readers.items.length),
    escaped: take(4 * net.items.length),
    sums: take(8 * size),
    before: take(8 * size),
    marked: take(size),
    dirty: take(4 * parents),
  }
  return { ...addresses, variant, species: S, reactions: R, end: at }
}

/** Local variables of `fire` and `begin`, after their parameters; those of one type together. */
const names = {
  i32: ['r', 'p', 'end', 's', 'j', 'k', 'last', 'node', 'changed', 'parents', 'count', 'i', 'at', 'answer'],
  f64: ['rest', 'now', 'value', 'weight'],
  v128: ['bounds', 'target'],
} as const
type Name = (typeof names)[keyof typeof names][number]

export const localRuns = [
  { count: names.i32.length, type: i32Type },
  { count: names.f64.length, type: f64Type },
  { count: names.v128.length, type: v128Type },
]

/** Locals by name, where a function has so many parameters. */
export const localsAfter = (parameters: number) =>
  Object.fromEntries([...names.i32, ...names.f64, ...names.v128].map((name, i) => [name, parameters + i])) as Record<
    Name,
    number
  >
export type Locals = ReturnType<typeof localsAfter>

export const plus = (local: number, more: Code) => set(local, i32Op.add(get(local), more))
/** `body` over and over while `test` holds: two blocks deep. */
export const whilst = (test: Code, ...body: Code[]): Code =>
  block(loop(branchIf(i32Op.not(test), 1), ...body, branch(0)))
export const different = (a: number, b: number) => i32Op.not(i32Op.eq(get(a), get(b)))
