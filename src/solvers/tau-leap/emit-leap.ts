/**
 * The leaps of `kernel` as WebAssembly, unrolled over the reactions of one network: the same draws in the same order, the
 * same operations, so that `kernel` stays its oracle to the bit. Everything lies in memory, rate constants and options
 * too: moving a slider compiles nothing.
 */
import { variatesAt, variatesFunctions } from '../../network/compile-variates'
import {
  block,
  branch,
  branchIf,
  type Code,
  call,
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
} from '../../network/compile-wasm'
import { kinds, type LeapNetwork, maxCount } from '../leap'
import type { LeapPlan } from './leap-plan'
import { exactEvents, fewestMolecules, fewestWaits } from './limits'

export type CompiledLeap = 'trapezoidal' | 'midpoint' | 'explicit'

/** Answers of `advance`. */
export const status = { going: 0, done: 1, broken: 2, exploded: 3 } as const
/** Of which counts a propensity is to be called. */
export const side = { now: 0, next: 1 } as const

const { add, sub, mul, div } = f64Op

interface Writing {
  readonly net: LeapNetwork
  readonly plan: LeapPlan
  /** Address of what belongs to reaction r or species s. */
  readonly a: (r: number) => number
  readonly x: (s: number) => number
  readonly next: (s: number) => number
  readonly fired: (r: number) => number
  readonly free: (r: number) => Code
}

const [calledIndex, firstVariate] = [0, 1]
const variate = variatesAt(firstVariate)
const [evaluateIndex, lookIndex, drawIndex, applyIndex, exactlyIndex, leapIndex] = [0, 1, 2, 3, 4, 5].map(
  (i) => variate.end + i,
)

/**
 * The module's bytes. It imports `called(r, side)`, a propensity that is not written out, and exports `evaluate()`, to be
 * called when the counts are set, and `advance(steps)`: so many leaps or spells of single events.
 */
export function emitLeap(net: LeapNetwork, plan: LeapPlan, method: CompiledLeap): Uint8Array<ArrayBuffer> {
  const imports = [{ name: 'called', parameters: [i32Type, i32Type], results: [f64Type] }]
  const w: Writing = {
    net,
    plan,
    a: (r) => plan.propensities + 8 * r,
    x: (s) => plan.counts + 8 * s,
    next: (s) => plan.next + 8 * s,
    fired: (r) => plan.fired + 8 * r,
    free: (r) => loadI32(plan.free + 4 * r),
  }
  return encode(imports, [
    ...variatesFunctions(plan, firstVariate),
    evaluateFunction(w),
    lookFunction(w),
    drawFunction(w, method),
    applyFunction(w),
    exactlyFunction(w),
    leapFunction(w),
    advanceFunction(w),
  ])
}

const each = <T>(count: number, f: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => f(i))
const give = (value: Code): Code => [value, 0x0f]
const isFinitePositive = (value: Code) => f64Op.lt(value, f64(Number.POSITIVE_INFINITY))
const poisson = (mean: Code) => call(variate.poisson, mean)
const uniform = ({ plan }: Writing) => call(variate.uniform, i32(plan.state))
const exponential = ({ plan }: Writing) => call(variate.exponential, i32(plan.state))
const bump = (address: number) => storeI32(address, i32Op.add(loadI32(address), i32(1)))

/** Net changes of reaction r. */
const changes = ({ net: { from, changed, by } }: Writing, r: number) =>
  each(from[r + 1] - from[r], (i) => ({ species: changed[from[r] + i], count: by[from[r] + i] }))

function func(
  name: string,
  parameters: number[],
  results: number[],
  locals: [i32: number, f64: number],
  body: Code,
): Func {
  const runs = [
    { count: locals[0], type: i32Type },
    { count: locals[1], type: f64Type },
  ]
  return { name, parameters, results, locals: runs, body }
}

function propensity({ net, plan }: Writing, r: number, of: 'now' | 'next'): Code {
  const { kind, one, other } = net.parts
  const count = (s: number) => load((of === 'now' ? plan.counts : plan.next) + 8 * s)
  const k = load(plan.rates + 8 * r)
  switch (kind[r]) {
    case kinds.constant:
      return k
    case kinds.first:
      return mul(k, count(one[r]))
    case kinds.pair:
      return mul(mul(mul(f64(0.5), k), count(one[r])), f64Op.max(f64(0), sub(count(one[r]), f64(1))))
    case kinds.product:
      return mul(mul(k, count(one[r])), count(other[r]))
    default:
      return call(calledIndex, i32(r), i32(side[of]))
  }
}

