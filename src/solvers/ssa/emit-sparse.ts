/**
 * The kernels of large networks as WebAssembly: `rejection` and `recompute` with the trees of `weights`, the same
 * operations on the same doubles in the same order, so that those stay their oracles to the bit. Nothing is unrolled
 * over reactions: the code interprets the network from memory, where the two reactants of a propensity lie as offsets of
 * their counts (a count that is always 1 stands for none), and the two bounds of a count or of a propensity side by side.
 */
import { fillFunction } from '../../network/compile-random'
import { both, f64x2, loadTwo, splat } from '../../network/compile-simd'
import {
  block,
  branchIf,
  type Code,
  call,
  encode,
  type Func,
  f64,
  f64Op,
  f64Type,
  get,
  i32,
  i32Op,
  i32Type,
  i64,
  i64Op,
  load,
  loadI32,
  select,
  set,
  store,
  storeI32,
  when,
} from '../../network/compile-wasm'
import { drawsLayout } from './draws'
import { choose, fallsOn, settle, setWeight, within } from './emit-tree'
import {
  changeBytes,
  different,
  form,
  guessBits,
  type Locals,
  localRuns,
  localsAfter,
  mostAhead,
  type Plan,
  plus,
  record,
  side,
  whilst,
} from './sparse-plan'

/** Imports come first, then the functions in this order. */
const [expImport, calledImport, fillIndex, fireIndex] = [0, 1, 2, 3]

/**
 * The module's bytes. It imports `called(r, side)`, the propensity of a reaction of any other form, and exports `fire()`,
 * which answers a reaction or −1, `begin(time)`, and `walk(until, most, enough)`: candidates due no later than `until`,
 * at most `most`, while less than `enough` work is done; it answers how many.
 */
export function emitSparse(plan: Plan): Uint8Array<ArrayBuffer> {
  const imports = [
    { name: 'exp', parameters: [f64Type], results: [f64Type] },
    { name: 'called', parameters: [i32Type, i32Type], results: [f64Type] },
  ]
  const functions = [fillFunction(drawsLayout, expImport), fireFunction(plan), beginFunction(plan), walkFunction(plan)]
  return encode(imports, functions)
}

/** `value` ← the propensity of reaction r (a local) for the counts. */
function propensity({ records, counts }: Plan, L: Locals, r: number): Code {
  const of = i32Op.shl(get(r), i32(5))
  const first = load(counts, loadI32(records + record.first, of))
  const second = load(counts, loadI32(records + record.second, of))
  const rate = load(records + record.rate, of)
  const pairs = f64Op.mul(f64Op.mul(get(L.value), f64Op.sub(get(L.value), f64(1))), f64(0.5))
  return [
    when(
      i32Op.eq(loadI32(records + record.form, of), i32(form.counts)),
      set(L.value, f64Op.mul(f64Op.mul(rate, first), second)),
      when(
        i32Op.eq(loadI32(records + record.form, of), i32(form.pair)),
        [set(L.value, first), set(L.value, f64Op.mul(rate, pairs))],
        set(L.value, call(calledImport, get(r), i32(side.counts))),
      ),
    ),
  ]
}

/** When the next candidate comes, the last being at `now`. */
function schedule({ due, exponential, total }: Plan, L: Locals): Code {
  const later = f64Op.add(get(L.now), f64Op.div(load(exponential), load(total)))
  const finite = select(f64Op.lt(load(total), f64(Number.POSITIVE_INFINITY)), later, f64(Number.NaN))
  return store(due, select(f64Op.eq(load(total), f64(0)), f64(Number.POSITIVE_INFINITY), finite))
}

