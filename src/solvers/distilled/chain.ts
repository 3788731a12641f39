/**
 * The student of dense layers: one network per variable, from the prompt and the counts before it to its law, which is a
 * mixture of negative binomials, or a probability for each count where there are few. All that comes after a count is hidden
 * from it, so that the product of the laws is the law of the state.
 */

import { type Example, fast } from '../../numerics/density-fit'
import type { Head } from '../../numerics/density-head'
import { exp, log1p } from '../../numerics/elementary'
import { ownBackend } from '../../numerics/learning/own'
import { mixture } from '../../numerics/negative-binomial'
import type { Perceptron } from '../../numerics/perceptron'
import { type Domain, encode, inputCount, type Setting } from '../design'
import type { Conditional } from './course'

/** What a variable may be. */
export interface Variable {
  readonly species: number
  /** Largest count that is answered. */
  readonly cap: number
  /** It can have few counts only, each of which has a probability of its own. */
  readonly few: boolean
}

/** Numbers that a count becomes: its share of the cap, of its logarithm, and whether it is zero. */
export const perCount = 3

export function chainInputs(domain: Domain, i: number): number {
  return inputCount(domain) + perCount * i
}

export function headFor({ cap, few }: Variable, components: number): Head {
  return mixture({ components: few ? 1 : components, caps: [few ? cap : null], inflated: false })
}

export function encodeCount(n: number, { cap }: Variable, into: Float64Array | Float32Array, at: number): void {
  into[at] = (2 * n) / cap - 1
  into[at + 1] = (2 * log1p(n)) / log1p(cap) - 1
  into[at + 2] = n === 0 ? 1 : -1
}

/** What the network of a variable learns from conditionals at a setting and time. */
export function exampleOf(
  domain: Domain,
  variables: readonly Variable[],
  setting: Setting,
  t: number,
  { i, before, law, weight }: Conditional,
): Example {
  const inputs = new Float64Array(chainInputs(domain, i))
  encode(domain, setting, t, inputs, 0)
  before.forEach((n, k) => {
    encodeCount(n, variables[k], inputs, inputCount(domain) + perCount * k)
  })
  return { inputs, law, weight }
}

/** What the network of the variable after these counts reads: so many rows, one prompt for all. */
export function inputRows(
  domain: Domain,
  variables: readonly Variable[],
  setting: Setting,
  t: number,
  counts: readonly Int32Array[],
  rows: number,
): Float32Array {
  const width = chainInputs(domain, counts.length)
  const base = inputCount(domain)
  const inputs = new Float32Array(rows * width)
  const prompt = new Float64Array(base)
  encode(domain, setting, t, prompt, 0)
  for (let row = 0; row < rows; row++) {
    inputs.set(prompt, row * width)
    counts.forEach((column, k) => {
      encodeCount(column[row], variables[k], inputs, row * width + base + perCount * k)
    })
  }
  return inputs
}

/** Answers of a student. */
export interface Writer {
  /** So many counts of each variable hold all but next to nothing of the laws at these times. */
  widths(setting: Setting, times: ArrayLike<number>): Promise<readonly number[]>
  /** The joint law at a setting and time, on the box of these widths from 0 on. */
  write(setting: Setting, t: number, widths: readonly number[], into: Float64Array): Promise<void>
  close(): void
}

/** Prefixes with less mass than this are not asked what comes after them: nothing does. */
const rare = 1e-7

/** The joint law from conditional ones: `laws(i, counts, width)` gives those of variable i after rows of counts. */
export async function multiplyOut(
  widths: readonly number[],
  into: Float64Array,
  laws: (i: number, counts: readonly Int32Array[], rows: number) => Promise<(row: number) => Float64Array>,
): Promise<void> {
  into.fill(0)
  let mass: number[] = [1]
  let counts: Int32Array[] = []
  for (let i = 0; i < widths.length; i++) {
    const last = i + 1 === widths.length
    const law = await laws(i, counts, mass.length)
    const next: { row: number; n: number; mass: number }[] = []
    for (let row = 0; row < mass.length; row++) {
      const p = law(row)
      let total = 0
      for (let n = 0; n < p.length; n++) total += p[n]
      const scale = mass[row] / total
      if (last) {
        const at = counts.reduce((place, column, k) => place * widths[k] + column[row], 0) * widths[i]
        for (let n = 0; n < p.length; n++) into[at + n] = scale * p[n]
      } else for (let n = 0; n < p.length; n++) if (scale * p[n] > rare) next.push({ row, n, mass: scale * p[n] })
    }
    if (last) break
    counts = [
      ...counts.map((column) => Int32Array.from(next, ({ row }) => column[row])),
      Int32Array.from(next, ({ n }) => n),
    ]
    mass = next.map((one) => one.mass)
  }
  let total = 0
  for (let k = 0; k < into.length; k++) total += into[k]
  for (let k = 0; k < into.length; k++) into[k] /= total
}

/** Times and prefixes at which the width of laws is looked at. */
const samples = 5

export function chainWriter(
  domain: Domain,
  variables: readonly Variable[],
  nets: readonly Perceptron[],
  components: number,
): Writer {
  const backend = ownBackend()
  const works = nets.map((net) => fast(net, backend))
  const heads = variables.map((variable) => headFor(variable, components))

  const numbersOf = (i: number, setting: Setting, t: number, counts: readonly Int32Array[], rows: number) =>
    works[i].outputs(inputRows(domain, variables, setting, t, counts, rows), rows)

  return {
    async widths(setting, times) {
      const last = times.length ? times[times.length - 1] : 0
      const looks = Array.from({ length: samples }, (_, k) => last / 2 ** (2 * (samples - 1 - k)))
      const found: number[] = []
      for (const [i, { cap, few }] of variables.entries()) {
        let most = few ? cap : 0
        for (const t of few ? [] : looks) {
          const counts = found.map((width) =>
            Int32Array.from({ length: samples }, (_, k) => Math.round(((width - 1) * k) / (samples - 1))),
          )
          const rows = i === 0 ? 1 : samples
          const numbers = await numbersOf(i, setting, t, counts, rows)
          for (let row = 0; row < rows; row++) most = Math.max(most, reach(numbers, row * heads[i].size, components))
        }
        found.push(Math.min(cap, Math.max(setting.initial[variables[i].species], Math.ceil(most))) + 1)
      }
      return found
    },
    write(setting, t, widths, into) {
      return multiplyOut(widths, into, async (i, counts, rows) => {
        const numbers = await numbersOf(i, setting, t, counts, rows)
        return (row) => heads[i].law(numbers, row * heads[i].size, [0], [widths[i]])
      })
    },
    close() {
      for (const work of works) work.close()
    },
  }
}

/** A count that a mixture hardly ever exceeds: of each component that matters, seven deviations above its mean. */
function reach(numbers: Float64Array, at: number, components: number): number {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < components; k++) top = Math.max(top, numbers[at + k])
  let most = 0
  for (let k = 0; k < components; k++) {
    if (numbers[at + k] < top - 12) continue
    const mean = exp(numbers[at + components + 2 * k])
    const size = exp(numbers[at + components + 2 * k + 1])
    most = Math.max(most, mean + 7 * Math.sqrt(mean + (mean * mean) / size) + 8)
  }
  return most
}
