/**
 * A study is a whole run as data: the link, the gallery card, the bug report, the regression test and the command
 * line's input are this one object. Reading it validates everything at the door; what comes out is trusted inside.
 */
import { z } from 'zod'
import { type Network, quantities } from '../network/network'
import { type Diagnostic, parse } from '../network/parse'
import type { Observe, Problem, Solver } from './contract'
import { type Issue, type Parsed, refused, show } from './options'
import { solvers, usual } from './registry'

export const maxTimes = 100_000
/** Methods beside a study's own. */
export const maxBeside = 8
/** Joint laws of one study. */
export const maxJoints = 12
/** Counts are held as 32-bit integers in kernels. */
export const maxCount = 2 ** 31 - 1

const time = z.number().nonnegative()
const timeGrid = z.strictObject({ from: time, to: time, count: z.int().min(1).max(maxTimes) })
const values = z.record(z.string(), z.number())
const optionValues = z.record(z.string(), z.unknown())

const check = z.strictObject({
  quantity: z.string(),
  time: z.number(),
  moment: z.enum(['mean', 'variance']),
  value: z.number(),
  /** Half width: what the source's own printing and sampling leave open. */
  within: z.number(),
  source: z.string(),
})

/** What an analysis of the study's view should find. */
const findingCheck = z.strictObject({
  analysis: z.string(),
  value: z.number(),
  within: z.number(),
  source: z.string(),
})

