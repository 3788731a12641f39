/** Exact walkers: which is the fastest for a problem, alone and several at once, and when one is given up. */
import { compilable, compile } from '../../network/compile'
import type { Lanes } from '../../network/compile-lanes'
import { lockstep } from '../../network/compile-lockstep'
import { turns } from '../../network/compile-turns'
import type { Network } from '../../network/network'
import { readsTime } from '../../network/structure'
import type { Walker } from '../../network/walker'
import { brokenPropensity, checkConstants, round, stateText } from '../broken'
import { Failure, type Problem } from '../contract'
import type { Sampler, Team } from '../ensemble'
import { withEvents } from '../events'
import type { SsaOptions } from './index'
import { interpret } from './large'
import { thinning } from './thinning'

/** Replicates of the method as it chooses by itself, several at once; null where only one at a time can be walked. */
export function teamFor(problem: Problem): (Team & { release(): void }) | null {
  const many = together(problem)
  if (!many) return null
  checkConstants(problem)
  const team = teamOf(problem, many)
  return {
    lanes: team.lanes,
    get going() {
      return team.going
    },
    start: team.start,
    advance: team.advance,
    release: () => many.release(),
  }
}

/** The fastest that walks several replicates at once, if there is one. */
export function together({ network, parameters, initial, times }: Problem): Lanes | null {
  const inStep = lockstep(network, parameters, initial, times)
  return inStep ?? (isSmall(network) && !readsTime(network) ? turns(network, parameters, initial, times) : null)
}

/** The walker that an option asks for, by itself the fastest exact one there is for a problem. */
export function walkerFor(problem: Problem, variant: SsaOptions['variant'] = 'auto'): Walker {
  if (problem.network.events.length === 0) return withoutEvents(problem, variant)
  return withEvents(problem, (times) => withoutEvents({ ...problem, times }, variant))
}

function withoutEvents(problem: Problem, variant: SsaOptions['variant']): Walker {
  const { network, parameters, initial, times } = problem
  if (readsTime(network)) return thinning(problem)
  const direct = variant === 'auto' || variant === 'direct'
  const compiled = direct && isSmall(network) ? compile(network, parameters, initial, times) : null
  return compiled ?? interpret(problem, variant)
}

/** Up to so many reactions compiled code is the fastest there is, and compiled at once. */
const fewReactions = 150
export const isSmall = (network: Network) => network.reactions.length <= fewReactions

/** A walker that says in a sentence why it cannot go on. */
export function sampler(problem: Problem, walker: Walker): Sampler {
  // What is large looks at its constants by itself, in slices.
  if (!walker.slow) checkConstants(problem)
  const { network } = problem
  const patient = isSmall(network) && compilable(network) ? patience.compiled : patience.plain
  const growth = growthGuard(problem, patient)
  return {
    place: walker,
    start(stream) {
      growth.reset()
      walker.start(stream)
    },
    advance() {
      const status = walker.advance()
      if (status === 'done') return true
      if (status === 'invalid') throw brokenPropensity(problem, walker.counts, walker.time)
      growth.look(walker)
      return false
    },
    release: () => walker.release(),
  }
}

/** A lane that seems to grow without limit is given up: what to say of it is the sampler's. */
export function teamOf(problem: Problem, many: Lanes): Team {
  const { lanes } = many
  const growth = lanes.map(() => growthGuard(problem, patience.lane, fewDoublings))
  let work = 0
  return {
    lanes,
    get going() {
      return many.going
    },
    start(k, stream) {
      growth[k].reset()
      lanes[k].start(stream)
    },
    advance() {
      const events = many.advance()
      work += events
      if (work >= firstLook) {
        work = 0
        lanes.forEach((lane, k) => {
          if (lane.status !== 'going') return
          try {
            growth[k].look(lane)
          } catch {
            lane.giveUp()
          }
        })
      }
      return events
    },
  }
}

/** Kernels hold counts as whole numbers up to 2³¹. */
const maxCount = 2 ** 31 - 1
/** Events before a replicate that keeps growing is given up, a few seconds' work at most, … */
const patience = { compiled: 2 ** 26, plain: 2 ** 23, lane: 2 ** 20 }
/** A lane loses little when it is given up too early, and eight of them much when it is too late. */
const fewDoublings = 4
/** … if at this rate it had to fire so many more: hours of work. */
const hopeless = 2 ** 40
const firstLook = 2 ** 16

type Growing = Pick<Walker, 'counts' | 'time' | 'total' | 'events'>

/**
 * Looks at a replicate whenever its events have doubled. If its total propensity has doubled as often for a thousandfold
 * of events, and would need a hopeless number of events to the end, it explodes. Only the replicate's own path counts,
 * so that the verdict does not depend on the machine.
 */
function growthGuard(problem: Problem, patient: number, enough = 9) {
  const { times } = problem
  const horizon = times[times.length - 1]
  let nextCheck = firstLook
  let next = firstLook
  let [time, total, doublings] = [0, 0, 0]
  return {
    reset() {
      ;[nextCheck, next, time, total, doublings] = [firstLook, firstLook, 0, 0, 0]
    },
    look(walker: Growing): void {
      const { events } = walker
      if (events < nextCheck) return
      nextCheck += firstLook
      const s = walker.counts.findIndex((count) => count > maxCount)
      if (s >= 0) {
        const { name } = problem.network.species[s]
        throw exploded(problem, walker, `The count of ${name} has passed ${maxCount}`)
      }
      if (events < next) return
      next *= 2
      doublings = walker.total >= 1.5 * total && total > 0 ? doublings + 1 : 0
      const doublingTime = walker.time - time
      if (events >= patient && doublings >= enough) {
        const needed = events * 2 ** ((horizon - walker.time) / doublingTime)
        if (needed > hopeless) {
          const pace = `events double every ${round(doublingTime)} and would go beyond 10¹²`
          throw exploded(problem, walker, `The network grows without limit: after ${events} events, ${pace}`)
        }
      }
      time = walker.time
      total = walker.total
    },
  }
}

function exploded(problem: Problem, { counts, time }: Growing, what: string): Failure {
  const end = problem.times[problem.times.length - 1]
  return new Failure(
    'explosion',
    `${what}, at ${stateText(problem, counts, time)}, while the last output time is ${end}.`,
    'Stop before that time, or add a loss that outgrows the production.',
  )
}
