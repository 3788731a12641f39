/** What is remembered of what was learnt: of which network, over what, and how far it was off where that was measured. */

import { z } from 'zod'
import { evaluators } from '../network/evaluate'
import type { Network } from '../network/network'
import { print } from '../network/print'
import { readsTime } from '../network/structure'
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Artifact, Problem } from './contract'
import { type Axis, type Domain, encode, ground, inputCount, maxAxes, outside, type Setting, widened } from './design'

/**
 * The network as far as what is learnt depends on it: values that vary are put to the least that was learnt, so that two
 * studies with the same text here can share what one of them has learnt. How far their sliders go is no part of it.
 */
export function signature({ network, parameters, initial }: Problem, axes: readonly Axis[]): string {
  const varies = (index: number) => axes.find((axis) => axis.kind === 'parameter' && axis.index === index)
  const first = ground({ network, initial }, axes)
  const plain: Network = {
    ...network,
    parameters: network.parameters.map(({ name }, i) => {
      return { name, value: varies(i)?.min ?? parameters[i] }
    }),
    species: network.species.map((one, s) => ({ ...one, initial: first[s] })),
    reactions: network.reactions.map((reaction, r) => ({ ...reaction, name: `r${r + 1}`, named: false })),
  }
  return print(plain)
}

/** No network is larger, also one that a file describes: its weights are laid out before they are compared with the file's. */
export const largest = { width: 512, layers: 12, count: 10_000, counts: 50_000 } as const

/** Whether a network tells so many counts of each variable apart: smooth functions of all of them are laid out, too. */
export function fewEnough(caps: readonly number[]): boolean {
  return caps.every((cap) => cap <= largest.count) && caps.reduce((sum, cap) => sum + cap, 0) <= largest.counts
}

const axisShape = z.strictObject({
  kind: z.enum(['parameter', 'initial']),
  index: z.int().nonnegative(),
  name: z.string(),
  min: z.number(),
  max: z.number(),
  log: z.boolean(),
})
const domainShape = z.strictObject({ axes: z.array(axisShape).max(maxAxes), horizon: z.number().positive() })

/** What an artifact says under a name, as JSON; undefined where it is not of this shape: a file may come from anywhere. */
export function noted<T>({ notes }: Artifact, name: string, shape: z.ZodType<T>): T | undefined {
  try {
    return shape.safeParse(JSON.parse(String(notes[name]))).data
  } catch {
    return undefined
  }
}

function nameAt({ network }: Problem, kind: Axis['kind'], index: number): string | undefined {
  return (kind === 'parameter' ? network.parameters : network.species)[index]?.name
}

/**
 * The domain of an artifact of this solver that was learnt of this network, with what varies in it; undefined elsewhere. A
 * setting may lie outside the domain, but not its initial counts.
 */
export function domainIn(solver: string, artifact: Artifact | undefined, problem: Problem): Domain | undefined {
  if (artifact?.solver !== solver) return undefined
  const domain = noted(artifact, 'domain', domainShape)
  if (!domain || domain.axes.some(({ kind, index }) => !nameAt(problem, kind, index))) return undefined
  if (signature(problem, domain.axes) !== artifact.notes.signature) return undefined
  return outside(domain, problem).some(({ kind }) => kind === 'initial') ? undefined : domain
}

/** Where a law was compared with an exact one: inputs of the network, then errors; row by row. */
export interface ErrorMap {
  readonly inputs: number
  readonly errors: readonly string[]
  readonly rows: Float64Array
}

/** Rows of an error map near a question decide what is said of it. */
const neighbours = 6

/** … at so many of the times asked, at most. */
const looks = 8

/** Whether a place of a map lies in the domain that was learnt, or around it. */
export type Where = 'inside' | 'around'

function whereIs(inputs: ArrayLike<number>, at: number, count: number): Where {
  for (let i = at; i < at + count; i++) if (!(Math.abs(inputs[i]) <= 1 + 1e-6)) return 'around'
  return 'inside'
}

/**
 * The largest of each error at the places of the map nearest to the settings and times that are asked; for what lies beyond
 * the domain, at all places around it.
 */