const studySchema = z.strictObject({
  version: z.literal(1, { error: 'this program reads study files with "version": 1' }),
  title: z.string().max(200).optional(),
  about: z.string().max(4000).optional(),
  /** The one figure this study is for. */
  figure: z.string().max(400).optional(),
  cite: z.string().max(400).optional(),
  checks: z.array(check).max(200).optional(),
  findings: z.array(findingCheck).max(50).optional(),
  network: z.string(),
  parameters: values.optional(),
  initial: z.record(z.string(), z.int().nonnegative().max(maxCount)).optional(),
  times: z.union([z.array(time).max(maxTimes), timeGrid], {
    error: 'expected a list of times ≥ 0 such as [1, 5, 20], or { "from": 0, "to": 100, "count": 101 }',
  }),
  observe: z.array(z.string()).max(64).optional(),
  solver: z.string().optional(),
  options: optionValues.optional(),
  seed: z.int().nonnegative().optional(),
  /** Methods to show beside `solver`, on the same problem and axes; the same one again with other options, too. */
  compare: z
    .array(z.strictObject({ solver: z.string(), options: optionValues.optional() }))
    .max(maxBeside)
    .optional(),
  /** Where the reader looks: the page's business, carried so that a link shows the same picture. */
  view: z.record(z.string(), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
  /** The program version that wrote this study. */
  made: z.string().max(40).optional(),
})

export type Study = z.infer<typeof studySchema>
export type Check = z.infer<typeof check>
export const studyKeys = Object.keys(studySchema.shape)

/** A study that was read: the question, the method and its options, all valid. */
export interface Reading {
  readonly study: Study
  readonly problem: Problem
  readonly solver: Solver
  readonly options: Record<string, unknown>
  readonly seed: number
  /** Warnings about the network text. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The output times of a study, as numbers. */
export function outputTimes(times: Study['times']): Float64Array {
  if (Array.isArray(times)) return Float64Array.from(times)
  const { from, to, count } = times
  return Float64Array.from({ length: count }, (_, i) => (count === 1 ? to : from + ((to - from) * i) / (count - 1)))
}

/** Only the shape of a study: keys and types. Enough to keep it as a draft whose network may still have errors. */
export function readStudyShape(json: unknown): Parsed<Study> {
  const parsed = studySchema.safeParse(json)
  if (parsed.success) return { ok: true, value: parsed.data }
  const issues = parsed.error.issues.flatMap((issue): Issue[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key, k) => ({
          path: [...issue.path, key].join('.'),
          message: issue.path.length || k > 0 ? 'unknown key' : `unknown key; a study knows ${studyKeys.join(', ')}`,
        }))
      : [{ path: issue.path.join('.'), message: `${issue.message}; got ${show(given(json, issue.path))}` }],
  )
  return refused(issues)
}

/** Read a study: JSON → question, method, options. Every issue names its place and what would be right. */
export function readStudy(json: unknown): Parsed<Reading> {
  const shape = readStudyShape(json)
  if (!shape.ok) return shape
  const study = shape.value
  const { network, diagnostics } = parse(study.network)
  if (!network) {
    const errors = diagnostics.filter((d) => d.severity === 'error')
    return refused(errors.map((d) => ({ path: `network:${d.line}:${d.column}`, message: d.message })))
  }
  const issues: Issue[] = []
  const problem: Problem = {
    network,
    parameters: override(network.parameters, (p) => p.value, study.parameters, 'parameters', issues),
    initial: override(network.species, (s) => s.initial, study.initial, 'initial', issues),
    times: readTimes(study.times, issues),
    observe: readObserve(network, study.observe ?? ['moments', 'marginals'], issues),
  }
  const id = study.solver ?? usual
  const solver = Object.hasOwn(solvers, id) ? solvers[id] : undefined
  if (!solver)
    issues.push({ path: 'solver', message: `unknown solver ${show(id)}; known are ${Object.keys(solvers).join(', ')}` })
  const options = solver?.options.parse(study.options)
  if (options && !options.ok) {
    for (const issue of options.issues) issues.push({ ...issue, path: `options.${issue.path}` })
  }
  if (issues.length || !solver || !options?.ok) return refused(issues)
  return {
    ok: true,
    value: { study, problem, solver, options: options.value, seed: study.seed ?? 1, diagnostics },
  }
}

function override<T extends { name: string }>(
  list: readonly T[],
  value: (item: T) => number,
  overrides: Record<string, number> | undefined,
  path: string,
  issues: Issue[],
): Float64Array {
  const known = new Map(list.map((item, index) => [item.name, index]))
  const values = Float64Array.from(list, value)
  for (const [name, given] of Object.entries(overrides ?? {})) {
    const index = known.get(name)
    if (index === undefined) {
      const names = list.slice(0, 20).map((item) => item.name)
      issues.push({ path: `${path}.${name}`, message: `unknown name; the network has ${names.join(', ') || 'none'}` })
    } else {
      values[index] = given
    }
  }
  return values
}

function readTimes(times: Study['times'], issues: Issue[]): Float64Array {
  if (!Array.isArray(times) && times.to < times.from) {
    issues.push({
      path: 'times',
      message: `times run from ${times.from} to ${times.to}: "to" must not be before "from"`,
    })
  }
  const grid = outputTimes(times)
  for (let k = 1; k < grid.length; k++) {
    if (grid[k] < grid[k - 1]) {
      issues.push({ path: `times.${k}`, message: `times must ascend, but ${grid[k]} follows ${grid[k - 1]}` })
      break
    }
  }
  return grid
}

function readObserve(network: Network, observe: readonly string[], issues: Issue[]): Observe {
  const names = quantities(network)
  const joints: [number, number][] = []
  const known = ['moments', 'marginals', 'trajectories']
  observe.forEach((item, k) => {
    if (known.includes(item)) return
    const pair = item.startsWith('joint:') ? item.slice('joint:'.length).split(',') : []
    const indices = pair.map((name) => names.indexOf(name.trim()))
    if (indices.length === 2 && indices.every((i) => i >= 0) && indices[0] !== indices[1]) {
      joints.push([indices[0], indices[1]])
    } else {
      const message = pair.length
        ? `a joint law needs two different quantities out of ${names.slice(0, 20).join(', ')}, got ${show(item)}`
        : `unknown observation ${show(item)}; known are ${known.join(', ')} and joint:A,B`
      issues.push({ path: `observe.${k}`, message })
    }
  })
  if (joints.length > maxJoints) {
    issues.push({ path: 'observe', message: `${joints.length} joint laws; at most ${maxJoints} at once` })
  }
  return {
    moments: observe.includes('moments'),
    marginals: observe.includes('marginals'),
    trajectories: observe.includes('trajectories'),
    joints,
  }
}

function given(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)
}
