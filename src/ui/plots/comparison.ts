/** Do the samples agree with the computed law? Only against the difference that sampling alone makes. */
import { commonBins, type Law, samplingCeiling, samplingLevel, totalVariation } from '../../numerics/distances'
import type { ErrorEstimate } from '../../solvers/contract'
import { number } from '../figure/ticks'
import { lawAt } from './law'
import { type Answer, answers, type Outlook, rank, type Source, sampled, shown, timeIndex } from './sources'

export interface Comparison {
  readonly quantity: string
  /** Total variation between the two laws: half the sum of |p − q|, 0 … 1. */
  readonly distance: number
  /** What n samples of the computed law itself would show on average. */
  readonly level: number
  /** Chance and the error of the computed law together exceed this with probability below `luck`. */
  readonly limit: number
  readonly verdict: 'agree' | 'differ'
  readonly words: string
}

/** How rarely a sound method is called different. */
export const luck = 1e-3

/** Sampled against the surest computed law, for every shown quantity, at the time cursor. */
export function comparisons(sources: readonly Source[], outlook: Outlook): Comparison[] {
  const all = answers(sources, 'marginals')
  const samples = all.find(sampled)
  const [computed] = all.filter((answer) => !sampled(answer)).sort((a, b) => rank(a) - rank(b))
  const n = samples?.source.frame.diagnostics.replicates
  if (!samples || !computed || !n) return []
  return shown([samples], outlook).flatMap(({ name }) => {
    const [p, q] = [lawOf(samples, name, outlook.time), lawOf(computed, name, outlook.time)]
    return p && q && p.time === q.time ? [compare(name, p, q, n, computed)] : []
  })
}

interface Placed {
  readonly law: Law
  readonly index: number
  readonly time: number
}

/** The law of one quantity at the output time nearest to the cursor. */
function lawOf({ observation: { array } }: Answer, name: string, cursor: number): Placed | undefined {
  const q = array.coords.quantity.indexOf(name)
  if (q < 0) return undefined
  const index = timeIndex(array.coords.time, cursor)
  const counts = array.coords.count.map(Number)
  const { p } = lawAt(array, index, q)
  if (Number.isNaN(p[0])) return undefined
  return { law: { counts, p }, index, time: Number(array.coords.time[index]) }
}

function compare(quantity: string, samples: Placed, computed: Placed, n: number, { observation }: Answer): Comparison {
  const pair = commonBins(samples.law, computed.law)
  const distance = totalVariation(pair)
  const level = samplingLevel(pair.q, n)
  const limit = samplingCeiling(pair.q, n, luck) + lawError(observation.error, computed.index)
  const verdict = distance <= limit ? 'agree' : 'differ'
  const words =
    verdict === 'agree'
      ? `Total variation ${two(distance)}, sampling alone explains ${two(level)}: agree`
      : `Total variation ${two(distance)}, chance and its own error allow ${two(limit)}: differ`
  return { quantity, distance, level, limit, verdict, words }
}

/** An l1 distance, proved or estimated, moves the total variation by at most half of it. */
function lawError(error: ErrorEstimate, time: number): number {
  if (error.kind === 'bound') return error.value[time] / 2
  return error.kind === 'estimate' ? error.value / 2 : 0
}

const two = (value: number) => number(Number(value.toPrecision(2)))
