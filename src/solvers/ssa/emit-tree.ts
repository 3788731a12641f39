/**
 * The trees of `weights` as code: `sumTree` for the direct method, `cumulativeTree` for rejection, the same sums in the
 * same order.
 */
import { f64x2, i64x2, loadTwo, splat } from '../../network/compile-simd'
import {
  branchIf,
  type Code,
  f64,
  f64Op,
  get,
  i32,
  i32Op,
  load,
  loadByte,
  loadI32,
  select,
  set,
  store,
  storeByte,
  storeI32,
  when,
} from '../../network/compile-wasm'
import { different, type Locals, type Plan, plus, whilst } from './sparse-plan'
import { fan, treeShape } from './weights'

/** The weight of reaction j becomes what `weight` holds; `changed` sums are to be added up. */
export function setWeight({ reactions, sums, marked, dirty }: Plan, L: Locals): Code {
  const { offsets } = treeShape(reactions)
  const at = i32Op.shl(get(L.j), i32(3))
  return when(f64Op.ne(load(sums, at), get(L.weight)), [
    store(sums, get(L.weight), at),
    set(L.node, i32Op.shrU(get(L.j), i32(4))),
    when(i32Op.not(loadByte(marked + offsets[1], get(L.node))), [
      storeByte(marked + offsets[1], i32(1), get(L.node)),
      storeI32(dirty, get(L.node), i32Op.shl(get(L.changed), i32(2))),
      plus(L.changed, i32(1)),
    ]),
  ])
}

/** Everything that has changed is added up, to the total. */
export function settle(plan: Plan, L: Locals): Code {
  const { reactions, sums, marked, dirty, total, variant } = plan
  const { offsets, top } = treeShape(reactions)
  const add = variant === 'rejection' ? addInTurn : addInRuns
  const upwards = Array.from({ length: top }, (_, i): Code => {
    const level = i + 1
    const above = level < top ? offsets[level + 1] : 0
    const tell = [
      set(L.at, i32Op.shrU(get(L.node), i32(4))),
      when(i32Op.not(loadByte(marked + above, get(L.at))), [
        storeByte(marked + above, i32(1), get(L.at)),
        storeI32(dirty, get(L.at), i32Op.shl(get(L.parents), i32(2))),
        plus(L.parents, i32(1)),
      ]),
    ]
    return [
      set(L.i, i32(0)),
      set(L.parents, i32(0)),
      whilst(
        i32Op.ltU(get(L.i), get(L.changed)),
        set(L.node, loadI32(dirty, i32Op.shl(get(L.i), i32(2)))),
        set(L.at, i32Op.shl(get(L.node), i32(7))),
        add(plan, L, offsets[level - 1]),
        store(sums + 8 * offsets[level], get(L.value), i32Op.shl(get(L.node), i32(3))),
        storeByte(marked + offsets[level], i32(0), get(L.node)),
        level < top ? tell : [],
        plus(L.i, i32(1)),
      ),
      set(L.changed, get(L.parents)),
    ]
  })
  return [upwards, store(total, load(sums + 8 * offsets[top]))]
}

/** `value` ← the sum of the children at the offset `at` of a level: the runs of `sumTree`, two in each vector. */
function addInRuns({ sums }: Plan, L: Locals, level: number): Code {
  const two = (k: number) => loadTwo(sums + 8 * level + 16 * k, get(L.at))
  const run = (k: number) => [2, 4, 6].reduce((sum, more) => f64x2.add(sum, two(k + more)), two(k))
  const across = f64Op.add(f64x2.lane(get(L.bounds), 0), f64x2.lane(get(L.bounds), 1))
  return [
    set(L.bounds, run(0)),
    set(L.value, across),
    set(L.bounds, run(1)),
    set(L.value, f64Op.add(get(L.value), across)),
  ]
}

/** The same, one after another, and what lies before each. */
function addInTurn({ sums, before }: Plan, L: Locals, level: number): Code {
  const children = Array.from({ length: fan }, (_, k) => [
    store(before + 8 * (level + k), get(L.value), get(L.at)),
    set(L.value, f64Op.add(get(L.value), load(sums + 8 * (level + k), get(L.at)))),
  ])
  return [set(L.value, f64(0)), children]
}

