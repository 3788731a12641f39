/** A law on states that follow it, where rates read the time. */
import { advance, type Following, longest, makeRoom, settleRegion } from './follow'
import { gauss, judged, type Quadrature, simpson } from './quadrature'

/**
 * One step, taken whole by Simpson's nodes and in two halves by Gauss's, as on a box, or more states for it. It is no longer
 * than a slice would be: states are added and let go between two steps.
 */
export function* followTimedSlice(following: Following, until: number): Generator<void, void, void> {
  const { generator, time, pace, step } = following
  const h = Math.min(until - time, step, generator.rate > 0 ? pace / generator.rate : step)
  const [law] = generator.matrix.transition.vectors
  const before = law.slice()
  const fail = function* () {
    // By whatever moves the law left during the step, more states are added along them.
    read(following, simpson, time, h, [1 / 3, 1 / 3, 1 / 3])
    yield* makeRoom(following, before)
  }
  following.cut = 0
  if (!(yield* timedStep(following, simpson, time, h))) return yield* fail()
  const whole = law.slice()
  law.set(before)
  following.cut = 0
  for (const half of [time, time + h / 2]) if (!(yield* timedStep(following, gauss, half, h / 2))) return yield* fail()
  const change = whole.reduce((sum, p, i) => sum + Math.abs(p - law[i]), 0)
  const { kept, step: next } = judged(following, h, change)
  following.step = next
  if (!kept) {
    law.set(before)
    return
  }
  following.drift += change
  following.reach = 1
  following.pace = Math.min(longest, 2 * pace)
  yield* settleRegion(following, h < until - time ? time + h : until, before)
}

/** Two exponentials over half a step each; false when more leaks than is granted. */
function* timedStep(
  following: Following,
  quadrature: Quadrature,
  from: number,
  h: number,
): Generator<void, boolean, void> {
  for (const share of quadrature.shares) {
    read(following, quadrature, from, h, share)
    if (!(yield* advance(following, h / 2, from + h))) return false
  }
  return true
}

/** Mixes the rates at the nodes of a step. */
function read(
  { ground, generator }: Following,
  { nodes }: Quadrature,
  from: number,
  h: number,
  shares: readonly number[],
): void {
  ground.clock.times = nodes.map((node) => from + node * h)
  ground.clock.shares = shares
  generator.refill()
}