/** All propensities and their sum; answers whether they are what they should be. */
function evaluateFunction(w: Writing): Func {
  const [value, total] = [0, 1]
  const one = (r: number): Code => [
    set(value, propensity(w, r, 'now')),
    store(w.a(r), get(value)),
    set(total, add(get(total), choose(f64Op.ge(get(value), f64(0)), get(value), f64(Number.NaN)))),
  ]
  const body = [each(w.net.reactions, one), store(w.plan.total, get(total)), isFinitePositive(get(total))]
  return func('evaluate', [], [i32Type], [0, 2], body)
}

/** Which reactions are free, the sum of the critical propensities, and how long a leap may be. */
function lookFunction(w: Writing): Func {
  const { net, plan } = w
  const { read, ratio, copies } = net.parts
  const [isFree, critical, tau, g, change] = [0, 1, 2, 3, 4]
  const mean = (s: number) => 5 + 2 * s
  const spread = (s: number) => 6 + 2 * s
  const classify = (r: number): Code => [
    set(isFree, f64Op.gt(load(w.a(r)), f64(0))),
    changes(w, r)
      .filter(({ count }) => count < 0)
      .map(({ species, count }) => {
        const few = f64Op.lt(load(w.x(species)), mul(f64(-count), load(plan.criticalCount)))
        return set(isFree, i32Op.and(get(isFree), i32Op.not(few)))
      }),
    storeI32(plan.free + 4 * r, get(isFree)),
    when(
      get(isFree),
      changes(w, r).map(({ species, count }) => [
        set(g, mul(f64(count), load(w.a(r)))),
        set(mean(species), add(get(mean(species)), get(g))),
        set(spread(species), add(get(spread(species)), mul(f64(count), get(g)))),
      ]),
      set(critical, add(get(critical), load(w.a(r)))),
    ),
  ]
  const shorten = (i: number): Code => {
    const x = load(w.x(read[i]))
    const less = (j: number) => choose(f64Op.gt(x, f64(j)), div(x, sub(x, f64(j))), f64(1))
    const sum = each(copies[i] - 1, (j) => less(j + 1)).reduce(add, f64(1))
    const bound = copies[i] > 1 ? mul(f64(ratio[i]), sum) : f64(ratio[i])
    const s = read[i]
    return when(f64Op.ne(get(spread(s)), f64(0)), [
      set(change, f64Op.max(div(mul(load(plan.epsilon), x), bound), f64(fewestMolecules))),
      set(
        tau,
        f64Op.min(
          get(tau),
          f64Op.min(div(get(change), f64Op.abs(get(mean(s)))), div(mul(get(change), get(change)), get(spread(s)))),
        ),
      ),
    ])
  }
  const body = [
    each(net.reactions, classify),
    set(tau, f64(Number.POSITIVE_INFINITY)),
    each(read.length, shorten),
    store(plan.critical, get(critical)),
    store(plan.longest, get(tau)),
  ]
  return func('look', [], [], [1, 4 + 2 * net.species], body)
}

/** next ← x and what `fired` says. */
const ahead = (w: Writing): Code => [
  each(w.net.species, (s) => store(w.next(s), load(w.x(s)))),
  each(w.net.reactions, (r) =>
    changes(w, r).map(({ species, count }) =>
      store(w.next(species), add(load(w.next(species)), mul(f64(count), load(w.fired(r))))),
    ),
  ),
]

/** Leaves a function that answers, with 0, where a count in `next` is negative. */
const refuseNegative = (w: Writing): Code =>
  each(w.net.species, (s) => when(f64Op.lt(load(w.next(s)), f64(0)), give(i32(0))))

