/** What has been learnt: a student, what it learnt over, and how far off it was where that was measured. */

import { z } from 'zod'
import type { Weights } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import { type Perceptron, weightCount } from '../../numerics/perceptron'
import { stream } from '../../numerics/rng'
import type { Artifact, Problem } from '../contract'
import { type Domain, inputCount } from '../design'
import { coordinates } from '../fsp/kernel'
import { domainIn, type ErrorMap, noted, packMap, unpackMap } from '../learnt'
import { attentionWriter, densityOf } from './attention'
import { chainInputs, chainWriter, headFor, type Variable, type Writer } from './chain'

export type Student =
  | { readonly kind: 'dense'; readonly nets: readonly Perceptron[]; readonly components: number }
  | { readonly kind: 'transformer'; readonly weights: Weights; readonly width: number; readonly layers: number }

export interface Model {
  readonly signature: string
  readonly domain: Domain
  readonly variables: readonly Variable[]
  readonly student: Student
  readonly map: ErrorMap
  readonly notes: Readonly<Record<string, string | number>>
}

/**
 * Errors measured at held-out settings: of the whole state, Hellinger and l1 distance; of single quantities, the largest
 * Hellinger and l1 distance, and the largest difference in a mean or variance.
 */
export const measured = ['hellinger', 'l1', 'marginalHellinger', 'marginalL1', 'moment'] as const

/** Answers of a student; close it when no more are wanted. */
export function writerOf({ domain, variables, student }: Pick<Model, 'domain' | 'variables' | 'student'>): Writer {
  if (student.kind === 'dense') return chainWriter(domain, variables, student.nets, student.components)
  const learner = ownBackend().learner(student.weights)
  return attentionWriter(densityOf(domain, variables, student), domain, learner)
}

export function weightsOf({ student }: Pick<Model, 'student'>): number {
  const arrays =
    student.kind === 'dense'
      ? student.nets.map(({ weights }) => weights)
      : Object.values(student.weights).map(({ data }) => data)
  return arrays.reduce((sum, { length }) => sum + length, 0)
}

const id = 'distilled'
const range = (length: number) => Array.from({ length }, (_, i) => i)
const flat = (data: ArrayLike<number>): NamedArray =>
  namedArray([['weight', range(data.length)]], Float64Array.from(data))

/** A model as plain data. */
export function pack({ signature, domain, variables, student, map, notes }: Model): Artifact {
  const arrays: Record<string, NamedArray> = { errors: packMap(map) }
  if (student.kind === 'dense') {
    student.nets.forEach(({ weights }, i) => {
      arrays[`net ${i}`] = flat(weights)
    })
  } else {
    for (const [name, { data }] of Object.entries(student.weights)) arrays[`weight ${name}`] = flat(data)
  }
  const built =
    student.kind === 'dense'
      ? { kind: student.kind, components: student.components, hidden: student.nets[0]?.widths.slice(1, -1) ?? [] }
      : { kind: student.kind, width: student.width, layers: student.layers }
  return {
    solver: id,
    arrays,
    notes: {
      ...notes,
      signature,
      domain: JSON.stringify(domain),
      variables: JSON.stringify(variables),
      student: JSON.stringify(built),
    },
  }
}

const few = z.int().nonnegative().max(1_000_000)
const variableShape = z.strictObject({ species: few, cap: few, few: z.boolean() })
const builtShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dense'), components: few.min(1), hidden: z.array(few.min(1)) }),
  z.strictObject({ kind: z.literal('transformer'), width: few.min(1), layers: few.min(1) }),
])

/** The model in an artifact of this network; undefined elsewhere. */
export function unpack(artifact: Artifact | undefined, problem: Problem): Model | undefined {
  const domain = domainIn(id, artifact, problem)
  if (!artifact || !domain) return undefined
  const { signature, domain: _, variables: __, student: ___, ...notes } = artifact.notes
  const variables = noted(artifact, 'variables', z.array(variableShape))
  const built = noted(artifact, 'student', builtShape)
  const map = unpackMap(artifact.arrays.errors, inputCount(domain), measured)
  const { axes } = coordinates(problem.network, problem.initial)
  if (!variables || !built || !map || variables.map(({ species }) => species).join() !== axes.join()) return undefined
  const student = rebuild(built, domain, variables, artifact)
  return student && { signature: String(signature), domain, variables, student, map, notes }
}

function rebuild(
  built: z.infer<typeof builtShape>,
  domain: Domain,
  variables: readonly Variable[],
  { arrays }: Artifact,
): Student | undefined {
  if (built.kind === 'dense') {
    const { components, hidden } = built
    const nets = variables.map((variable, i): Perceptron => {
      const widths = [chainInputs(domain, i), ...hidden, headFor(variable, components).size]
      return { widths, weights: arrays[`net ${i}`]?.data ?? new Float64Array() }
    })
    const whole = nets.every(({ widths, weights }) => weights.length === weightCount(widths))
    return whole ? { kind: 'dense', nets, components } : undefined
  }
  const { width, layers } = built
  // What a fresh one would have says which arrays there must be.
  const fresh = densityOf(domain, variables, built).initial(stream(0, 0))
  const weights = Object.fromEntries(
    Object.entries(fresh).map(([name, { shape }]) => [
      name,
      { shape, data: Float32Array.from(arrays[`weight ${name}`]?.data ?? []) },
    ]),
  )
  const whole = Object.entries(fresh).every(([name, { data }]) => weights[name].data.length === data.length)
  return whole ? { kind: 'transformer', weights, width, layers } : undefined
}
