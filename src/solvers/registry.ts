/** One line per solver. Pickers, forms, tests and documentation loop over this. */
import type { Solver } from './contract'
import { fsp } from './fsp'
import { ode } from './ode'
import { ssa } from './ssa'
import { ssaGpu } from './ssa-gpu'

// A solver's own option type is its own business: the runner parses options with the same schema before it calls.
export const solvers = { ssa, ssaGpu, fsp, ode } as unknown as Readonly<Record<string, Solver>>
