/**
 * The code of `compile-turns`: the direct method of one network, one event of each replicate in turn. What a replicate
 * knows lies in memory, at the same places from its own address on, so that one piece of code serves all. The reaction
 * that fires next is found, without branches, when the last one has fired: by the time it is that replicate's turn again
 * it has long been known, and nothing waits for the sums.
 */
import { emit, emitPropensity, imported } from './compile-expr'
import { fillTwoFunction, laneBytes, lanes, rowBytes } from './compile-pairs'
import { type Constants, findConstants, letsOf, prepareFunction, scopeOf, tableCells } from './compile-prepare'
import { exponentialFunction } from './compile-random'
import { bits, f64x2, i32x4, loadBoth, splat, v128Type } from './compile-simd'
import { place, planMemory, type TurnsLayout, turnCell, turnRows } from './compile-turns-layout'
import {
  block,
  branch,
  branchIf,
  branchTable,
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
  i64Op,
  load,
  loadI32,
  loop,
  set,
  store,
  storeI32,
  when,
} from './compile-wasm'
import type { Network } from './network'
import { dependents } from './structure'

/** The module's bytes and its map of memory. Exports `prepare`, `begin`, `advance` and `fill`. */
export function emitTurns(network: Network): { bytes: Uint8Array<ArrayBuffer>; layout: TurnsLayout } {
  const constants = findConstants(network)
  const layout = planMemory(network, constants.lets.size + constants.exprs.size)
  const imports = imported.map((name) => ({
    name,
    parameters: name === 'pow' ? [f64Type, f64Type] : [f64Type],
    results: [f64Type],
  }))
  const functions = [
    prepareFunction(network, layout, constants),
    exponentialFunction(layout, laneBytes, imported.indexOf('exp')),
    fillTwoFunction(layout, imported.length + 1),
    beginFunction(network, layout, constants),
    advanceFunction(network, layout, constants),
  ]
  return { bytes: encode(imports, functions), layout }
}

/** Local variables; those that a leaf makes come after them. */
const local = {
  base: 0,
  uniform: 1,
  exponential: 2,
  row: 3,
  at: 4,
  node: 5,
  endings: 6,
  due: 7,
  total: 8,
  hold: 9,
  rest: 10,
  left: 11,
  less: 12,
  others: 13,
} as const
/** Their types, as far as they are no parameters of `begin`. */
const shared = [
  { count: 4, type: i32Type },
  { count: 3, type: f64Type },
  { count: 3, type: v128Type },
]

const cell = (offset: number): Code => load(offset, get(local.base))
const setCell = (offset: number, value: Code): Code => store(offset, value, get(local.base))
const word = (offset: number): Code => loadI32(offset, get(local.base))
const setWord = (offset: number, value: Code): Code => storeI32(offset, value, get(local.base))

const number = ({ numbers }: TurnsLayout, value: number): Code => {
  const at = numbers.get(value)
  return at === undefined ? f64(value) : load(at)
}

/** Cells that are written are kept in local variables from `first` on, too, for whoever reads them later. */
function cells(first: number) {
  const held = new Map<number, number>()
  return {
    read(offset: number): Code {
      const at = held.get(offset)
      return at === undefined ? cell(offset) : get(at)
    },
    write(offset: number, value: Code): Code {
      const to = first + held.size
      held.set(offset, to)
      return [set(to, value), setCell(offset, get(to))]
    },
    get held() {
      return held.size
    },
  }
}

type Cells = ReturnType<typeof cells>

