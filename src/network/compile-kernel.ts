/**
 * The direct method (Gillespie 1977, doi:10.1021/j100540a008) of one network as a WebAssembly function. Firing code is
 * unrolled per reaction: it updates the counts that change, the propensities that read them, and the sums on the way
 * from those to the root of a balanced tree. A propensity is a function of the state alone, sums are never adjusted by
 * differences, so rounding cannot drift and the kernel may stop and go on anywhere.
 */
import { emit, emitPropensity, imported } from './compile-expr'
import {
  type Constants,
  type Fixed,
  findConstants,
  letsOf,
  placeTables,
  prepareFunction,
  scopeOf,
  tableCells,
} from './compile-prepare'
import { fillFunction, type RandomLayout, zigguratBytes } from './compile-random'
import {
  block,
  branch,
  branchIf,
  type Code,
  choose,
  encode,
  type Func,
  f64,
  f64Op,
  f64Type,
  get,
  i32,
  i32Op,
  i32Type,
  load,
  loadI32,
  loop,
  set,
  store,
  storeI32,
  when,
} from './compile-wasm'
import { type Watch, watchOf } from './events'
import type { Network } from './network'
import { dependents, exprReads } from './structure'

/** Largest number of (uniform, exponential) pairs drawn at once: 8 KiB stay in the nearest cache. */
export const batchPairs = 512
/** Up to this many reactions the state lives in local variables, which the engine keeps in registers where it can. */
const maxReactionsInLocals = 150

/** Byte addresses of the kernel's fixed cells. */
export const cell = {
  time: 0,
  exponential: 8,
  uniform: 16,
  total: 24,
  recorded: 32,
  timesCount: 36,
  times: 40,
  records: 44,
  pair: 48,
  pairsEnd: 52,
  rejected: 56,
} as const

/** Answers of `advance`. */
export const status = { done: 0, drained: 1, invalid: 2, flipped: 3 } as const

export interface Layout extends RandomLayout, Fixed {
  readonly pairs: number
  /** Counts, then flags: see `watchOf`. */
  readonly counts: number
  /** The truth of each trigger when last looked at. */
  readonly truth: number
  readonly propensities: number
  readonly sums: number
  /** First free byte: output times and records lie from here on. */
  readonly end: number
}

/** A node of the sum tree over reactions lo ≤ r < hi; leaves are the propensities themselves. */
type Node = { readonly lo: number; readonly hi: number } & (
  | { readonly leaf: true }
  | { readonly leaf: false; readonly id: number; readonly left: Node; readonly right: Node }
)

interface Slot {
  readonly read: Code
  write(value: Code): Code
}

const inLocal = (local: number): Slot => ({ read: get(local), write: (value) => set(local, value) })
const inMemory = (address: number): Slot => ({ read: load(address), write: (value) => store(address, value) })

/** The module's bytes and its map of memory. Exports `prepare`, `advance` and `fill`. */
export function emitKernel(network: Network): { bytes: Uint8Array<ArrayBuffer>; layout: Layout } {
  const watch = watchOf(network)
  const constants = findConstants(network)
  const layout = planMemory(network, constants.lets.size + constants.exprs.size, watch)
  const imports = imported.map((name) => ({
    name,
    parameters: name === 'pow' ? [f64Type, f64Type] : [f64Type],
    results: [f64Type],
  }))
  const functions = [
    prepareFunction(network, layout, constants),
    advanceFunction(network, layout, constants, watch),
    fillFunction(layout, imported.indexOf('exp')),
  ]
  return { bytes: encode(imports, functions), layout }
}

function planMemory(network: Network, constants: number, { triggers, flags }: Watch): Layout {
  const [S, R] = [network.species.length, network.reactions.length]
  let at = 64
  const take = (bytes: number) => {
    at += bytes
    return at - bytes
  }
  const addresses = {
    state: take(32),
    ziggurat: take(zigguratBytes),
    pairs: take(batchPairs * 16),
    parameters: take(network.parameters.length * 8),
    constants: take(constants * 8),
    counts: take((S + flags.length) * 8),
    truth: take(triggers.length * 8),
    propensities: take(R * 8),
    sums: take(R * 8),
  }
  const tables = placeTables(network, take)
  return { ...addresses, tables, end: at }
}

