/** The code of `compile-lockstep`: one round fires one event in every lane, unless one of them has something else to do. */
import { isConstant } from './compile-expr'
import { fillTwoFunction, laneBytes, lanes, rowBytes } from './compile-pairs'
import { exponentialFunction, type RandomLayout, zigguratBytes } from './compile-random'
import { bits, both, f64x2, i64x2, loadLower, loadTwo, loadUpper, splat, storeTwo, v128Type } from './compile-simd'
import {
  branch,
  branchIf,
  type Code,
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
import type { Network, Term } from './network'
import { reads } from './structure'

/** Beyond so many reactions, computing all propensities in every round takes longer than branches do. */
const maxReactions = 16
/** Events of a lane from one look at it to the next. */
export const batchRows = 64
/** A propensity of one species, of counts below this; the cell after the last is for all counts beyond. */
export const tableCells = 4096

/** What the code depends on. Rate constants and tables are passed through memory. */
export interface Shape {
  readonly species: number
  readonly reactions: readonly ReactionShape[]
}

interface ReactionShape {
  readonly net: readonly Term[]
  /** Combinations of these, times a constant; or a table by the count of one species. */
  readonly law: { readonly reactants: readonly Term[] } | { readonly table: number }
}

/** Bytes where things lie; most are one double or word for each lane, side by side. */
export interface LockstepLayout extends RandomLayout {
  readonly time: number
  readonly stop: number
  /** All ones where the lane is under way. */
  readonly live: number
  readonly due: number
  readonly bad: number
  readonly recorded: number
  /** The row at which a lane has ended. */
  readonly ended: number
  readonly counts: number
  /** One double for each reaction. */
  readonly rates: number
  /** The pending pairs, then those to come. */
  readonly rows: number
  /** One for each tabulated reaction, in their order. */
  readonly tables: number
  /** First free byte: output times, then the records of each lane. */
  readonly end: number
}

export const lockstepCell = { times: 0, timesCount: 4, records: 8, recordsBytes: 12 } as const
export const tableBytes = 8 * (tableCells + 2)

/** What a kernel for this network is to do; null where there is none. */
export function shapeOf(network: Network): Shape | null {
  const { species, reactions, events } = network
  if (events.length > 0 || reactions.length === 0 || reactions.length > maxReactions) return null
  const shapes = reactions.map(({ net, law, reactants, rate }, r): ReactionShape | null => {
    if (law === 'mass-action' && isConstant(network, rate)) return { net, law: { reactants } }
    const { species, time } = reads(network, r)
    return species.length === 1 && !time ? { net, law: { table: species[0] } } : null
  })
  // If all are combinations of two or more, a sum of propensities may be −0.
  const flat = shapes.some(
    (shape) => shape && ('table' in shape.law || shape.law.reactants.every((t) => t.count === 1)),
  )
  return flat && shapes.every((shape) => shape !== null) ? { species: species.length, reactions: shapes } : null
}

/** The module's bytes and its map of memory. Exports `advance` and `fill`. */
export function emitLockstep(shape: Shape): { bytes: Uint8Array<ArrayBuffer>; layout: LockstepLayout } {
  const layout = planMemory(shape)
  const imports = [{ name: 'exp', parameters: [f64Type], results: [f64Type] }]
  const functions = [
    advanceFunction(shape, layout),
    exponentialFunction(layout, laneBytes, 0),
    fillTwoFunction(layout, 2),
  ]
  return { bytes: encode(imports, functions), layout }
}

function planMemory({ species, reactions }: Shape): LockstepLayout {
  let at = 64
  const take = (bytes: number) => {
    at += 16 * Math.ceil(bytes / 16)
    return at - 16 * Math.ceil(bytes / 16)
  }
  const addresses = {
    state: take(4 * laneBytes),
    time: take(laneBytes),
    stop: take(laneBytes),
    live: take(laneBytes),
    due: take(laneBytes),
    bad: take(laneBytes),
    recorded: take(laneBytes),
    ended: take(laneBytes),
    counts: take(species * laneBytes),
    rates: take(8 * reactions.length),
    rows: take(rowBytes * (batchRows + 1)),
    ziggurat: take(zigguratBytes),
    tables: take(tableBytes * reactions.filter(({ law }) => 'table' in law).length),
  }
  return { ...addresses, end: at }
}

/** A node of the sum tree over reactions, as in the scalar kernel. */
type Node = { readonly reaction: number } | { readonly id: number; readonly left: Node; readonly right: Node }

function balanced(lo: number, hi: number, ids: { next: number }): Node {
  if (hi - lo === 1) return { reaction: lo }
  const middle = (lo + hi) >> 1
  return { id: ids.next++, left: balanced(lo, middle, ids), right: balanced(middle, hi, ids) }
}

/** `advance(): lanes`: as many rounds as there are rows; how many lanes have ended. */
function advanceFunction(shape: Shape, layout: LockstepLayout): Func {
  const [S, R] = [shape.species, shape.reactions.length]
  const registers = Array.from({ length: lanes / 2 }, (_, j) => j)
  const [row, lane, record, endings] = [0, 1, 2, 3]
  const rowOf = (s: number) => 4 + 2 * s
  let locals = 4 + 2 * S
  const take = (count: number) => {
    locals += count
    return locals - count
  }
  const firstVector = locals
  const firstRate = take(R)
  const firstPropensity = take(R)
  const [firstSum, firstRest] = [take(R), take(R)]
  const own = registers.map(() => ({ count: take(S), due: take(1), over: take(1), bad: take(1), mask: take(R) }))
  const tree = balanced(0, R, { next: 0 })
  const tables = shape.reactions.flatMap(({ law }, r) => ('table' in law ? [r] : []))
  const tabulated = [...new Set(shape.reactions.flatMap(({ law }) => ('table' in law ? [law.table] : [])))]

  /** Where the propensity of a reaction is: that of one without reactants is its rate. */
  const propensityOf = (r: number): number => {
    const { law } = shape.reactions[r]
    return 'reactants' in law && law.reactants.length === 0 ? firstRate + r : firstPropensity + r
  }
  const value = (node: Node): Code => get('id' in node ? firstSum + node.id : propensityOf(node.reaction))

  const compute = (r: number, count: (s: number) => Code): Code => {
    const { law } = shape.reactions[r]
    if ('table' in law) {
      const address = layout.tables + tableBytes * tables.indexOf(r)
      const [lower, upper] = [get(rowOf(law.table)), get(rowOf(law.table) + 1)]
      return set(firstPropensity + r, loadUpper(address, upper, loadLower(address, lower)))
    }
    if (law.reactants.length === 0) return []
    return set(
      firstPropensity + r,
      law.reactants.reduce<Code>(
        (product, term) => f64x2.mul(product, combinations(count(term.species), term.count)),
        get(firstRate + r),
      ),
    )
  }
  const addUp = (node: Node): Code =>
    'id' in node
      ? [addUp(node.left), addUp(node.right), set(firstSum + node.id, f64x2.add(value(node.left), value(node.right)))]
      : []
  /** Where the uniform leads, as a mask for each node: all ones to the left. */
  const descend = (node: Node, rest: number, masks: number): Code => {
    if (!('id' in node)) return []
    const { id, left, right } = node
    return [
      set(masks + id, f64x2.lt(get(rest), value(left))),
      descend(left, rest, masks),
      'id' in right
        ? [set(firstRest + right.id, f64x2.sub(get(rest), value(left))), descend(right, firstRest + right.id, masks)]
        : [],
    ]
  }
  /**
   * Lanes that rounding has led to a propensity of 0. A rest is below the value of the root and of every left child, so
   * that only two turns to the right can end there. `path`: the lanes that have come to the node, null for all.
   */
  const astray = (node: Node, masks: number, path: Code | null, rightTurns: number): Code[] => {
    if (!('id' in node)) return path && rightTurns >= 2 ? [bits.and(path, f64x2.le(value(node), both(0)))] : []
    const mask = get(masks + node.id)
    return [
      ...astray(node.left, masks, path ? bits.and(path, mask) : mask, 0),
      ...astray(node.right, masks, bits.andNot(path ?? bits.ones, mask), rightTurns + 1),
    ]
  }
  /** Propensities, due times and what fires next, of register j. */
  const refresh = (j: number): Code => {
    const { count, due, over, mask } = own[j]
    const strays = astray(tree, mask, null, 0)
    return [
      tabulated.map((s) => {
        // The lowest bits of 2⁴⁹ + x are those of 8x.
        const scaled = f64x2.add(f64x2.min(both(tableCells), get(count + s)), both(2 ** 49))
        const address = (which: number): Code => i32Op.and([i64x2.lane(get(firstRest), which), 0xa7], i32(0xffff))
        return [set(firstRest, scaled), set(rowOf(s), address(0)), set(rowOf(s) + 1, address(1))]
      }),
      shape.reactions.map((_, r) => compute(r, (s) => get(count + s))),
      addUp(tree),
      set(due, f64x2.add(get(due), f64x2.div(loadTwo(laneBytes + 16 * j, get(row)), value(tree)))),
      'id' in tree
        ? [set(firstRest, f64x2.mul(loadTwo(16 * j, get(row)), value(tree))), descend(tree, firstRest, mask)]
        : [],
      strays.length > 0
        ? set(
            over,
            strays.reduce((a, b) => bits.or(a, b)),
          )
        : [],
    ]
  }
  const straying = astray(tree, own[0].mask, null, 0).length > 0
  const bad = (j: number): Code => {
    const { due, over } = own[j]
    const inTime = f64x2.le(get(due), loadTwo(layout.stop + 16 * j))
    return bits.andNot(loadTwo(layout.live + 16 * j), straying ? bits.andNot(inTime, get(over)) : inTime)
  }
  const fire = (j: number): Code => {
    const { count, mask } = own[j]
    return Array.from({ length: S }, (_, s) => {
      const change = changeOf(tree, s)
      return change === 0 ? [] : set(count + s, f64x2.add(get(count + s), codeOf(change)))
    })

    function changeOf(node: Node, s: number): Change {
      if (!('id' in node)) return shape.reactions[node.reaction].net.find(({ species }) => species === s)?.count ?? 0
      const [left, right] = [changeOf(node.left, s), changeOf(node.right, s)]
      if (left === right) return left
      return mixed(get(mask + node.id), left, right)
    }
  }

  const eachLane = (address: number) => load(address, get(lane))
  const ends: Code = [
    store(layout.live, f64(0), get(lane)),
    storeI32(layout.ended, get(row), get(lane)),
    set(endings, i32Op.add(get(endings), i32(1))),
  ]
  const recorded = loadI32(layout.recorded, get(lane))
  const recordRow: Code = [
    set(
      record,
      i32Op.add(
        loadI32(lockstepCell.records),
        i32Op.add(i32Op.mul(get(lane), loadI32(lockstepCell.recordsBytes)), i32Op.mul(recorded, i32(8 * S))),
      ),
    ),
    Array.from({ length: S }, (_, s) => store(8 * s, eachLane(layout.counts + laneBytes * s), get(record))),
    storeI32(layout.recorded, i32Op.add(recorded, i32(1)), get(lane)),
    when(i32Op.eq(recorded, loadI32(lockstepCell.timesCount)), ends, [
      store(layout.stop, load(0, i32Op.add(loadI32(lockstepCell.times), i32Op.shl(recorded, i32(3)))), get(lane)),
      branch(2), // if, if, loop
    ]),
  ]
  /** Output times that have come, lane by lane. What is neither in time nor late has no due time, or is astray. */
  const elsewise: Code = [
    registers.map((j) => [
      storeTwo(layout.due + 16 * j, get(own[j].due)),
      storeTwo(layout.bad + 16 * j, get(own[j].bad)),
      Array.from({ length: S }, (_, s) => storeTwo(layout.counts + laneBytes * s + 16 * j, get(own[j].count + s))),
    ]),
    set(lane, i32(0)),
    loop(
      when(loadI32(layout.bad, get(lane)), [
        when(
          f64Op.gt(eachLane(layout.due), eachLane(layout.stop)),
          loop(when(f64Op.gt(eachLane(layout.due), eachLane(layout.stop)), recordRow)),
          ends,
        ),
      ]),
      set(lane, i32Op.add(get(lane), i32(8))),
      branchIf(i32Op.ltU(get(lane), i32(laneBytes)), 0),
    ),
  ]
  const body: Code = [
    shape.reactions.map((_, r) => set(firstRate + r, splat(load(layout.rates + 8 * r)))),
    set(row, i32(layout.rows)),
    registers.map((j) => [
      Array.from({ length: S }, (_, s) => set(own[j].count + s, loadTwo(layout.counts + laneBytes * s + 16 * j))),
      set(own[j].due, loadTwo(layout.time + 16 * j)),
      refresh(j),
    ]),
    loop(
      registers.map((j) => set(own[j].bad, bad(j))),
      when(bits.any(registers.map((j) => get(own[j].bad)).reduce((a, b) => bits.or(a, b))), [elsewise, branch(1)]),
      set(row, i32Op.add(get(row), i32(rowBytes))),
      registers.map((j) => [storeTwo(layout.time + 16 * j, get(own[j].due)), fire(j), refresh(j)]),
      branchIf(i32Op.ltU(get(row), i32(layout.rows + rowBytes * batchRows)), 0),
    ),
    registers.map((j) => [
      Array.from({ length: S }, (_, s) => storeTwo(layout.counts + laneBytes * s + 16 * j, get(own[j].count + s))),
      [0, laneBytes].map((half) => storeTwo(layout.rows + half + 16 * j, loadTwo(half + 16 * j, get(row)))),
    ]),
    get(endings),
  ]
  return {
    name: 'advance',
    parameters: [],
    results: [i32Type],
    locals: [
      { count: firstVector, type: i32Type },
      { count: locals - firstVector, type: v128Type },
    ],
    body,
  }
}

/** How a count changes: the same in all lanes, or by masks. */
type Change = number | Code

const codeOf = (change: Change): Code => (typeof change === 'number' ? both(change) : change)

/** `left` where the mask is set, otherwise `right`. */
function mixed(mask: Code, left: Change, right: Change): Code {
  if (right === 0) return bits.and(codeOf(left), mask)
  if (left === 0) return bits.andNot(codeOf(right), mask)
  if (typeof left === 'number' && typeof right === 'number')
    return f64x2.add(both(right), bits.and(both(left - right), mask))
  return bits.or(bits.and(codeOf(left), mask), bits.andNot(codeOf(right), mask))
}

/** C(x, n) as the scalar kernel computes it. */
function combinations(x: Code, n: number): Code {
  let product = x
  for (let i = 1; i < n; i++) {
    const next = f64x2.mul(product, f64x2.sub(x, both(i)))
    const whole = Number.isInteger(Math.log2(i + 1))
    product = whole ? f64x2.mul(next, both(1 / (i + 1))) : f64x2.div(next, both(i + 1))
  }
  return product
}
