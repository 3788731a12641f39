/** Whether a solver answers a problem: what every solver is asked, before its own word. */
import type { Problem, Solver, Verdict } from './contract'

export function verdictOn<O>(solver: Solver<O>, problem: Problem, options: O): Verdict {
  const { events } = problem.network
  if (events.length === 0 || solver.traits.events) return solver.supports(problem, options)
  const many = events.length === 1 ? 'an event' : `${events.length} events`
  const why = `events: the network has ${many}, and "${solver.id}" would pass over them`
  return { ok: false, why, instead: 'ssa' }
}