/** Recompute some propensities and the sums above them, each let at most once; `total` becomes the sum of all. */
function refresh(
  network: Network,
  layout: TurnsLayout,
  constants: Constants,
  { read, write }: Cells,
  changed: readonly number[],
): Code {
  const { tree, nodes } = layout
  const firstLet = local.others
  const tableOf = new Map(layout.tables.map((table) => [table.reaction, table]))
  const count = (s: number) => read(place.counts + 8 * s)
  const scope = { ...scopeOf(layout, constants, count, firstLet), number: (value: number) => number(layout, value) }
  const known = new Set<number>()
  const lets = (r: number, remember: boolean): Code =>
    letsOf(network, constants, network.reactions[r].rate).map((l) => {
      if (known.has(l)) return []
      if (remember) known.add(l)
      return set(firstLet + l, emit(network.lets[l].expr, scope))
    })
  const recompute = (r: number): Code => {
    const at = tree + 8 * nodes[r]
    const law = () => emitPropensity(network, network.reactions[r], scope, local.hold)
    const table = tableOf.get(r)
    if (!table) return [lets(r, true), write(at, law())]
    const x = count(table.species)
    // The lowest bits of 2⁴⁹ + x are those of 8x.
    const row = i32Op.fromI64(i64Op.ofF64(f64Op.add(x, f64(2 ** 49))))
    return write(at, choose(f64Op.lt(x, f64(tableCells)), load(table.address, row), [lets(r, false), law()]))
  }
  const value = (node: number) => read(tree + 8 * node)
  const above = new Set<number>()
  for (const r of changed) for (let n = nodes[r] >> 1; n > 0; n >>= 1) above.add(n)
  return [
    changed.map(recompute),
    [...above].sort((a, b) => b - a).map((n) => write(tree + 8 * n, f64Op.add(value(2 * n), value(2 * n + 1)))),
    set(local.total, value(1)),
  ]
}

/** A rest is below the value of the root and of every left child: only two turns to the right can lead to a 0. */
const mayStray = (node: number, reactions: number) => reactions < 4 || (node & 3) === 3

/** The leaf on which uniform × total falls, descending without branches. */
function descend({ tree, depth }: TurnsLayout): Code {
  const { base, uniform, total, node, rest, left, less } = local
  const levels = Array.from({ length: depth }, (_, level): Code => {
    const address = level === 0 ? get(base) : i32Op.add(get(base), i32Op.shl(get(node), i32(4)))
    const right = 1 - (level === depth - 1 ? 2 ** depth : 0)
    return [
      set(left, loadBoth(level === 0 ? tree + 16 : tree, address)),
      set(less, f64x2.lt(get(rest), get(left))),
      level === depth - 1 ? [] : set(rest, f64x2.sub(get(rest), bits.andNot(get(left), get(less)))),
      set(
        node,
        i32Op.add(
          i32x4.lane(get(less), 0),
          level === 0 ? i32(2 + right) : i32Op.add(i32Op.shl(get(node), i32(1)), i32(right)),
        ),
      ),
    ]
  })
  return [set(rest, splat(f64Op.mul(get(uniform), get(total)))), levels, setWord(place.leaf, get(node))]
}

/** `begin(base, uniform, exponential)`: everything anew for the counts as they are. */
function beginFunction(network: Network, layout: TurnsLayout, constants: Constants): Func {
  const found = cells(local.others + network.lets.length)
  const all = network.reactions.map((_, r) => r)
  const body = [
    refresh(network, layout, constants, found, all),
    setCell(place.time, f64(0)),
    setCell(place.due, f64Op.div(get(local.exponential), get(local.total))),
    descend(layout),
  ]
  return {
    name: 'begin',
    parameters: [i32Type, f64Type, f64Type],
    results: [],
    locals: [...shared, { count: network.lets.length + found.held, type: f64Type }],
    body,
  }
}