/** `r` ← the reaction on whose stretch `rest` falls, which keeps what is left, or −1. */
export function choose({ reactions, sums, before, variant }: Plan, L: Locals): Code {
  const { offsets, top } = treeShape(reactions)
  const level = variant === 'rejection' ? compareAll(before, L) : subtractInTurn(sums, L)
  const downwards = Array.from({ length: top }, (_, i) => level(8 * offsets[top - 1 - i]))
  return [set(L.node, i32(0)), downwards, set(L.r, get(L.node)), within({ sums }, L)]
}

/** Rounding can lead beyond the last weight: `r` ← −1 then. */
export const within = ({ sums }: Pick<Plan, 'sums'>, L: Locals): Code =>
  set(L.r, select(f64Op.lt(get(L.rest), load(sums, i32Op.shl(get(L.r), i32(3)))), get(L.r), i32(-1)))

/** Whether `choose` with rejection's tree would come to `r` from `weight`; then `rest` is what is left. */
export function fallsOn({ reactions, before }: Plan, L: Locals): Code {
  const { offsets, top } = treeShape(reactions)
  const levels = Array.from({ length: top }, (_, i) => {
    const level = top - 1 - i
    const at = before + 8 * offsets[level]
    const node = level > 0 ? i32Op.shrU(get(L.r), i32(4 * level)) : get(L.r)
    const from = load(at, get(L.at))
    const last = i32Op.eq(i32Op.and(get(L.node), i32(fan - 1)), i32(fan - 1))
    const inside = i32Op.and(
      f64Op.le(from, get(L.rest)),
      i32Op.or(last, f64Op.lt(get(L.rest), load(at + 8, get(L.at)))),
    )
    return [
      set(L.node, node),
      set(L.at, i32Op.shl(get(L.node), i32(3))),
      set(L.i, i === 0 ? inside : i32Op.and(get(L.i), inside)),
      set(L.rest, f64Op.sub(get(L.rest), from)),
    ]
  })
  return [set(L.rest, get(L.weight)), levels, get(L.i)]
}

const subtractInTurn = (sums: number, L: Locals) => (level: number) => [
  set(L.at, i32Op.shl(get(L.node), i32(7))),
  set(L.last, i32Op.add(get(L.at), i32(8 * (fan - 1)))),
  whilst(
    different(L.at, L.last),
    set(L.value, load(sums + level, get(L.at))),
    branchIf(f64Op.lt(get(L.rest), get(L.value)), 1),
    set(L.rest, f64Op.sub(get(L.rest), get(L.value))),
    plus(L.at, i32(8)),
  ),
  set(L.node, i32Op.shrU(get(L.at), i32(3))),
]

/** The children that begin at or before the target are those up to the one it falls on: a comparison gives −1. */
const compareAll = (before: number, L: Locals) => (level: number) => {
  const two = (k: number) => f64x2.le(loadTwo(before + level + 16 * k, get(L.at)), get(L.target))
  const pairs = Array.from({ length: fan / 2 }, (_, k) => two(k))
  const lane = (k: number) => i32Op.fromI64(i64x2.lane(get(L.bounds), k))
  const found = i32Op.sub(i32(-1), i32Op.add(lane(0), lane(1)))
  return [
    set(L.at, i32Op.shl(get(L.node), i32(7))),
    set(L.target, splat(get(L.rest))),
    set(L.bounds, halving(pairs)),
    set(L.node, i32Op.add(i32Op.shl(get(L.node), i32(4)), found)),
    set(L.rest, f64Op.sub(get(L.rest), load(before + level, i32Op.shl(get(L.node), i32(3))))),
  ]
}

function halving(terms: readonly Code[]): Code {
  if (terms.length === 1) return terms[0]
  const half = terms.length >> 1
  return i64x2.add(halving(terms.slice(0, half)), halving(terms.slice(half)))
}