/** `advance(): status`: fires until the last output time is recorded, the pairs are used up or a propensity is invalid. */
function advanceFunction(network: Network, layout: Layout, constants: Constants, { triggers }: Watch): Func {
  const [S, R] = [network.species.length, network.reactions.length]
  const tableOf = new Map(layout.tables.map((table) => [table.reaction, table]))
  // The count, as an integer, of each species that a table is looked up by: kept beside the count itself,
  // because converting takes longer than everything else about a look-up.
  const tabulated = [...new Set(layout.tables.map(({ species }) => species))]
  const rowOf = new Map(tabulated.map((species, i) => [species, 6 + i]))
  const [pair, pairsEnd, recorded, rejected, answer, index] = [0, 1, 2, 3, 4, 5]
  const [time, exponential, uniform, due, stop, rest, hold] = [0, 1, 2, 3, 4, 5, 6].map((i) => 6 + tabulated.length + i)
  const firstLet = hold + 1
  const firstState = firstLet + network.lets.length
  const local = R <= maxReactionsInLocals
  const slots = (address: number, first: number) => (i: number) =>
    local ? inLocal(firstState + first + i) : inMemory(address + 8 * i)
  const count = slots(layout.counts, 0)
  const propensity = slots(layout.propensities, S)
  const sum = slots(layout.sums, S + R)
  const read = (s: number): Code => (s < S ? count(s).read : load(layout.counts + 8 * s))
  const scope = scopeOf(layout, constants, read, firstLet)
  const tree = balanced(0, R, { next: 0 })
  const value = (node: Node) => (node.leaf ? propensity(node.lo) : sum(node.id)).read
  const total = value(tree)

  /** Recompute some propensities and the sums above them; each let at most once. */
  const refresh = (changed: readonly number[]): Code => {
    const known = new Set<number>()
    const lets = (r: number, remember: boolean): Code =>
      letsOf(network, constants, network.reactions[r].rate).map((l) => {
        if (known.has(l)) return []
        if (remember) known.add(l)
        return set(firstLet + l, emit(network.lets[l].expr, scope))
      })
    const recompute = (r: number): Code => {
      const law = () => emitPropensity(network, network.reactions[r], scope, hold)
      const table = tableOf.get(r)
      if (!table) return [lets(r, true), propensity(r).write(law())]
      const row = get(rowOf.get(table.species)!)
      const inside = i32Op.ltU(row, i32(tableCells))
      return propensity(r).write(choose(inside, load(table.address, i32Op.shl(row, i32(3))), [lets(r, false), law()]))
    }
    const add = (node: Node): Code => {
      if (node.leaf || !changed.some((r) => node.lo <= r && r < node.hi)) return []
      return [add(node.left), add(node.right), sum(node.id).write(f64Op.add(value(node.left), value(node.right)))]
    }
    return [changed.map(recompute), add(tree)]
  }

  const triggerReads = triggers.map((trigger) => new Set(exprReads(network, trigger).species))
  /** After reaction r: whether a trigger that reads what it has changed is no longer what it was. */
  const look = (r: number): Code =>
    triggers.map((trigger, e) => {
      if (!network.reactions[r].net.some(({ species }) => triggerReads[e].has(species))) return []
      const lets = letsOf(network, constants, trigger).map((l) => set(firstLet + l, emit(network.lets[l].expr, scope)))
      const holds = f64Op.fromI32(f64Op.ne(emit(trigger, scope), f64(0)))
      const flipped = f64Op.ne(holds, load(layout.truth + 8 * e))
      return [lets, set(answer, i32Op.or(get(answer), flipped))]
    })

  const affected = dependents(network)
  /** Fire reaction r; leaves `depth` blocks where rounding has led to a propensity of 0. */
  const fire = (r: number, depth: number): Code => [
    branchIf(i32Op.not(f64Op.gt(propensity(r).read, f64(0))), depth),
    network.reactions[r].net.map(({ species, count: change }) => {
      const row = rowOf.get(species)
      const moved = count(species).write(f64Op.add(count(species).read, f64(change)))
      return row === undefined ? moved : [moved, set(row, i32Op.add(get(row), i32(change)))]
    }),
    refresh([...affected[r]]),
    look(r),
  ]
  const choosing = (node: Node, depth: number): Code => {
    if (node.leaf) return fire(node.lo, depth)
    return when(f64Op.lt(get(rest), value(node.left)), choosing(node.left, depth + 1), [
      set(rest, f64Op.sub(get(rest), value(node.left))),
      choosing(node.right, depth + 1),
    ])
  }

  const schedule = set(due, f64Op.add(get(time), f64Op.div(get(exponential), total)))
  const nextStop = set(stop, load(0, i32Op.add(loadI32(cell.times), i32Op.shl(get(recorded), i32(3)))))
  const leave = (with_: number, depth: number): Code => [set(answer, i32(with_)), branch(depth)]
  const recordAt = i32Op.add(loadI32(cell.records), i32Op.mul(get(recorded), i32(8 * S)))
  const states = Array.from({ length: S }, (_, s) => s)
  const nextPair = set(pair, i32Op.add(get(pair), i32(16)))

  // Depths of `branch` are counted from inside: see the comments.
  const event: Code = [
    branchIf(i32Op.not(f64Op.le(get(due), get(stop))), 0), // to the record
    when(i32Op.eq(get(pair), get(pairsEnd)), leave(status.drained, 3)), // if, record, loop, all
    set(rest, f64Op.mul(get(uniform), total)),
    set(uniform, load(0, get(pair))),
    block(
      choosing(tree, 0), // to the end of this block: the draw is rejected
      set(time, get(due)),
      set(exponential, load(8, get(pair))),
      nextPair,
      schedule,
      triggers.length > 0 ? when(get(answer), leave(status.flipped, 4)) : [], // if, block, record, loop, all
      branch(2), // block, record, loop
    ),
    nextPair,
    set(rejected, i32Op.add(get(rejected), i32(1))),
    // A total of −0 is a total of 0: nothing will ever fire.
    when(i32Op.not(f64Op.gt(total, f64(0))), set(due, f64(Number.POSITIVE_INFINITY))),
    branch(1), // record, loop
  ]
  const record: Code = [
    when(i32Op.not(f64Op.lt(total, f64(Number.POSITIVE_INFINITY))), leave(status.invalid, 2)), // if, loop, all
    set(index, recordAt),
    states.map((s) => store(8 * s, count(s).read, get(index))),
    set(recorded, i32Op.add(get(recorded), i32(1))),
    when(i32Op.eq(get(recorded), loadI32(cell.timesCount)), leave(status.done, 2)),
    nextStop,
    branch(0),
  ]
  const loaded = local ? states.map((s) => count(s).write(load(layout.counts + 8 * s))) : []
  const stored = local ? states.map((s) => store(layout.counts + 8 * s, count(s).read)) : []
  const body: Code = [
    loaded,
    set(pair, loadI32(cell.pair)),
    set(pairsEnd, loadI32(cell.pairsEnd)),
    set(recorded, loadI32(cell.recorded)),
    set(rejected, loadI32(cell.rejected)),
    set(time, load(cell.time)),
    set(exponential, load(cell.exponential)),
    set(uniform, load(cell.uniform)),
    tabulated.map((s) => set(rowOf.get(s)!, i32Op.fromF64(count(s).read))),
    refresh(network.reactions.map((_, r) => r)),
    schedule,
    nextStop,
    block(loop(block(event), record)),
    stored,
    storeI32(cell.pair, get(pair)),
    storeI32(cell.recorded, get(recorded)),
    storeI32(cell.rejected, get(rejected)),
    store(cell.time, get(time)),
    store(cell.exponential, get(exponential)),
    store(cell.uniform, get(uniform)),
    store(cell.total, total),
    get(answer),
  ]
  return {
    name: 'advance',
    parameters: [],
    results: [i32Type],
    locals: [
      { count: 6 + tabulated.length, type: i32Type },
      { count: 7 + network.lets.length + (local ? S + 2 * R : 0), type: f64Type },
    ],
    body,
  }
}

/** The tree that halves the reactions: the order of summation, also of the plain solver. */
function balanced(lo: number, hi: number, ids: { next: number }): Node {
  if (hi - lo === 1) return { lo, hi, leaf: true }
  const middle = (lo + hi) >> 1
  const [left, right] = [balanced(lo, middle, ids), balanced(middle, hi, ids)]
  return { lo, hi, leaf: false, id: ids.next++, left, right }
}
