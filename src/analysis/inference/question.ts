/** What is asked: a network, data, what to infer and how. Plain JSON, for a file, a worker or the command line. */
import { z } from 'zod'
import { quantities } from '../../network/network'
import { parse } from '../../network/parse'
import { type Artifact, Failure } from '../../solvers/contract'
import { guessMapping, type Mapping, type ReadData, readData } from './data'
import { likelihoods, type Measured } from './likelihoods'
import { type InferenceMethod, methods } from './methods'
import type { Noise } from './noise'
import { type Prior, readPriors } from './prior'
import { readTable } from './table'

const finite = z.number()
const options = z.record(z.string(), finite)

const mapping = z.strictObject({
  kind: z.enum(['snapshots', 'courses']),
  time: z.string().optional(),
  replicate: z.string().optional(),
  count: z.string().optional(),
  upper: z.string().optional(),
  columns: z.record(z.string(), z.string()),
})

const noise = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('dropout'), capture: finite.gt(0).max(1), background: finite.min(0).default(0) }),
  z.strictObject({ kind: z.literal('gaussian'), sd: finite.gt(0) }),
])

const shape = z.strictObject({
  version: z.literal(1).default(1),
  network: z.string(),
  /** Instead of the network's. */
  parameters: options.optional(),
  initial: z.record(z.string(), z.int().min(0)).optional(),
  data: z.strictObject({ text: z.string(), mapping: mapping.optional() }),
  /** Ranges instead of those that the network declares; naming some infers only those. */
  infer: z
    .record(
      z.string(),
      z.strictObject({
        min: finite.optional(),
        max: finite.optional(),
        log: z.boolean().optional(),
        step: finite.gt(0).optional(),
      }),
    )
    .optional(),
  noise: noise.default({ kind: 'none' }),
  start: z.enum(['network', 'first']).default('network'),
  method: z.string().default('metropolis'),
  options: options.default({}),
  likelihood: z.string().default('fsp'),
  likelihoodOptions: options.default({}),
  /** What a likelihood that was learnt asks. */
  learnt: z.custom<Artifact>((value) => typeof value === 'object' && value !== null && 'arrays' in value).optional(),
  chains: z.int().min(1).max(64).default(4),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
})

export type InferenceQuestion = z.input<typeof shape>

/** A question, read. */
export interface InferenceReading {
  readonly measured: Measured
  readonly read: ReadData
  readonly mapping: Mapping
  readonly priors: readonly Prior[]
  readonly others: Float64Array
  readonly method: InferenceMethod
  readonly options: Record<string, number>
  readonly likelihood: (typeof likelihoods)[string]
  readonly likelihoodOptions: Record<string, number>
  readonly chains: number
  readonly seed: number
}

/** Throws a Failure that names what is wrong. */
export function readQuestion(json: unknown): InferenceReading {
  const parsed = shape.safeParse(json)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'question'}: ${message}`)
    throw new Failure('question', issues.join('; '))
  }
  const asked = parsed.data
  const { network, diagnostics } = parse(asked.network)
  if (!network) {
    const first = diagnostics.find(({ severity }) => severity === 'error')
    throw new Failure('network', first ? `line ${first.line}: ${first.message}` : 'the network cannot be read')
  }
  const others = override(network.parameters, ({ value }) => value, asked.parameters, 'parameter')
  const initial = override(network.species, (species) => species.initial, asked.initial, 'species')
  const names = quantities(network)
  const table = readTable(asked.data.text)
  const map = asked.data.mapping ?? guessMapping(table, names)
  const chosen = Object.keys(map.columns).map((name) => {
    const q = names.indexOf(name)
    if (q < 0) throw new Failure('data', `nothing called ${name} can be observed`, `there are ${names.join(', ')}`)
    return q
  })
  const whole = asked.noise.kind !== 'gaussian' && chosen.every((q) => q < network.species.length)
  const read = readData(table, map, whole)
  const method = named(methods, asked.method, 'method')
  const likelihood = named(likelihoods, asked.likelihood, 'likelihood')
  const priors = readPriors(network, asked.infer)
  return {
    measured: {
      observed: { network, initial, quantities: chosen },
      priors,
      others,
      learnt: asked.learnt,
      data: read.data,
      noise: asked.noise as Noise,
      start: asked.start,
    },
    read,
    mapping: map,
    priors,
    others,
    method,
    options: optionsOf(method, asked.options, asked.method),
    likelihood,
    likelihoodOptions: optionsOf(likelihood, asked.likelihoodOptions, asked.likelihood),
    chains: asked.chains,
    seed: asked.seed,
  }
}

function named<T>(list: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(list, name)) return list[name]
  throw new Failure('question', `there is no ${what} ${name}`, `there are ${Object.keys(list).join(', ')}`)
}

function optionsOf(
  { options }: Pick<InferenceMethod, 'options'>,
  given: Record<string, number>,
  name: string,
): Record<string, number> {
  const parsed = options.parse(given)
  if (parsed.ok) return parsed.value
  throw new Failure('question', parsed.issues.map(({ path, message }) => `${name}.${path}: ${message}`).join('; '))
}

function override<T extends { readonly name: string }>(
  list: readonly T[],
  value: (item: T) => number,
  given: Readonly<Record<string, number>> | undefined,
  what: string,
): Float64Array {
  const values = Float64Array.from(list, value)
  for (const [name, number] of Object.entries(given ?? {})) {
    const index = list.findIndex((item) => item.name === name)
    if (index < 0) throw new Failure('question', `there is no ${what} ${name}`)
    values[index] = number
  }
  return values
}
