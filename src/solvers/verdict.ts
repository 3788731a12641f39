/** Whether a solver answers a problem: what every solver is asked, before its own word. */
import type { Problem, Solver, Verdict } from './contract'

export function verdictOn<O>(solver: Solver<O>, problem: Problem, options: O): Verdict {
  const { events } = problem.network
  if (events.length === 0 || solver.traits.events) return solver.supports(problem, options)
  const why = `events: "${solver.id}" takes no account of them, and the network has ${events.length}`
  return { ok: false, why, instead: 'ssa' }
}
