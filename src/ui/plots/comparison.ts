/** Do the samples agree with the computed law? Only against the difference that sampling alone makes. */
import { expectedTotalVariation, totalVariation } from '../../analysis/distances'
import { number } from '../figure/ticks'
import { type Law, lawAt } from './law'
import { type Answer, answers, grouped, type Outlook, rank, type Source, sampled, shown, timeIndex } from './sources'

export interface Comparison {
  readonly quantity: string
  /** Total variation between the two laws: half the sum of |p − q|, 0 … 1. */
  readonly distance: number
  /** What n samples of the computed law itself would show on average. */
  readonly level: number
  /** Above this, chance alone would have to be luckier than `luck`, and the proven error too small to explain it. */
  readonly limit: number
  readonly verdict: 'agree' | 'differ'
  readonly words: string
}

/** A sound method is called different this rarely. */
export const luck = 1e-3

/** Sampled against the surest computed law, for every shown quantity, at the time cursor. */
export function comparisons(sources: readonly Source[], outlook: Outlook): Comparison[] {
  const all = answers(sources, 'marginals')
  const samples = all.find(sampled)
  const [computed] = all.filter((answer) => !sampled(answer)).sort((a, b) => rank(a) - rank(b))
  const n = samples?.source.frame.diagnostics.replicates
  if (!samples || !computed || !n) return []
  return shown(samples.observation, outlook.quantities).flatMap(({ name }) => {
    const [p, q] = [lawOf(samples, name, outlook.time), lawOf(computed, name, outlook.time)]
    return p && q && p.time === q.time ? [compare(name, p, q, n, computed)] : []
  })
}

interface Placed {
  readonly law: Law
  readonly index: number
  readonly time: number
}

function lawOf({ observation: { array } }: Answer, name: string, cursor: number): Placed | undefined {
  const q = array.coords.quantity.indexOf(name)
  if (q < 0) return undefined
  const index = timeIndex(array.coords.time, cursor)
  return { law: lawAt(array, index, q), index, time: Number(array.coords.time[index]) }
}

function compare(quantity: string, samples: Placed, computed: Placed, n: number, { observation }: Answer): Comparison {
  const [p, q] = onSameBins(samples.law, computed.law)
  const distance = totalVariation(p, q)
  const level = expectedTotalVariation(q, n)
  // One sample moves the distance by at most 1/n, so it exceeds its mean by s with probability ≤ exp(−2 n s²)
  // (McDiarmid 1989, doi:10.1017/CBO9781107359949.008).
  const chance = Math.sqrt(Math.log(1 / luck) / (2 * n))
  const proven = observation.error.kind === 'bound' ? observation.error.value[computed.index] / 2 : 0
  const limit = level + chance + proven
  const verdict = distance <= limit ? 'agree' : 'differ'
  const words =
    verdict === 'agree'
      ? `Sampled and computed ${quantity} agree: total variation ${number(round(distance))}, of which sampling ${grouped(n)} replicates alone explains about ${number(round(level))}.`
      : `Sampled and computed ${quantity} differ: total variation ${number(round(distance))}, more than the ${number(round(limit))} that chance and the proven error allow.`
  return { quantity, distance, level, limit, verdict, words }
}

const round = (value: number) => Number(value.toPrecision(2))

/** Both laws on common bins from the lowest to the highest, the finer one summed into the coarser one's. */
function onSameBins(a: Law, b: Law): [Float64Array, Float64Array] {
  const width = Math.max(a.width, b.width)
  const start = (law: Law) => law.x[0] - (law.width - 1) / 2
  const bin = (law: Law, k: number) => Math.floor((start(law) + k * law.width) / width)
  const first = Math.min(bin(a, 0), bin(b, 0))
  const last = Math.max(bin(a, a.p.length - 1), bin(b, b.p.length - 1))
  return [a, b].map((law) => {
    const out = new Float64Array(last - first + 1)
    for (let k = 0; k < law.p.length; k++) out[bin(law, k) - first] += law.p[k]
    return out
  }) as [Float64Array, Float64Array]
}