/** The next uniform and exponential, a new batch if there are none. */
function draw({ uniform, exponential }: Plan, L: Locals): Code {
  const { at, to, drawn, pairs, first, largest } = drawsLayout
  const greater = (a: Code, b: Code) => select(i32Op.geS(a, b), a, b)
  const end = i32Op.add(i32(pairs), i32Op.shl(get(L.i), i32(4)))
  const more = i32Op.add(loadI32(drawn), get(L.i))
  return [
    when(i32Op.eq(loadI32(at), loadI32(to)), [
      set(L.i, greater(loadI32(drawn), i32(first))),
      call(fillIndex, i32(pairs), end),
      storeI32(at, i32(pairs)),
      storeI32(to, end),
      storeI32(drawn, select(i32Op.geS(more, i32(largest)), i32(largest), more)),
    ]),
    set(L.at, loadI32(at)),
    store(uniform, load(0, get(L.at))),
    store(exponential, load(8, get(L.at))),
    storeI32(at, i32Op.add(get(L.at), i32(16))),
  ]
}

/** The bracket of the count at offset `s`, which is `value`. */
function bracket({ brackets, wideFrom }: Plan, L: Locals): Code {
  const tenth = f64Op.max(f64(1), f64Op.floor(f64Op.div(get(L.value), f64(10))))
  const wide = f64Op.ge(get(L.value), load(wideFrom, get(L.s)))
  const at = i32Op.shl(get(L.s), i32(1))
  return [
    set(L.weight, select(wide, tenth, f64(0))),
    store(brackets, f64Op.sub(get(L.value), get(L.weight)), at),
    store(brackets + 8, f64Op.add(get(L.value), get(L.weight)), at),
  ]
}

/** Both bounds of reaction j; the upper one is its weight. */
function bound(plan: Plan, L: Locals): Code {
  const { records, brackets } = plan
  const of = i32Op.shl(get(L.j), i32(5))
  const two = (reactant: number) => loadTwo(brackets, i32Op.shl(loadI32(records + reactant, of), i32(1)))
  const rate = splat(load(records + record.rate, of))
  const pairs = f64x2.mul(f64x2.mul(get(L.bounds), f64x2.sub(get(L.bounds), both(1))), both(0.5))
  const split = [
    store(records + record.lower, f64x2.lane(get(L.bounds), 0), of),
    set(L.weight, f64x2.lane(get(L.bounds), 1)),
  ]
  return [
    when(
      i32Op.eq(loadI32(records + record.form, of), i32(form.counts)),
      [set(L.bounds, f64x2.mul(f64x2.mul(rate, two(record.first)), two(record.second))), split],
      when(
        i32Op.eq(loadI32(records + record.form, of), i32(form.pair)),
        [set(L.bounds, two(record.first)), set(L.bounds, f64x2.mul(rate, pairs)), split],
        [
          store(records + record.lower, call(calledImport, get(L.j), i32(side.low)), of),
          set(L.weight, call(calledImport, get(L.j), i32(side.high))),
        ],
      ),
    ),
    setWeight(plan, L),
  ]
}

/** Everything anew for one reaction j. */
const weigh = (plan: Plan, L: Locals): Code =>
  plan.variant === 'rejection'
    ? bound(plan, L)
    : [propensity(plan, L, L.j), set(L.weight, get(L.value)), setWeight(plan, L)]

/** The propensities that read the count at offset `s` are weighed. */
const weighReaders = (plan: Plan, L: Locals): Code => [
  set(L.k, loadI32(plan.readerStarts, i32Op.shrU(get(L.s), i32(1)))),
  set(L.last, loadI32(plan.readerStarts + 4, i32Op.shrU(get(L.s), i32(1)))),
  storeI32(plan.work, i32Op.add(loadI32(plan.work), i32Op.shrU(i32Op.sub(get(L.last), get(L.k)), i32(2)))),
  whilst(different(L.k, L.last), set(L.j, loadI32(0, get(L.k))), weigh(plan, L), plus(L.k, i32(4))),
]

/** `body` for each change of reaction r, which is at the address `p`, of the count at offset `s`. */
const eachChange = ({ netStarts }: Plan, L: Locals, ...body: Code[]): Code => [
  set(L.p, loadI32(netStarts, i32Op.shl(get(L.r), i32(2)))),
  set(L.end, loadI32(netStarts + 4, i32Op.shl(get(L.r), i32(2)))),
  whilst(different(L.p, L.end), set(L.s, loadI32(0, get(L.p))), ...body, plus(L.p, i32(changeBytes))),
]

