/**
 * Settings over which a method learns: the parameters that the network's text gives a range, in logarithms where it says
 * so, and, when asked for, the counts to start from. Sobol points fill them, and numbers near one another enter a
 * network as numbers near one another.
 */

import type { Network } from '../network/network'
import { conservationLaws } from '../network/structure'
import { log as ln, pow } from '../numerics/elementary'
import type { Stream } from '../numerics/rng'

export { maxAxes } from '../numerics/sobol'

import { sobol } from '../numerics/sobol'
import type { Problem } from './contract'
import { type Coordinates, coordinates, recover } from './fsp/space'

/** One thing that may vary, and how far. */
export interface Axis {
  readonly kind: 'parameter' | 'initial'
  readonly index: number
  readonly name: string
  readonly min: number
  readonly max: number
  readonly log: boolean
}

/** What is learnt over: everything else stays as the problem says. */
export interface Domain {
  readonly axes: readonly Axis[]
  /** Times from 0 to here. */
  readonly horizon: number
}

/** Values for everything that may vary. */
export interface Setting {
  readonly parameters: Float64Array
  readonly initial: Float64Array
}

/**
 * The domain of a problem. `starts`: learn from 0 to so many initial molecules of each species that may have any number;
 * where conservation laws tie some together, from all their counts of the same totals.
 */
export function domainOf({ network, initial, times }: Problem, starts: number): Domain {
  const axes = network.parameters.flatMap(({ name, range }, index): Axis[] =>
    range && range.max > range.min ? [{ kind: 'parameter', index, name, ...limits(range) }] : [],
  )
  if (starts > 0) {
    const space = coordinates(network, initial)
    space.axes.forEach((index, axis) => {
      const most = Math.min(starts, space.most[axis])
      if (most > 0 && !network.species[index].fixed) axes.push(startAxis(network, index, most))
    })
  }
  return { axes, horizon: times.length ? times[times.length - 1] : 0 }
}

const limits = ({ min, max, log }: { min: number; max: number; log: boolean }) => ({ min, max, log })

function startAxis({ species }: Network, index: number, max: number): Axis {
  return { kind: 'initial', index, name: species[index].name, min: 0, max, log: false }
}

/** The largest count that conservation laws allow a species; infinite where they do not. */
export function largest(network: Network, initial: Float64Array, s: number): number {
  const totals = conservationLaws(network)
    .map(({ coefficients }) => coefficients)
    .filter((law) => law[s] > 0 && law.every((c) => c >= 0))
    .map((law) => Math.floor(law.reduce((sum, c, i) => sum + c * initial[i], 0) / law[s]))
  return network.species[s].fixed ? initial[s] : Math.min(Number.POSITIVE_INFINITY, ...totals)
}

/** `count` settings that fill the domain evenly; those of two streams have nothing to do with each other. */
export function settings(problem: Problem, { axes }: Domain, count: number, stream: Stream): Setting[] {
  const points = sobol(axes.length, count, stream)
  const starts = axes.some(({ kind }) => kind === 'initial')
  const space = starts ? coordinates(problem.network, problem.initial) : undefined
  return Array.from({ length: count }, (_, i) => {
    const parameters = problem.parameters.slice()
    const initial = problem.initial.slice()
    const first = space && emptied(axes, initial)
    axes.forEach((axis, k) => {
      const u = points[i * axes.length + k]
      if (axis.kind === 'parameter') parameters[axis.index] = between(axis, u)
      else if (space && first) {
        const most = Math.min(axis.max, room(space, first, axis.index))
        first[axis.index] = Math.floor(axis.min + u * (most + 1 - axis.min))
      }
    })
    // Counts that conservation has no others for are those of the study.
    if (space && first && recover(space.axes, space.dependents, first)) initial.set(first)
    return { parameters, initial }
  })
}

/** Counts with nothing of the species that vary. */
function emptied(axes: readonly Axis[], initial: Float64Array): Float64Array {
  const counts = initial.slice()
  for (const { kind, index } of axes) if (kind === 'initial') counts[index] = 0
  return counts
}

/** How many of a species conservation leaves room for beside the others. */
function room({ axes, dependents }: Coordinates, counts: Float64Array, species: number): number {
  const axis = axes.indexOf(species)
  let most = Number.POSITIVE_INFINITY
  for (const { total, weights } of dependents) {
    if (!(weights[axis] > 0)) continue
    const left = total - axes.reduce((sum, s, k) => sum + (s === species ? 0 : weights[k] * counts[s]), 0)
    most = Math.min(most, Math.floor(left / weights[axis]))
  }
  return Math.max(0, most)
}

