/** The law that is followed is put on another set of states, or on the same ones with rows along another axis. */
import { Failure } from '../contract'
import type { Following } from './follow'
import { roomFor, short } from './projection'
import { bestInner, carry, countOf, extent, forEachIn, type Region, turned } from './region'
import { type Ground, groundOf, layingOut, type RegionGenerator } from './region-generator'
import type { Steps } from './steps'

/** The axis of the rows is chosen anew when there are so many times more states, or fewer. */
const turnAgain = 4

/** The generator on another region, and the law `law` of the present one carried there. */
export function* rebuild(following: Following, region: Region, law: Float64Array): Steps<void> {
  const { ground, generator, options } = following
  if (countOf(region) > options.maxStates) throw tooMany(following, countOf(region))
  // The next layout takes the memory of this one.
  const next = yield* laidOut(ground, region)
  yield
  carry(law, generator.region, next.matrix.transition.vectors[0], region)
  following.generator = next
  following.peak = Math.max(following.peak, next.states)
  if (next.states > turnAgain * following.turnedAt || next.states < following.turnedAt / turnAgain) {
    yield
    yield* turn(following)
  }
}

function* laidOut(ground: Ground, region: Region): Steps<RegionGenerator> {
  const work = layingOut(ground, region)
  for (;;) {
    const { done, value } = roomFor(() => work.next())
    if (done) return value
    yield
  }
}

/** Lay the rows along the axis on which they are longest. */
function* turn(following: Following): Steps<void> {
  const { problem, space, ground, generator } = following
  const { region, states } = generator
  following.turnedAt = states
  const inner = yield* bestInner(region)
  yield
  if (inner === undefined || inner === region.inner) return
  const law = new Map<string, number>()
  const old = generator.matrix.transition.vectors[0]
  forEachIn(space, region, (state, counts) => law.set(space.axes.map((s) => counts[s]).join(), old[state]))
  yield
  const next = turned(space, region, inner)
  following.ground = groundOf(problem, space, inner, ground.bounds, ground.arena, ground.clock)
  following.generator = yield* laidOut(following.ground, next)
  const fresh = following.generator.matrix.transition.vectors[0]
  forEachIn(space, next, (state, counts) => {
    fresh[state] = law.get(space.axes.map((s) => counts[s]).join()) ?? 0
  })
}

function tooMany({ problem, space, generator, options, time, horizon }: Following, states: number): Failure {
  const { low, cap } = extent(generator.region)
  const counts = space.axes.map((s, a) => `${problem.network.species[s].name} ${low[a]}…${cap[a]}`)
  return new Failure(
    'states',
    `at t = ${short(time)} the law reaches over ${counts.join(', ')}: to lose at most ${options.tolerance} by ` +
      `t = ${short(horizon)} it needs ${states.toLocaleString('en')} states or more; this solver holds ${options.maxStates.toLocaleString('en')}`,
    'ask for an earlier last time, loosen the tolerance, raise maxStates, or sample with the solver "ssa"',
  )
}