/** `advance(): replicates`: as many rounds as there are rows; how many replicates have ended. */
function advanceFunction(network: Network, layout: TurnsLayout, constants: Constants): Func {
  const [S, R] = [network.species.length, network.reactions.length]
  const { base, row, at, node, endings, due, total, uniform, exponential } = local
  const affected = dependents(network)
  let most = 0
  /** Fire reaction r: out of `depth` blocks, or of one more where rounding has led to a propensity of 0. */
  const fire = (r: number, depth: number): Code => {
    const leaf = cells(local.others + network.lets.length)
    const code = [
      mayStray(layout.nodes[r], R)
        ? branchIf(i32Op.not(f64Op.gt(cell(layout.tree + 8 * layout.nodes[r]), f64(0))), depth + 1)
        : [],
      network.reactions[r].net.map(({ species, count: change }) => {
        const where = place.counts + 8 * species
        return leaf.write(where, f64Op.add(cell(where), number(layout, change)))
      }),
      refresh(network, layout, constants, leaf, [...affected[r]]),
      branch(depth),
    ]
    most = Math.max(most, leaf.held)
    return code
  }
  const targets = Array.from({ length: 2 ** layout.depth }, () => R - 1)
  layout.nodes.forEach((node, r) => {
    targets[node * 2 ** (layout.depth - Math.floor(Math.log2(node))) - 2 ** layout.depth] = r
  })
  let leaves: Code = layout.depth === 0 ? [] : branchTable(word(place.leaf), targets)
  for (let r = 0; r < R; r++) leaves = [block(leaves), fire(r, R - 1 - r)]

  const end = (depth: number): Code => [
    setWord(place.alive, i32(0)),
    setWord(place.ended, get(row)),
    set(endings, i32Op.add(get(endings), i32(1))),
    branch(depth),
  ]
  const states = Array.from({ length: S }, (_, s) => s)
  const late = i32Op.not(f64Op.le(get(due), cell(place.stop)))
  const recorded = word(place.recorded)
  const record: Code = [
    branchIf(i32Op.not(word(place.alive)), 1), // when, turn
    loop(
      when(i32Op.not(f64Op.lt(cell(layout.tree + 8), f64(Number.POSITIVE_INFINITY))), end(3)), // when, loop, when, turn
      set(node, word(place.record)),
      states.map((s) => store(8 * s, cell(place.counts + 8 * s), get(node))),
      setWord(place.record, i32Op.add(get(node), i32(8 * S))),
      setWord(place.recorded, i32Op.add(recorded, i32(1))),
      when(i32Op.eq(recorded, loadI32(turnCell.timesCount)), end(3)),
      setCell(place.stop, load(0, i32Op.add(loadI32(turnCell.times), i32Op.shl(recorded, i32(3))))),
      branchIf(late, 0),
    ),
  ]
  const stray: Code = [
    set(total, cell(layout.tree + 8)),
    setWord(place.rejected, i32Op.add(word(place.rejected), i32(1))),
    when(i32Op.not(f64Op.gt(get(total), f64(0))), set(due, f64(Number.POSITIVE_INFINITY))),
  ]
  const turn: Code = [
    set(due, cell(place.due)),
    when(late, record),
    set(uniform, load(0, get(at))),
    set(exponential, load(laneBytes, get(at))),
    block(
      block(
        block(leaves), // fired
        setCell(place.time, get(due)),
        set(due, f64Op.add(get(due), f64Op.div(get(exponential), get(total)))),
        branch(1),
      ),
      stray,
    ),
    setCell(place.due, get(due)),
    descend(layout),
  ]
  const body: Code = [
    set(row, i32(layout.rows)),
    loop(
      set(base, i32(layout.replicates)),
      set(at, get(row)),
      loop(
        block(turn),
        set(base, i32Op.add(get(base), i32(layout.stride))),
        set(at, i32Op.add(get(at), i32(8))),
        branchIf(i32Op.ltU(get(base), i32(layout.replicates + lanes * layout.stride)), 0),
      ),
      set(row, i32Op.add(get(row), i32(rowBytes))),
      branchIf(i32Op.ltU(get(row), i32(layout.rows + rowBytes * turnRows)), 0),
    ),
    get(endings),
  ]
  return {
    name: 'advance',
    parameters: [],
    results: [i32Type],
    locals: [
      { count: 1, type: i32Type },
      { count: 2, type: f64Type },
      ...shared,
      { count: network.lets.length + most, type: f64Type },
    ],
    body,
  }
}