const changeCount = ({ counts }: Plan, L: Locals): Code => [
  set(L.value, f64Op.add(load(counts, get(L.s)), load(8, get(L.p)))),
  store(counts, get(L.value), get(L.s)),
]

function fireFunction(plan: Plan): Func {
  const L = localsAfter(0)
  const rejects = plan.variant === 'rejection'
  const found = rejects ? takeChosen(plan, L) : [set(L.rest, target(plan, load(plan.uniform))), choose(plan, L)]
  const next = [set(L.changed, i32(0)), found, set(L.now, load(plan.due)), draw(plan, L)]
  const body = rejects ? fireRejection(plan, L) : fireDirect(plan, L)
  return {
    name: 'fire',
    parameters: [],
    results: [i32Type],
    locals: localRuns,
    body: [next, body, get(L.answer)],
  }
}

const target = ({ total }: Plan, uniform: Code): Code => f64Op.mul(uniform, load(total))

/** Where the last choice near this uniform is. */
const bucket = ({ guesses }: Plan, uniform: Code): Code => {
  const leading = i64Op.shrU(i64Op.ofF64(f64Op.add(uniform, f64(1))), i64(52 - guessBits))
  return i32Op.add(i32(guesses), i32Op.shl(i32Op.and(i32Op.fromI64(leading), i32(2 ** guessBits - 1)), i32(2)))
}

/**
 * Candidates are chosen several at a time, for the pairs that have been drawn, as long as the sums stay: one choice need
 * not wait for what has become of the last. After a change one is chosen, then two, four, and so on. Few reactions make
 * most of the events: the last choice near a uniform is looked at first, and found to be the one or not.
 */
function takeChosen(plan: Plan, L: Locals): Code {
  const { uniform, chosen, chosenAt, chosenEnd, ahead } = plan
  const { at, to } = drawsLayout
  const least = (a: Code, b: Code) => select(i32Op.ltU(a, b), a, b)
  const known = i32Op.add(i32(1), i32Op.shrU(i32Op.sub(loadI32(to), loadI32(at)), i32(4)))
  const more: Code = [
    set(L.count, loadI32(ahead)),
    storeI32(ahead, least(i32Op.shl(get(L.count), i32(1)), i32(mostAhead))),
    set(L.count, least(get(L.count), known)),
    set(L.end, i32Op.add(i32(chosen), i32Op.shl(get(L.count), i32(4)))),
    set(L.p, i32(uniform)),
    set(L.k, i32(chosen)),
    whilst(
      different(L.k, L.end),
      set(L.last, bucket(plan, load(0, get(L.p)))),
      set(L.weight, target(plan, load(0, get(L.p)))),
      set(L.r, loadI32(0, get(L.last))),
      when(fallsOn(plan, L), within(plan, L), [
        set(L.rest, get(L.weight)),
        choose(plan, L),
        storeI32(0, get(L.node), get(L.last)),
      ]),
      store(0, get(L.rest), get(L.k)),
      storeI32(8, get(L.r), get(L.k)),
      set(L.p, select(i32Op.eq(get(L.k), i32(chosen)), loadI32(at), i32Op.add(get(L.p), i32(16)))),
      plus(L.k, i32(16)),
    ),
    storeI32(chosenAt, i32(chosen)),
    storeI32(chosenEnd, get(L.end)),
  ]
  return [
    when(i32Op.eq(loadI32(chosenAt), loadI32(chosenEnd)), more),
    set(L.k, loadI32(chosenAt)),
    set(L.rest, load(0, get(L.k))),
    set(L.r, loadI32(8, get(L.k))),
    storeI32(chosenAt, i32Op.add(get(L.k), i32(16))),
  ]
}

/** The sums have changed: what has been chosen from them does not hold. */
const forgetChosen = ({ chosenAt, chosenEnd, ahead }: Plan): Code => [
  storeI32(chosenAt, i32(0)),
  storeI32(chosenEnd, i32(0)),
  storeI32(ahead, i32(1)),
]

