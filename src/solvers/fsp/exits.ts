/** Where a law on a region leaves it: over its edge, where states can be added, or beyond a constraint, where none can. */
import { Failure, type Problem } from '../contract'
import type { Following } from './follow'
import { short } from './projection'
import type { RegionSinks } from './region-generator'
import type { Constraint } from './within'

/** Of what leaves: with this share beyond constraints, more states do not help. */
const decisive = 0.99

/** Probability per unit time through a sink. */
export function leaving(sinks: RegionSinks, k: number, lines: Float64Array, law: Float64Array): number {
  const [from, line, length] = [sinks.from[k], sinks.line[k], sinks.length[k]]
  let sum = 0
  for (let i = 0; i < length; i++) sum += lines[line + i] * law[from + i]
  return sinks.factor[k] * sum
}

/** The exit in words: the axis on which a move leaves, or the constraint beyond which it does, and the reaction. */
export function exitOf({ ground, space, problem, generator }: Following, move: number, beyond: number): string {
  const wall = ground.bounds.constraints[beyond]
  if (wall) return wallExit(problem, wall, ground.moves[move].reaction)
  const { along, across, reaction } = ground.moves[move]
  const { region } = generator
  const outermost = across.findIndex((c) => c !== 0)
  const axis = outermost < 0 ? region.inner : region.outer[outermost]
  const change = outermost < 0 ? along : across[outermost]
  const { species, reactions } = problem.network
  return `${species[space.axes[axis]].name} ${change > 0 ? 'above' : 'below'} by ${reactions[reaction].name}`
}

function wallExit({ network }: Problem, { name }: Constraint, reaction: number): string {
  return `${name} by ${network.reactions[reaction].name}`
}

/**
 * A slice from the law `early` lost too much. Where nearly all of it went beyond constraints the tolerance is granted at once
 * instead of by and by; where that is spent, too, it ends here, in numbers.
 */
export function checkWalls(following: Following, early: Float64Array): void {
  const { generator, ground, options, time, horizon, problem, journal } = following
  const { constraints } = ground.bounds
  if (constraints.length === 0) return
  const late = generator.matrix.transition.vectors[0]
  const through = new Float64Array(constraints.length)
  let open = 0
  const { sinks, lines } = generator
  for (let k = 0; k < sinks.count; k++) {
    const rate = Math.max(leaving(sinks, k, lines, early), leaving(sinks, k, lines, late))
    if (sinks.beyond[k] < 0) open += rate
    else through[sinks.beyond[k]] += rate
  }
  const shut = through.reduce((a, b) => a + b, 0)
  if (!(shut > 0) || shut < decisive * (shut + open)) return
  if (!following.early) {
    following.early = true
    return
  }
  const worst = through.indexOf(Math.max(...through))
  const wall = constraints[worst]
  const exits = new Set(problem.network.reactions.map((_, r) => wallExit(problem, wall, r)))
  let gone = 0
  for (const { lost } of journal.intervals) for (const [exit, p] of lost) if (exits.has(exit)) gone += p
  throw new Failure(
    'constraint',
    `from t = ${short(time)} of ${short(horizon)} on the probability lost passes the tolerance, ${short(options.tolerance)}: ` +
      `${short(gone)} has left beyond ${wall.text}, and ${short(through[worst])} per unit time leaves there`,
    `raise the limit of ${wall.text}, loosen the tolerance, or ask for an earlier last time`,
  )
}