export function nearby(map: ErrorMap, domain: Domain, setting: Setting, times: ArrayLike<number>): number[] {
  const width = map.inputs + map.errors.length
  const count = Math.floor(map.rows.length / width)
  const worst = map.errors.map(() => 0)
  const at = new Float64Array(inputCount(domain))
  const measuredAround = sortedErrors(map, map.errors[0], 'around').length > 0
  const step = Math.max(1, (times.length - 1) / (looks - 1))
  for (let k = 0; k < times.length; k = Math.max(k + 1, Math.ceil(k + step - 1e-9))) {
    encode(domain, setting, measuredAround ? times[k] : Math.min(times[k], domain.horizon), at, 0)
    const where = measuredAround ? whereIs(at, 0, map.inputs) : undefined
    const nearest: { row: number; distance: number }[] = []
    for (let row = 0; row < count; row++) {
      if (where && whereIs(map.rows, row * width, map.inputs) !== where) continue
      let distance = 0
      for (let i = 0; i < map.inputs; i++) distance += (map.rows[row * width + i] - at[i]) ** 2
      if (where !== 'around' && nearest.length === neighbours && distance >= nearest[neighbours - 1].distance) continue
      if (where !== 'around' && nearest.length === neighbours) nearest.pop()
      nearest.splice(nearest.findLastIndex((other) => other.distance <= distance) + 1, 0, { row, distance })
    }
    for (const { row } of nearest) {
      worst.forEach((value, e) => {
        worst[e] = Math.max(value, map.rows[row * width + map.inputs + e])
      })
    }
  }
  return worst
}

/** One error's values over the map, ascending. */
export function sortedErrors(map: ErrorMap, name: string, where: Where = 'inside'): Float64Array {
  const width = map.inputs + map.errors.length
  const column = map.inputs + map.errors.indexOf(name)
  const values: number[] = []
  for (let at = 0; at + width <= map.rows.length; at += width) {
    if (whereIs(map.rows, at, map.inputs) === where) values.push(map.rows[at + column])
  }
  return Float64Array.from(values).sort()
}

export function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
}

/** A sentence where what is asked lies beyond what was learnt, with the errors that were measured there; undefined inside. */
export function beyond(domain: Domain, setting: Setting, times: ArrayLike<number>, map?: ErrorMap): string | undefined {
  const places = outside(domain, setting).map(({ kind, index, name, min, max }) => {
    const value = kind === 'initial' ? setting.initial[index] : setting.parameters[index]
    return `${name} = ${short(value)} is outside ${short(min)} … ${short(max)}`
  })
  const last = times.length ? times[times.length - 1] : 0
  if (last > domain.horizon * (1 + 1e-9)) places.push(`t = ${short(last)} is after ${short(domain.horizon)}`)
  if (!places.length) return undefined
  const errors = map ? sortedErrors(map, map.errors[0], 'around') : new Float64Array()
  const known = errors.length
    ? `; up to a fifth of the range beyond, at ${errors.length} places, the Hellinger distance was ${short(meanOf(errors))} on average and ${short(errors[errors.length - 1])} at worst`
    : ''
  const around = widened(domain)
  const further = outside(around, setting).length > 0 || last > around.horizon * (1 + 1e-9)
  return `beyond what was learnt: ${places.join(', ')}${known}${known && further ? '; this is further' : ''}`
}

export const short = (value: number) => String(Number(value.toPrecision(3)))

/** Whether nothing can ever happen, so that the initial state is the law. */
export function still({ network, parameters, initial }: Problem): boolean {
  if (readsTime(network) || network.events.length > 0) return false
  return evaluators(network, parameters).propensities.every((propensity) => propensity(initial, 0) === 0)
}

/** An error map as an array of an artifact: what was measured needs no more than single precision. */
export function packMap({ inputs, errors, rows }: ErrorMap): NamedArray {
  const columns = [...Array.from({ length: inputs }, (_, i) => `input ${i + 1}`), ...errors]
  const count = rows.length / columns.length
  return namedArray(
    [
      ['row', Array.from({ length: count }, (_, i) => i)],
      ['column', columns],
    ],
    rows.map(Math.fround),
  )
}

/** The map in an array; undefined where it is of another shape. */
export function unpackMap(
  array: NamedArray | undefined,
  inputs: number,
  errors: readonly string[],
): ErrorMap | undefined {
  return array?.shape[1] === inputs + errors.length ? { inputs, errors, rows: array.data } : undefined
}