/** Counts by which studies that differ in where they begin are known to be alike: nothing of what varies, the same totals. */
export function ground(
  { network, initial }: Pick<Problem, 'network' | 'initial'>,
  axes: readonly Axis[],
): Float64Array {
  const counts = emptied(axes, initial)
  if (axes.every(({ kind }) => kind === 'parameter')) return counts
  const space = coordinates(network, initial)
  return recover(space.axes, space.dependents, counts) ? counts : initial
}

function between({ min, max, log }: Axis, u: number): number {
  return log ? min * pow(max / min, u) : min + u * (max - min)
}

/** Where a value stands on its axis: 0 at the least, 1 at the most, less or more outside. */
function share(axis: Axis, { parameters, initial }: Setting): number {
  const value = axis.kind === 'initial' ? initial[axis.index] : parameters[axis.index]
  const { min, max, log } = axis
  if (!log) return (value - min) / (max - min)
  return value > 0 ? ln(value / min) / ln(max / min) : Number.NEGATIVE_INFINITY
}

/** Axes on which a setting lies outside the domain. */
export function outside({ axes }: Domain, setting: Setting): Axis[] {
  return axes.filter((axis) => {
    const at = share(axis, setting)
    return !(at >= -1e-9 && at <= 1 + 1e-9)
  })
}

/** How far beyond the domain errors are measured: a share of each range and of the horizon. */
export const shell = 0.2

/** The domain with what lies around it. Values stay above zero, and initial counts as they are. */
export function widened({ axes, horizon }: Domain): Domain {
  const wider = axes.map((axis): Axis => {
    if (axis.kind === 'initial') return axis
    const [low, high] = [between(axis, -shell), between(axis, 1 + shell)]
    return { ...axis, min: axis.min > 0 ? Math.max(low, axis.min / 2) : axis.min, max: high }
  })
  return { axes: wider, horizon: horizon * (1 + shell) }
}

/** Below this share of its range a linear value no longer moves its logarithm. */
const finest = 0.01
/** … and below this share of the horizon the time. */
const finestTime = 1e-3

/** How many inputs a network has for this domain. */
export function inputCount({ axes }: Domain): number {
  return 2 * axes.length + 3
}

/** The inputs of a network for a setting at time t, each between −1 and 1 inside the domain: values and logarithms. */
export function encode(domain: Domain, setting: Setting, t: number, into: Float64Array, at: number): void {
  let i = at
  for (const axis of domain.axes) {
    const u = share(axis, setting)
    into[i++] = 2 * u - 1
    into[i++] = axis.log ? bowl(u) : 2 * logShare(u, finest) - 1
  }
  const u = domain.horizon > 0 ? t / domain.horizon : 0
  into[i++] = 2 * u - 1
  into[i++] = 2 * logShare(u, finestTime) - 1
  into[i] = 2 * logShare(u, 10 * finestTime) - 1
}

/** From how a number changes with the inputs at a setting to how it changes with the setting's parameters, all of them. */
export function decodeSlope(
  { axes }: Domain,
  setting: Setting,
  byInputs: Float64Array,
  at: number,
  into: Float64Array,
) {
  axes.forEach((axis, k) => {
    if (axis.kind !== 'parameter') return
    const u = share(axis, setting)
    const { min, max, log } = axis
    const second = log ? 8 * (2 * u - 1) : u > 0 ? 2 / ((finest + u) * ln(1 + 1 / finest)) : 0
    const perValue = log ? 1 / (setting.parameters[axis.index] * ln(max / min)) : 1 / (max - min)
    into[axis.index] += (2 * byInputs[at + 2 * k] + second * byInputs[at + 2 * k + 1]) * perValue
  })
}

/** From 0 at u = 0 to 1 at u = 1, logarithmic above `fine`. */
const logShare = (u: number, fine: number) => ln(1 + Math.max(0, u) / fine) / ln(1 + 1 / fine)

/** A second view of an axis that already is a logarithm. */
const bowl = (u: number) => 2 * (2 * u - 1) ** 2 - 1

/**
 * Times for a setting to be looked at: as many as `count`, one in each of that many slices of a law that gives half its
 * weight to all times alike and half to their logarithms, so that the early rise is seen as well as what lasts.
 */
export function lookTimes({ horizon }: Domain, count: number, u: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => horizon * quantile((k + u) / count))
}

/** Inverse of F(x) = x/2 + ln(1 + x/ε)/2log(1 + 1/ε) on [0, 1], by bisection. */
function quantile(u: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 50; i++) {
    const x = (low + high) / 2
    if ((x + logShare(x, finestTime)) / 2 < u) low = x
    else high = x
  }
  return (low + high) / 2
}
