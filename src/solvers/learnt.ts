/** What is remembered of what was learnt: of which network, over what, and how far it was off where that was measured. */

import { z } from 'zod'
import { evaluators } from '../network/evaluate'
import type { Network } from '../network/network'
import { print } from '../network/print'
import { readsTime } from '../network/structure'
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Artifact, Problem } from './contract'
import { type Axis, type Domain, encode, inputCount, maxAxes, outside, type Setting } from './design'

/**
 * The network as far as what is learnt depends on it: values that vary are put to their least, so that two studies with
 * the same text here can share what one of them has learnt.
 */
export function signature({ network, parameters, initial }: Problem, axes: readonly Axis[]): string {
  const varies = (kind: Axis['kind'], index: number) => axes.find((axis) => axis.kind === kind && axis.index === index)
  const plain: Network = {
    ...network,
    parameters: network.parameters.map(({ name, range }, i) => {
      const axis = varies('parameter', i)
      const { min, max, log } = range ?? { min: 0, max: 0, log: false }
      return axis ? { name, value: min, range: { min, max, log } } : { name, value: parameters[i] }
    }),
    species: network.species.map((one, s) => ({ ...one, initial: varies('initial', s) ? 0 : initial[s] })),
    reactions: network.reactions.map((reaction, r) => ({ ...reaction, name: `r${r + 1}`, named: false })),
  }
  return print(plain)
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

/** The largest of each error at the places of the map nearest to the settings and times that are asked. */
export function nearby(map: ErrorMap, domain: Domain, setting: Setting, times: ArrayLike<number>): number[] {
  const width = map.inputs + map.errors.length
  const count = Math.floor(map.rows.length / width)
  const worst = map.errors.map(() => 0)
  const at = new Float64Array(inputCount(domain))
  const step = Math.max(1, (times.length - 1) / (looks - 1))
  for (let k = 0; k < times.length; k = Math.max(k + 1, Math.ceil(k + step - 1e-9))) {
    encode(domain, setting, Math.min(times[k], domain.horizon), at, 0)
    const nearest: { row: number; distance: number }[] = []
    for (let row = 0; row < count; row++) {
      let distance = 0
      for (let i = 0; i < map.inputs; i++) distance += (map.rows[row * width + i] - at[i]) ** 2
      if (nearest.length === neighbours && distance >= nearest[neighbours - 1].distance) continue
      if (nearest.length === neighbours) nearest.pop()
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

/** One error's values over the whole map, ascending. */
export function sortedErrors(map: ErrorMap, name: string): Float64Array {
  const width = map.inputs + map.errors.length
  const column = map.inputs + map.errors.indexOf(name)
  return Float64Array.from(
    { length: Math.floor(map.rows.length / width) },
    (_, row) => map.rows[row * width + column],
  ).sort()
}

export function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
}

/** A sentence where what is asked lies beyond what was learnt; undefined inside. */
export function beyond(domain: Domain, setting: Setting, times: ArrayLike<number>): string | undefined {
  const places = outside(domain, setting).map(({ kind, index, name, min, max }) => {
    const value = kind === 'initial' ? setting.initial[index] : setting.parameters[index]
    return `${name} = ${short(value)} is outside ${short(min)} … ${short(max)}`
  })
  const last = times.length ? times[times.length - 1] : 0
  if (last > domain.horizon * (1 + 1e-9)) places.push(`t = ${short(last)} is after ${short(domain.horizon)}`)
  return places.length ? `beyond what was learnt: ${places.join(', ')}` : undefined
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
