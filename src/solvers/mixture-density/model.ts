/** What has been learnt: one network per law, each from a setting and a time to a mixture of negative binomials. */
import type { Head } from '../../numerics/density-head'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import { mixture } from '../../numerics/negative-binomial'
import { type Perceptron, pass } from '../../numerics/perceptron'
import type { Artifact, Problem } from '../contract'
import { type Domain, encode, inputCount, type Setting } from '../design'
import { domainIn, type ErrorMap } from '../learnt'
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
    const columns = [...range(map.inputs).map((i) => `input ${i + 1}`), ...map.errors]
    const rows = map.rows.length / columns.length
    arrays[`errors:${key}`] = namedArray(
      [
        ['row', range(rows)],
        ['column', columns],
      ],
      map.rows.slice(),
    )
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
  const { signature, domain: _, laws: lawsText, ...notes } = artifact.notes
  const laws = described(lawsText).map(({ layers, ...rest }): Learnt => {
    const map = artifact.arrays[`errors:${rest.key}`]
    return {
      ...rest,
      net: { widths: layers, weights: artifact.arrays[`weights:${rest.key}`].data },
      map: { inputs: inputCount(domain), errors: measured, rows: map.data },
    }
  })
  if (!wanted.every(({ key }) => laws.some((law) => law.key === key))) return undefined
  return { signature: String(signature), domain, laws, notes }
}

function described(laws: string | number): readonly (Omit<Learnt, 'net' | 'map'> & { layers: number[] })[] {
  return JSON.parse(String(laws))
}

const range = (length: number) => Array.from({ length }, (_, i) => i)
