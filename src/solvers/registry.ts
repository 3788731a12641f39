/** One line per solver. Pickers, forms, tests and documentation loop over this. */
import { cle } from './cle'
import type { Solver } from './contract'
import { distilled } from './distilled'
import { fsp } from './fsp'
import { hybrid } from './hybrid'
import { mixtureDensity } from './mixture-density'
import { nncme } from './nncme'
import { ode } from './ode'
import { ssa } from './ssa'
import { ssaGpu } from './ssa-gpu'
import { tauLeap } from './tau-leap'

/** The method of a study that names none: exact, and there is none that takes more networks. */
export const usual = 'ssa'

// A solver's own option type is its own business: the runner parses options with the same schema before it calls.
export const solvers = {
  ssa,
  ssaGpu,
  fsp,
  ode,
  tauLeap,
  cle,
  hybrid,
  mixtureDensity,
  distilled,
  nncme,
} as unknown as Readonly<Record<string, Solver>>
