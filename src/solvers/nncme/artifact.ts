/** What was learnt, as arrays: the weights at every output time. */
import type { Weights } from '../../numerics/learning/ops'
import { namedArray } from '../../numerics/named-array'
import type { Artifact, Problem } from '../contract'
import { type Box, namesOf } from './box'
import type { NncmeOptions } from './index'

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

/** What weights depend on. */
function notesOf(
  problem: Problem,
  box: Box,
  { scheme, density, width, layers }: NncmeOptions,
): Record<string, string | number> {
  const paper = scheme !== 'forward-kl'
  return {
    density: paper ? 'nade' : density,
    width,
    layers: paper ? 1 : layers,
    species: namesOf(problem, box).join(' '),
    lows: box.variables.map(({ low }) => low).join(' '),
    widest: box.variables.map(({ widest }) => widest).join(' '),
    caps: box.variables.map(({ cap }) => cap).join(' '),
  }
}

/** The last weights of an artifact, if they fit this network and box. */
export function restored(
  artifact: Artifact | undefined,
  problem: Problem,
  box: Box,
  options: NncmeOptions,
): Weights | undefined {
  if (artifact?.solver !== 'nncme') return undefined
  const wanted = notesOf(problem, box, options)
  if (Object.entries(wanted).some(([name, value]) => artifact.notes[name] !== value)) return undefined
  return Object.fromEntries(
    Object.entries(artifact.arrays).map(([name, { shape, data }]) => {
      const size = data.length / shape[0]
      return [name, { shape: shape.slice(1), data: Float32Array.from(data.subarray(data.length - size)) }]
    }),
  )
}
