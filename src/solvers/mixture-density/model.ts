/** What has been learnt: one network per law, each from a setting and a time to a mixture of negative binomials. */
import { z } from 'zod'
import type { Head } from '../../numerics/density-head'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import { mixture } from '../../numerics/negative-binomial'
import { type Perceptron, pass, weightCount } from '../../numerics/perceptron'
import type { Artifact, Problem } from '../contract'
import { type Domain, encode, inputCount, type Setting } from '../design'
import { domainIn, type ErrorMap, noted, packMap, unpackMap } from '../learnt'
import type { Target } from './targets'

const id = 'mixtureDensity'

/** The law of one target. */
export interface Learnt {
  readonly key: string
  /** Per axis: the largest count there can be, where it is few; null where a negative binomial describes it. */
  readonly caps: readonly (number | null)[]
  readonly components: number
  readonly inflated: boolean
  readonly net: Perceptron
  /** Counts per axis that hold all that was seen, and half as many again. */
  readonly widths: readonly number[]
  readonly map: ErrorMap
}

export interface Model {
  readonly signature: string
  readonly domain: Domain
  readonly laws: readonly Learnt[]
  readonly notes: Readonly<Record<string, string | number>>
}

/** Errors measured at held-out settings: Hellinger and l1 distances, and the largest of those of means and variances. */
export const measured = ['hellinger', 'l1', 'moment'] as const

export function headOf({ components, caps, inflated }: Pick<Learnt, 'components' | 'caps' | 'inflated'>): Head {
  return mixture({ components, caps, inflated })
}

/** The law of these numbers, given that counts are among those kept. */
export function lawOf(shape: Omit<Learnt, 'net' | 'map'>, numbers: Float64Array): Float64Array {
  const law = headOf(shape).law(numbers, 0, origin(shape), shape.widths)
  const total = law.reduce((a, b) => a + b, 0)
  for (let i = 0; i < law.length; i++) law[i] /= total
  return law
}

const origin = ({ widths }: Pick<Learnt, 'widths'>) => widths.map(() => 0)

/** Answers for one law of a model at any setting and time. */
export interface Reader {
  /** Sums to one over the counts that are kept. */
  law(setting: Setting, t: number): Float64Array
  /** Change of the law at a setting when its inputs change as they do from one setting to another. */
  change(setting: Setting, t: number, from: Setting, to: Setting): Float64Array
}

export function reader(domain: Domain, learnt: Learnt): Reader {
  const work = pass(learnt.net)
  const inputs = new Float64Array(inputCount(domain))
  return {
    law(setting, t) {
      encode(domain, setting, t, inputs, 0)
      return lawOf(learnt, work.forward(inputs, 1))
    },
    change(setting, t, from, to) {
      const [before, after] = [from, to].map((one) => {
        const at = new Float64Array(inputs.length)
        encode(domain, one, t, at, 0)
        return at
      })
      encode(domain, setting, t, inputs, 0)
      const direction = after.map((x, i) => x - before[i])
      const { outputs, change } = work.change(inputs, direction)
      return headOf(learnt).change(outputs, change, origin(learnt), learnt.widths)
    },
  }
}

/** A model as plain data. */
export function pack({ signature, domain, laws, notes }: Model): Artifact {
  const arrays: Record<string, NamedArray> = {}
  for (const { key, net, map } of laws) {
    arrays[`weights:${key}`] = namedArray([['weight', range(net.weights.length)]], net.weights.slice())
    arrays[`errors:${key}`] = packMap(map)
  }
  const described = laws.map(({ net, map: _, ...rest }) => ({ ...rest, layers: net.widths }))
  return {
    solver: id,
    arrays,
    notes: { ...notes, signature, domain: JSON.stringify(domain), laws: JSON.stringify(described) },
  }
}

/** The model in an artifact that knows the laws wanted; undefined elsewhere. */
export function unpack(artifact: Artifact | undefined, problem: Problem, wanted: readonly Target[]): Model | undefined {
  const domain = domainIn(id, artifact, problem)
  if (!artifact || !domain) return undefined
  const { signature, domain: _, laws: __, ...notes } = artifact.notes
  const described = noted(artifact, 'laws', z.array(lawShape).max(maxLaws))
  const laws = (described ?? []).flatMap(({ layers, ...rest }): Learnt[] => {
    const weights = artifact.arrays[`weights:${rest.key}`]?.data
    const map = unpackMap(artifact.arrays[`errors:${rest.key}`], inputCount(domain), measured)
    const fits = layers[0] === inputCount(domain) && layers[layers.length - 1] === headOf(rest).size
    if (!map || !fits || weights?.length !== weightCount(layers)) return []
    return [{ ...rest, net: { widths: layers, weights }, map }]
  })
  if (!wanted.every(({ key }) => laws.some((law) => law.key === key))) return undefined
  return { signature: String(signature), domain, laws, notes }
}

/** No file describes more laws, components of one or layers of its network: a head is laid out for each. */
const [maxLaws, maxComponents, maxLayers] = [1000, 100, 20]

const few = z.int().nonnegative().max(1_000_000)
const lawShape = z.strictObject({
  key: z.string(),
  caps: z.array(few.nullable()).min(1).max(2),
  components: few.min(1).max(maxComponents),
  inflated: z.boolean(),
  widths: z.array(few.min(1)).min(1).max(2),
  layers: z.array(few.min(1)).min(2).max(maxLayers),
})

const range = (length: number) => Array.from({ length }, (_, i) => i)
