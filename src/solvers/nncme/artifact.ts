/** What was learnt, as arrays: the weights at every output time. */
import { sizeOf, type Weights } from '../../numerics/learning/ops'
import { namedArray } from '../../numerics/named-array'
import type { Artifact, Problem } from '../contract'
import { signature } from '../learnt'
import { type Box, namesOf } from './box'
import type { NncmeOptions } from './index'
import type { Resting } from './paper/evolve'

export interface Snapshots {
  readonly weights: Weights[]
  readonly times: number[]
}

/** Arrays `NAME` [time, …] with the notes that say which network they belong to. */
export function artifactOf(problem: Problem, box: Box, options: NncmeOptions, { weights, times }: Snapshots): Artifact {
  const names = Object.keys(weights[0] ?? {})
  const arrays = names.map((name) => {
    const { shape } = weights[0][name]
    const size = weights[0][name].data.length
    const data = new Float64Array(size * weights.length)
    weights.forEach((snapshot, k) => {
      data.set(snapshot[name].data, k * size)
    })
    const axes = shape.map((n, i) => [`axis${i}`, Array.from({ length: n }, (_, j) => j)] as const)
    return [name, namedArray([['time', [...times]], ...axes], data)] as const
  })
  return { solver: 'nncme', arrays: Object.fromEntries(arrays), notes: notesOf(problem, box, options) }
}

/** What weights depend on. How many paths check them is not part of it. */
export function notesOf(
  problem: Problem,
  box: Box,
  { scheme, density, width, layers, check: _, ...training }: NncmeOptions,
): Record<string, string | number> {
  const paper = scheme !== 'forward-kl'
  return {
    problem: identity(problem),
    scheme,
    training: JSON.stringify(training),
    density: paper ? 'nade' : density,
    width,
    layers: paper ? 1 : layers,
    species: namesOf(problem, box).join(' '),
    lows: box.variables.map(({ low }) => low).join(' '),
    widest: box.variables.map(({ widest }) => widest).join(' '),
    ...(training.trap && { trap: training.trap }),
    caps: box.variables.map(({ cap }) => cap).join(' '),
  }
}

/**
 * What an earlier run of the same question has learnt, step by step; nothing where it was another one, or where weights
 * have not the shapes of `initial`.
 */
export function snapshotsOf(
  artifact: Artifact | undefined,
  initial: Weights,
  wanted: Readonly<Record<string, string | number>>,
): Snapshots {
  const none: Snapshots = { weights: [], times: [] }
  if (artifact?.solver !== 'nncme') return none
  if (Object.entries(wanted).some(([name, value]) => artifact.notes[name] !== value)) return none
  const names = Object.keys(initial)
  const times = artifact.arrays[names[0]]?.coords.time?.map(Number) ?? []
  const fit = names.every((name) => {
    const { shape, data } = artifact.arrays[name] ?? { shape: [], data: [] }
    const expected = [times.length, ...initial[name].shape]
    return shape.join() === expected.join() && data.length === sizeOf(expected)
  })
  if (!fit) return none
  const weights = times.map((_, k) =>
    Object.fromEntries(
      names.map((name) => {
        const { shape } = initial[name]
        const size = sizeOf(shape)
        return [name, { shape, data: Float32Array.from(artifact.arrays[name].data.subarray(k * size, (k + 1) * size)) }]
      }),
    ),
  )
  return { weights, times }
}

/** Whether an artifact holds a whole run of this problem: then nothing is left to learn. */
export function isWhole({ notes, arrays }: Artifact, problem: Problem): boolean {
  const last = problem.times[problem.times.length - 1]
  const times = Object.values(arrays)[0]?.coords.time
  return notes.problem === identity(problem) && times !== undefined && Number(times[times.length - 1]) === last
}

/** The problem as text: what was learnt of one says nothing of another. */
export const identity = (problem: Problem): string => `${signature(problem, [])}\nat ${[...problem.times].join(' ')}`

/** The same of the papers' schemes: parameters in double precision, and what Adam remembers, at each output time. */
export function paperArtifactOf(
  problem: Problem,
  box: Box,
  options: NncmeOptions,
  stands: readonly Resting[],
): Artifact {
  const axis = ['time', stands.map(({ time }) => time)] as const
  const rows = (of: readonly Float64Array[]) =>
    namedArray(
      [axis, ['number', Array.from({ length: of[0]?.length ?? 0 }, (_, i) => i)]],
      Float64Array.from(of.flatMap((row) => [...row])),
    )
  const descents = stands.flatMap(({ descent }) => (descent ? [descent] : []))
  return {
    solver: 'nncme',
    arrays: {
      nade: rows(stands.map(({ parameters }) => parameters)),
      ...(descents.length > 0 && { descent: rows(descents) }),
    },
    notes: notesOf(problem, box, options),
  }
}

/** Where an earlier run of the same question stood; nothing where it was another one. */
export function standsOf(artifact: Artifact | undefined, wanted: Artifact['notes'], parameters: number): Resting[] {
  if (artifact?.solver !== 'nncme') return []
  if (Object.entries(wanted).some(([name, value]) => artifact.notes[name] !== value)) return []
  const { nade, descent } = artifact.arrays
  const times = nade?.coords.time?.map(Number) ?? []
  if (times.length === 0 || nade.data.length !== times.length * parameters) return []
  const remembered = descent ? descent.data.length / times.length : 0
  if (descent && remembered !== 2 + 2 * parameters) return []
  return times.map((time, k) => ({
    time,
    parameters: nade.data.slice(k * parameters, (k + 1) * parameters),
    ...(descent && { descent: descent.data.slice(k * remembered, (k + 1) * remembered) }),
  }))
}
