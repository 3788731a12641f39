/**
 * Exact sampling of large networks: kernels that interpret a sparse layout, one walker around them, and the choice
 * between them. Set-up is cut into slices like the walk itself, so that nothing waits for it.
 */
import { plainWatch } from '../../network/events'
import type { Walker } from '../../network/walker'
import { stream } from '../../numerics/rng'
import { checkConstants } from '../broken'
import type { Problem } from '../contract'
import { compiledKernel } from './compiled-sparse'
import { makeDraws } from './draws'
import type { Kernel, Machine } from './interpreter'
import { nextReaction } from './next-reaction'
import { recompute } from './recompute'
import { rejection } from './rejection'
import { layOut, type Sparse } from './sparse'
import { cumulativeTree, groups, sortedList, sumTree } from './weights'

/** Algorithms that interpret, by the name of the option's value. */
export const kernels = {
  direct: (machine: Machine) => recompute(machine, sumTree(machine.sparse.reactions)),
  sorting: (machine: Machine) => recompute(machine, sortedList(machine.sparse.reactions)),
  nextReaction,
  compositionRejection: (machine: Machine) => recompute(machine, groups(machine.sparse.reactions)),
  rejection: (machine: Machine) => rejection(machine, cumulativeTree(machine.sparse.reactions)),
} as const satisfies Record<string, (machine: Machine) => Kernel>

export type Interpreted = keyof typeof kernels

/** Those that have a compiled form do the same in it, to the bit. */
export function makeKernel(machine: Machine, variant: Interpreted): Kernel {
  const compiled = variant === 'rejection' || variant === 'direct' ? compiledKernel(machine, variant) : null
  return compiled ?? kernels[variant](machine)
}

/** Candidates per `advance`, … */
const batch = 512
/** … or as many propensities: a hub that everything reads makes events long. */
const workPerAdvance = 20_000

/** A walker that interprets, by the algorithm named or by the one that a pilot run finds fastest. */
export function interpret(problem: Problem, variant: Interpreted | 'auto'): Walker {
  const { network, parameters, initial, times } = problem
  const [S, T] = [network.species.length, times.length]
  const { state, counts: x, truth, flipped } = plainWatch(network, parameters)
  const watching = network.events.length > 0
  const records = new Float64Array(S * T)
  const draws = makeDraws()
  const setUp = prepare(problem, variant)
  let kernel: Kernel | undefined
  let name = ''
  let begun = false
  /** The time, kept like the kernels' numbers. */
  const now = new Float64Array(1)
  let [recorded, events, candidates, limit] = [0, 0, 0, T]

  /** The next slice of the set-up, or the beginning of the replicate. */
  const begin = () => {
    if (!kernel) {
      const { done, value } = setUp.next()
      if (!done) return
      name = value.variant
      kernel = makeKernel({ sparse: value.sparse, x, draws }, value.variant)
      return
    }
    kernel.begin(now[0])
    begun = true
  }
  return {
    get counts() {
      if (begun) kernel?.fetch?.()
      return x
    },
    records,
    slow: true,
    get time() {
      return now[0]
    },
    get total() {
      return kernel?.total() ?? 0
    },
    get events() {
      return events
    },
    get recorded() {
      return recorded
    },
    get counters() {
      return { [name]: 1, rejected: candidates - events }
    },
    start(from) {
      draws.start(from)
      x.set(initial)
      now[0] = 0
      ;[recorded, events, candidates, limit, begun] = [0, 0, 0, T, false]
    },
    advance() {
      if (!kernel || !begun) {
        begin()
        return 'going'
      }
      const enough = kernel.work() + workPerAdvance
      for (let left = batch; left > 0 && kernel.work() < enough; left--) {
        const due = kernel.due()
        if (Number.isNaN(due)) return 'invalid'
        if (times[recorded] < due) kernel.fetch?.()
        while (times[recorded] < due) {
          records.set(x, recorded * S)
          if (++recorded === limit) return 'done'
        }
        if (kernel.walk && !watching) {
          const walked = kernel.walk(times[recorded], left, enough - kernel.work())
          candidates += walked.candidates
          events += walked.events
          now[0] = walked.time
          left -= walked.candidates - 1
          continue
        }
        candidates++
        now[0] = due
        if (kernel.fire() < 0) continue
        events++
        if (watching && flipped()) return 'flipped'
      }
      return 'going'
    },
    watched: watching
      ? {
          state,
          truth,
          limit(rows) {
            limit = rows
          },
          // Waits are exponential: they may be drawn anew at any moment that does not depend on what is to come.
          resume(at) {
            now[0] = at
            kernel?.begin(at)
          },
        }
      : undefined,
    release() {},
  }
}

interface Prepared {
  readonly sparse: Sparse
  readonly variant: Interpreted
}

function* prepare(problem: Problem, variant: Interpreted | 'auto'): Generator<void, Prepared> {
  const sparse = yield* layOut(problem.network, problem.parameters)
  if (!sparse.rate.every((rate) => rate >= 0 && rate < Number.POSITIVE_INFINITY)) checkConstants(problem)
  return { sparse, variant: variant === 'auto' ? yield* pilot(problem, sparse) : variant }
}

/** Events of a pilot run, at most, and propensities computed. */
const pilotEvents = 4096
const pilotWork = 400_000
const pilotSlice = 128

/**
 * Which algorithm is fastest, from a short run of the rejection method: it shows what it computes itself, and which
 * propensities the others would have computed. Counts of work decide, not times: every thread must choose alike.
 */
function* pilot(problem: Problem, sparse: Sparse): Generator<void, Interpreted> {
  const draws = makeDraws()
  draws.start(stream(0, 0))
  const x = Float64Array.from(problem.initial)
  const kernel = kernels.rejection({ sparse, x, draws })
  const horizon = problem.times[problem.times.length - 1]
  kernel.begin(0)
  yield
  const beginning = kernel.work()
  let [events, candidates, escapes, affected] = [0, 0, 0, 0]
  while (events < pilotEvents && kernel.work() - beginning < pilotWork && kernel.due() <= horizon) {
    const before = kernel.total()
    const r = kernel.fire()
    if (kernel.total() !== before) escapes++
    if (++candidates % pilotSlice === 0) yield
    if (candidates > 8 * pilotEvents) break
    if (r < 0) continue
    events++
    affected += dependentsOf(sparse, r)
  }
  const own = candidates * cost.candidate + escapes * cost.escape + (kernel.work() - beginning) * cost.bound
  return own < events * cost.event + affected * cost.propensity ? 'rejection' : 'direct'
}

/** Propensities that read what reaction r changes. */
function dependentsOf({ net, readers }: Sparse, r: number): number {
  let count = 0
  for (let p = net.starts[r]; p < net.starts[r + 1]; p += 2) {
    count += readers.starts[net.items[p] + 1] - readers.starts[net.items[p]]
  }
  return count
}

/**
 * What the work of the compiled kernels costs, in nanoseconds, measured on stars, rings, switches and the networks of
 * bench/large; only the ratios matter. An escape is a candidate after which brackets have changed, and sums with them.
 */
const cost = { candidate: 42, escape: 45, bound: 4.5, event: 90, propensity: 2.5 }
