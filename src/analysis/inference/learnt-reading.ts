/** Finds, in what was learnt, the laws of what is observed: which network, and what each of its cells looks like. */

import { type Conditionals, cellsOf } from '../../solvers/conditionals'
import { type Artifact, Failure, type Problem } from '../../solvers/contract'
import { outside, type Setting } from '../../solvers/design'
import { coordinates } from '../../solvers/fsp/space'
import { type ErrorMap, sortedErrors } from '../../solvers/learnt'
import { nothing } from '../../solvers/observe'
import { type Told, tellers } from '../../solvers/tellers'
import { group, type Observed, seesAlike } from './observed'
import type { Prior } from './prior'

/** What is asked about: what is observed, what is inferred, and what was learnt beforehand, if anything. */
export interface Subject {
  readonly observed: Observed
  readonly priors: readonly Prior[]
  /** Values of all parameters, for those that are not inferred. */
  readonly others: Float64Array
  readonly learnt?: Artifact
}

export const learners: readonly string[] = Object.keys(tellers)

/** A network, and what is seen of the cells of its first blocks. */
export interface LearntReading {
  readonly conditionals: Conditionals
  /** So many blocks have to be known. */
  readonly depth: number
  /** [tuple, quantity], and the tuple of every cell of those blocks, row-major; −1 where no state is. */
  readonly values: Float64Array
  readonly of: Int32Array
  /** Where it was compared with its teacher. */
  readonly map: ErrorMap
  /** About how much of a log-likelihood each cell costs: Σ p log(p/q) is 4 H² where q is near p. */
  readonly perCell: number
}

/** Cells of a law that is asked for thousands of times. */
const mostCells = 400_000

/** The network of a subject; a Failure says what is missing where it does not answer. */
export function readLearnt(learner: string, subject: Subject, times: readonly number[]): LearntReading {
  const { observed, others, learnt } = subject
  if (!learnt || learnt.solver !== learner) {
    throw new Failure('learnt', `nothing learnt by "${learner}" is at hand for this network`, howToLearn(learner))
  }
  if (!seesAlike(observed)) {
    throw new Failure('learnt', 'what is observed depends on parameters or time', 'use the exact likelihood, "fsp"')
  }
  const { network, initial, quantities } = observed
  const problem: Problem = { network, initial, parameters: others, times: Float64Array.of(1), observe: nothing }
  const told = tellers[learner].of(learnt, problem, quantities)
  if ('why' in told) throw new Failure('learnt', told.why, told.hint ?? howToLearn(learner))
  const reading = { ...told, ...(told.value ? byValues(told, quantities) : byStates(told, problem, observed)) }
  checkInside(told.conditionals, subject, times)
  return { ...reading, perCell: perCellOf(told.map) }
}

const howToLearn = (learner: string) =>
  `train it over the ranges of the parameters (method "${learner}"), or give a file of it: --learnt FILE.safetensors`

/** Values of what is observed in every state of the blocks, which are the axes of the state. */
function byStates({ conditionals, depth }: Told, problem: Problem, observed: Observed) {
  const space = coordinates(observed.network, observed.initial)
  const widths = conditionals.blocks.slice(0, depth).map(cellsOf)
  const states = widths.reduce((a, b) => a * b, 1)
  checkCells(states)
  const box = { low: widths.map(() => 0), cap: widths.map((width) => width - 1) }
  const whole = depth === conditionals.blocks.length
  const partial = { ...space, axes: space.axes.slice(0, depth), dependents: [], most: space.most.slice(0, depth) }
  const { values, of } = group(observed, whole ? space : partial, { box, states }, problem.parameters, 0)
  return { values, of }
}

/** … and in every cell of a block of one quantity or of two. */
function byValues({ conditionals, value }: Told, quantities: readonly number[]) {
  const [block] = conditionals.blocks
  const cells = cellsOf(block)
  checkCells(cells)
  const values: number[] = []
  const index = new Map<string, number>()
  const of = Int32Array.from({ length: cells }, (_, cell) => {
    const { widths } = block
    const counts = widths.length === 1 ? [cell] : [Math.floor(cell / widths[1]), cell % widths[1]]
    const tuple = quantities.map((_, k) => value?.(k, counts) ?? Number.NaN)
    const found = index.get(tuple.join())
    if (found !== undefined) return found
    index.set(tuple.join(), index.size)
    values.push(...tuple)
    return index.size - 1
  })
  return { values: Float64Array.from(values), of }
}

function checkCells(cells: number): void {
  if (cells > mostCells) {
    throw new Failure('learnt', `a law of ${cells.toLocaleString('en')} cells is too large`, 'observe fewer quantities')
  }
}

/** The mean of 4 H² over the places where it was measured. */
function perCellOf(map: ErrorMap): number {
  const all = sortedErrors(map, map.errors[0])
  return all.length ? (4 * all.reduce((sum, h) => sum + h * h, 0)) / all.length : Number.NaN
}

/** Beyond what was learnt nothing is inferred: the posterior would be of the network's, not of the data's making. */
function checkInside({ domain }: Conditionals, { priors, others, observed }: Subject, times: readonly number[]): void {
  const short = (x: number) => String(Number(x.toPrecision(6)))
  const learnt = domain.axes.map(({ name }) => name).join(', ') || 'none'
  for (const { name, index, min, max } of priors) {
    const axis = domain.axes.find((one) => one.kind === 'parameter' && one.index === index)
    if (!axis) throw new Failure('learnt', `${name} was not learnt over (learnt over: ${learnt})`, 'infer others')
    const room = 1e-9 * (axis.max - axis.min)
    if (min < axis.min - room || max > axis.max + room) {
      const range = `${short(axis.min)} … ${short(axis.max)}`
      throw new Failure(
        'learnt',
        `${name} was learnt over ${range}, not over ${short(min)} … ${short(max)}`,
        'narrow its range',
      )
    }
  }
  const setting: Setting = { parameters: others, initial: observed.initial }
  const far = outside(domain, setting).filter(
    ({ index, kind }) => kind === 'initial' || priors.every((p) => p.index !== index),
  )
  if (far.length) throw new Failure('learnt', `${far[0].name} is outside what was learnt`, 'move it, or use "fsp"')
  const last = Math.max(...times)
  if (last > domain.horizon * (1 + 1e-9)) {
    const when = Number.isFinite(last) ? `t = ${short(last)}` : 'rest'
    throw new Failure('learnt', `${when} is after ${short(domain.horizon)}, the last time that was learnt`, 'use "fsp"')
  }
}