/** `draw(tau)`: firings of the free reactions into `fired`; answers whether there are any such. */
function drawFunction(w: Writing, method: CompiledLeap): Func {
  const [tau, value] = [0, 1]
  const { net } = w
  const half = mul(f64(0.5), get(tau))
  const freely = (mean: (r: number) => Code) =>
    each(net.reactions, (r) => store(w.fired(r), choose(w.free(r), poisson(mean(r)), f64(0))))
  const secondHalf = (r: number) => [
    set(value, mul(half, sub(mul(f64(2), propensity(w, r, 'next')), load(w.a(r))))),
    when(
      i32Op.and(f64Op.gt(get(value), f64(0)), isFinitePositive(get(value))),
      store(w.fired(r), add(load(w.fired(r)), poisson(get(value)))),
    ),
  ]
  const halfway = [
    each(net.species, (s) => store(w.next(s), load(w.x(s)))),
    each(net.reactions, (r) =>
      when(
        w.free(r),
        changes(w, r).map(({ species, count }) =>
          store(w.next(species), add(load(w.next(species)), mul(mul(half, f64(count)), load(w.a(r))))),
        ),
      ),
    ),
    each(net.species, (s) => when(f64Op.lt(load(w.next(s)), f64(0)), store(w.next(s), f64(0)))),
  ]
  const atMiddle = (r: number) => {
    const usable = i32Op.and(f64Op.ge(get(value), f64(0)), isFinitePositive(get(value)))
    const mean = mul(choose(usable, get(value), load(w.a(r))), get(tau))
    return when(
      w.free(r),
      [set(value, propensity(w, r, 'next')), store(w.fired(r), poisson(mean))],
      store(w.fired(r), f64(0)),
    )
  }
  const bodies: Record<CompiledLeap, Code> = {
    explicit: freely((r) => mul(load(w.a(r)), get(tau))),
    midpoint: [halfway, each(net.reactions, atMiddle)],
    trapezoidal: [
      freely((r) => mul(half, load(w.a(r)))),
      ahead(w),
      refuseNegative(w),
      each(net.reactions, (r) => when(w.free(r), secondHalf(r))),
    ],
  }
  return func('draw', [f64Type], [i32Type], [0, 1], [bodies[method], i32(1)])
}

/** `apply()`: the counts move by `fired`; answers 0, and nothing happens, where one would be negative. */
function applyFunction(w: Writing): Func {
  const { plan } = w
  const body = [
    ahead(w),
    refuseNegative(w),
    each(w.net.species, (s) => store(w.x(s), load(w.next(s)))),
    each(w.net.reactions, (r) => store(plan.events, add(load(plan.events), load(w.fired(r))))),
    i32(1),
  ]
  return func('apply', [], [i32Type], [0, 0], body)
}

/** `chosen` ← the reaction on whose stretch `rest` falls, among those that can fire and are wanted. */
const pick = (w: Writing, chosen: number, rest: number, wanted: (r: number) => Code): Code => [
  set(chosen, i32(-1)),
  block(
    each(w.net.reactions, (r) =>
      when(i32Op.and(wanted(r), f64Op.ne(load(w.a(r)), f64(0))), [
        set(chosen, i32(r)),
        set(rest, sub(get(rest), load(w.a(r)))),
        branchIf(f64Op.lt(get(rest), f64(0)), 1),
      ]),
    ),
  ),
]

/** `exactly(goal)`: events one by one, as far as the goal; answers a status. */
function exactlyFunction(w: Writing): Func {
  const [goal, chosen, due, rest] = [0, 1, 2, 3]
  const { plan } = w
  const wait = add(load(plan.time), div(exponential(w), load(plan.total)))
  const body = [
    block(
      loop(
        branchIf(i32Op.not(loadI32(plan.exactLeft)), 1),
        set(due, choose(f64Op.gt(load(plan.total), f64(0)), wait, f64(Number.POSITIVE_INFINITY))),
        when(f64Op.gt(get(due), get(goal)), [store(plan.time, get(goal)), give(i32(status.going))]),
        set(rest, mul(uniform(w), load(plan.total))),
        pick(w, chosen, rest, () => i32(1)),
        each(w.net.reactions, (r) =>
          when(
            i32Op.eq(get(chosen), i32(r)),
            changes(w, r).map(({ species, count }) => store(w.x(species), add(load(w.x(species)), f64(count)))),
          ),
        ),
        store(plan.time, get(due)),
        store(plan.events, add(load(plan.events), f64(1))),
        bump(plan.exactEvents),
        when(i32Op.not(call(evaluateIndex)), give(i32(status.broken))),
        storeI32(plan.exactLeft, i32Op.sub(loadI32(plan.exactLeft), i32(1))),
        branch(0),
      ),
    ),
    i32(status.going),
  ]
  return func('exactly', [f64Type], [i32Type], [1, 2], body)
}

