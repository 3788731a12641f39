/** What has been learnt: a student, what it learnt over, and how far off it was where that was measured. */

import { z } from 'zod'
import { sizeOf, type Weights } from '../../numerics/learning/ops'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import type { Artifact, Problem } from '../contract'
import { type Domain, inputCount } from '../design'
import { coordinates } from '../fsp/kernel'
import { domainIn, type ErrorMap, fewEnough, largest, noted, packMap, unpackMap } from '../learnt'
import { type Build, type Course, densityOf } from './student'
import { type Variable, writable } from './writer'

export interface Student extends Build {
  readonly weights: Weights
}

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

/** Of states that cannot be written down, only single quantities are compared. */
export const measuredOf = (variables: readonly Variable[]) => (writable(variables) ? measured : measured.slice(2))

export function weightsOf({ student }: Pick<Model, 'student'>): number {
  return Object.values(student.weights).reduce((sum, { data }) => sum + data.length, 0)
}

const id = 'distilled'
const range = (length: number) => Array.from({ length }, (_, i) => i)
const flat = (data: ArrayLike<number>): NamedArray =>
  namedArray([['weight', range(data.length)]], Float64Array.from(data))

/** A model as plain data. */
export function pack({ student, map, ...begun }: Model): Artifact {
  return { ...started(begun, student), arrays: { errors: packMap(map), ...packWeights('weight', student.weights) } }
}

export type Begun = Pick<Model, 'signature' | 'domain' | 'variables' | 'notes'>

const started = ({ signature, domain, variables, notes }: Begun, { kind, width, layers }: Build) => ({
  solver: id,
  notes: {
    ...notes,
    signature,
    domain: JSON.stringify(domain),
    variables: JSON.stringify(variables),
    student: JSON.stringify({ kind, width, layers }),
  },
})

function packWeights(prefix: string, weights: Weights): Record<string, NamedArray> {
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [`${prefix} ${name}`, flat(data)]))
}

/** Training that is not at its end, as plain data: no map, and all that the rest depends on. */
export function packCourse(begun: Begun, build: Build, { kept, learner, ...course }: Course): Artifact {
  const { weights, means, squares, steps } = learner
  const { notes, solver } = started(begun, build)
  return {
    solver,
    arrays: {
      ...packWeights('weight', kept),
      ...packWeights('now', weights),
      ...packWeights('mean', means),
      ...packWeights('square', squares),
    },
    notes: { ...notes, course: JSON.stringify({ ...course, steps }) },
  }
}

const courseShape = z.strictObject({
  epoch: z.int().min(1),
  loss: z.number(),
  held: z.number(),
  best: z.number(),
  steps: z.int().min(1),
})

/** Where training stood that was begun in the same way; undefined where it was begun in another, or not at all. */
export function unpackCourse(
  artifact: Artifact | undefined,
  problem: Problem,
  wanted: Model['notes'],
): { readonly variables: readonly Variable[]; readonly course: Course } | undefined {
  const domain = domainIn(id, artifact, problem)
  if (!artifact || !domain) return undefined
  if (Object.entries(wanted).some(([name, value]) => artifact.notes[name] !== value)) return undefined
  const variables = variablesIn(artifact, problem)
  const built = noted(artifact, 'student', builtShape)
  const where = noted(artifact, 'course', courseShape)
  if (!variables || !built || !where) return undefined
  const of = (prefix: string) => weightsIn(prefix, built, domain, variables, artifact)
  const [kept, weights, means, squares] = ['weight', 'now', 'mean', 'square'].map(of)
  if (!kept || !weights || !means || !squares) return undefined
  const { steps, ...course } = where
  return { variables, course: { ...course, kept, learner: { weights, means, squares, steps } } }
}

const few = z.int().nonnegative().max(1_000_000)
const variableShape = z.object({ species: few, cap: few })
const builtShape = z.strictObject({
  kind: z.enum(['dense', 'transformer']),
  width: few.min(1).max(largest.width),
  layers: few.min(1).max(largest.layers),
})

/** Those of the network, in its order; undefined where they are not, or have more counts than are laid out. */
function variablesIn(artifact: Artifact, { network, initial }: Problem): readonly Variable[] | undefined {
  const variables = noted(artifact, 'variables', z.array(variableShape).max(network.species.length))
  const { axes } = coordinates(network, initial)
  const own = variables?.map(({ species }) => species).join() === axes.join()
  return own && fewEnough(variables.map(({ cap }) => cap)) ? variables : undefined
}

/** What was read before: a dragged slider asks the same artifact again and again. */
const read = new WeakMap<Artifact, Model>()

/** The model in an artifact of this network; undefined elsewhere. */
export function unpack(artifact: Artifact | undefined, problem: Problem): Model | undefined {
  const domain = domainIn(id, artifact, problem)
  if (!artifact || !domain) return undefined
  const known = read.get(artifact)
  if (known) return known
  const model = modelIn(artifact, domain, problem)
  if (model) read.set(artifact, model)
  return model
}

function modelIn(artifact: Artifact, domain: Domain, problem: Problem): Model | undefined {
  const { signature, domain: _, variables: __, student: ___, ...notes } = artifact.notes
  const variables = variablesIn(artifact, problem)
  const built = noted(artifact, 'student', builtShape)
  const map = variables && unpackMap(artifact.arrays.errors, inputCount(domain), measuredOf(variables))
  if (!variables || !built || !map) return undefined
  const weights = weightsIn('weight', built, domain, variables, artifact)
  return weights && { signature: String(signature), domain, variables, student: { ...built, weights }, map, notes }
}

let known: { readonly key: string; readonly shapes: Readonly<Record<string, readonly number[]>> } | undefined

/** What a fresh student would have says which arrays there must be; a dragged slider asks for the same again and again. */
function shapesOf(domain: Domain, variables: readonly Variable[], built: Build) {
  const key = JSON.stringify([inputCount(domain), variables.map(({ cap }) => cap), built])
  if (known?.key === key) return known.shapes
  const fresh = densityOf(domain, variables, built).initial(stream(0, 0))
  const shapes = Object.fromEntries(Object.entries(fresh).map(([name, { shape }]) => [name, shape]))
  known = { key, shapes }
  return shapes
}

function weightsIn(
  prefix: string,
  built: Build,
  domain: Domain,
  variables: readonly Variable[],
  { arrays }: Artifact,
): Weights | undefined {
  const weights = Object.fromEntries(
    Object.entries(shapesOf(domain, variables, built)).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from(arrays[`${prefix} ${name}`]?.data ?? []) },
    ]),
  )
  return Object.values(weights).every(({ shape, data }) => data.length === sizeOf(shape)) ? weights : undefined
}