/** As `recompute`. */
const fireDirect = (plan: Plan, L: Locals): Code => [
  set(L.answer, get(L.r)),
  when(i32Op.geS(get(L.r), i32(0)), [
    eachChange(plan, L, changeCount(plan, L)),
    eachChange(plan, L, weighReaders(plan, L)),
  ]),
  settle(plan, L),
  schedule(plan, L),
]

/** As `rejection`. */
function fireRejection(plan: Plan, L: Locals): Code {
  const { records, brackets, escaped, work } = plan
  const lower = load(records + record.lower, i32Op.shl(get(L.r), i32(5)))
  // As often as not the lower bound settles it, which no branch can foretell: the propensity takes less time than that.
  const doubtful = f64Op.ge(get(L.rest), lower)
  const real = [
    when(
      i32Op.eq(loadI32(records + record.form, i32Op.shl(get(L.r), i32(5))), i32(form.called)),
      [set(L.value, f64(Number.POSITIVE_INFINITY)), when(doubtful, propensity(plan, L, L.r))],
      propensity(plan, L, L.r),
    ),
    storeI32(work, i32Op.add(loadI32(work), doubtful)),
    branchIf(f64Op.ge(get(L.rest), get(L.value)), 0), // block
  ]
  const at = i32Op.shl(get(L.s), i32(1))
  const inside = i32Op.and(f64Op.ge(get(L.value), load(brackets, at)), f64Op.le(get(L.value), load(brackets + 8, at)))
  const leave = [bracket(plan, L), storeI32(escaped, get(L.s), i32Op.shl(get(L.count), i32(2))), plus(L.count, i32(1))]
  return [
    schedule(plan, L),
    set(L.answer, i32(-1)),
    block(
      branchIf(i32Op.not(i32Op.geS(get(L.r), i32(0))), 0),
      real,
      set(L.answer, get(L.r)),
      set(L.count, i32(0)),
      eachChange(plan, L, changeCount(plan, L), when(i32Op.not(inside), leave)),
      branchIf(i32Op.not(get(L.count)), 0),
      set(L.i, i32(0)),
      whilst(
        i32Op.ltU(get(L.i), get(L.count)),
        set(L.s, loadI32(escaped, i32Op.shl(get(L.i), i32(2)))),
        weighReaders(plan, L),
        plus(L.i, i32(1)),
      ),
      settle(plan, L),
      forgetChosen(plan),
      schedule(plan, L),
    ),
  ]
}

/** All brackets and weights, which are 0 before, and the first draw. */
function beginFunction(plan: Plan): Func {
  const L = localsAfter(1)
  const { species: S, reactions: R, counts } = plan
  const brackets = [
    set(L.s, i32(0)),
    whilst(i32Op.ltU(get(L.s), i32(8 * S)), set(L.value, load(counts, get(L.s))), bracket(plan, L), plus(L.s, i32(8))),
  ]
  return {
    name: 'begin',
    parameters: [f64Type],
    results: [],
    locals: localRuns,
    body: [
      plan.variant === 'rejection' ? brackets : [],
      set(L.changed, i32(0)),
      set(L.j, i32(0)),
      whilst(i32Op.ltU(get(L.j), i32(R)), weigh(plan, L), plus(L.j, i32(1))),
      draw(plan, L),
      settle(plan, L),
      forgetChosen(plan),
      set(L.now, get(0)),
      schedule(plan, L),
    ],
  }
}

function walkFunction({ due, time, work, events }: Plan): Func {
  const [until, most, enough, tried] = [0, 1, 2, 3]
  const going = i32Op.and(
    f64Op.le(load(due), get(until)),
    i32Op.and(i32Op.ltU(get(tried), get(most)), i32Op.ltU(loadI32(work), get(enough))),
  )
  return {
    name: 'walk',
    parameters: [f64Type, i32Type, i32Type],
    results: [i32Type],
    locals: [{ count: 1, type: i32Type }],
    body: [
      storeI32(work, i32(0)),
      storeI32(events, i32(0)),
      whilst(
        going,
        store(time, load(due)),
        when(i32Op.geS(call(fireIndex), i32(0)), storeI32(events, i32Op.add(loadI32(events), i32(1)))),
        plus(tried, i32(1)),
      ),
      get(tried),
    ],
  }
}