/** `leap(goal)`: one leap, no further than the goal, or the decision for single events; answers a status. */
function leapFunction(w: Writing): Func {
  const [goal, landing, chosen, longest, wait, tau, rest] = [0, 1, 2, 3, 4, 5, 6]
  const { plan, net } = w
  const critical = load(plan.critical)
  const fireCritical = [
    set(rest, mul(uniform(w), critical)),
    pick(w, chosen, rest, (r) => i32Op.not(w.free(r))),
    each(net.reactions, (r) => when(i32Op.eq(get(chosen), i32(r)), store(w.fired(r), add(load(w.fired(r)), f64(1))))),
  ]
  const taken = [
    store(plan.time, choose(get(landing), get(goal), add(load(plan.time), get(tau)))),
    bump(plan.leaps),
    branch(3), // when, when, loop, block
  ]
  const body = [
    call(lookIndex),
    set(longest, mul(load(plan.share), load(plan.longest))),
    block(
      loop(
        when(f64Op.lt(mul(get(longest), load(plan.total)), f64(fewestWaits)), [
          storeI32(plan.exactLeft, i32(exactEvents)),
          give(i32(status.going)),
        ]),
        set(wait, choose(f64Op.gt(critical, f64(0)), div(exponential(w), critical), f64(Number.POSITIVE_INFINITY))),
        set(rest, sub(get(goal), load(plan.time))),
        set(tau, f64Op.min(f64Op.min(get(longest), get(wait)), get(rest))),
        set(landing, f64Op.eq(get(tau), get(rest))),
        when(call(drawIndex, get(tau)), [
          // The critical clock rings at the end of the leap, unless the leap was cut short before.
          when(i32Op.and(f64Op.eq(get(tau), get(wait)), i32Op.not(get(landing))), fireCritical),
          when(call(applyIndex), taken),
        ]),
        bump(plan.rejected),
        set(longest, div(get(tau), f64(2))),
        branch(0),
      ),
    ),
    each(net.species, (s) => when(f64Op.gt(load(w.x(s)), f64(maxCount)), give(i32(status.exploded)))),
    when(i32Op.not(call(evaluateIndex)), give(i32(status.broken))),
    i32(status.going),
  ]
  return func('leap', [f64Type], [i32Type], [2, 4], body)
}

function advanceFunction(w: Writing): Func {
  const [steps, answer, at] = [0, 1, 2]
  const { plan, net } = w
  const goal = load(plan.times, i32Op.shl(loadI32(plan.recorded), i32(3)))
  const unrecorded = i32Op.ltU(loadI32(plan.recorded), loadI32(plan.timesCount))
  const recordAt = i32Op.add(loadI32(plan.recordsAt), i32Op.mul(loadI32(plan.recorded), i32(8 * net.species)))
  const body = [
    loop(
      when(f64Op.eq(load(plan.total), f64(0)), store(plan.time, f64Op.max(load(plan.time), goal))),
      block(
        loop(
          branchIf(i32Op.not(unrecorded), 1),
          branchIf(i32Op.not(f64Op.le(goal, load(plan.time))), 1),
          set(at, recordAt),
          each(net.species, (s) => store(8 * s, load(w.x(s)), get(at))),
          bump(plan.recorded),
          branch(0),
        ),
      ),
      when(i32Op.not(unrecorded), give(i32(status.done))),
      when(
        loadI32(plan.exactLeft),
        set(answer, call(exactlyIndex, goal)),
        when(f64Op.gt(load(plan.total), f64(0)), set(answer, call(leapIndex, goal))),
      ),
      when(get(answer), give(get(answer))),
      set(steps, i32Op.sub(get(steps), i32(1))),
      branchIf(get(steps), 0),
    ),
    i32(status.going),
  ]
  return func('advance', [i32Type], [i32Type], [2, 0], body)
}
