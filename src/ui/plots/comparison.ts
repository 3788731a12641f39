/** Do the methods agree? Each against the surest, and only against the difference that chance and their own errors make. */
import { type Apart, apart, toldOf } from '../../analysis/apart'
import { two } from '../figure/ticks'
import { type Answer, answers, type Outlook, rank, type Source, sampled, shown, timeIndex } from './sources'

export interface Comparison extends Apart {
  readonly quantity: string
  /** The lane that is compared, and what it is measured against. */
  readonly id: string
  readonly words: string
}

/** Every other answer against the surest, for every shown quantity, at the time cursor; samples are compared first. */
export function comparisons(sources: readonly Source[], outlook: Outlook): Comparison[] {
  const all = answers(sources, 'marginals').filter(speaks)
  const [surest, ...others] = [...all].sort((a, b) => rank(a) - rank(b))
  if (!surest) return []
  others.sort((a, b) => Number(sampled(b)) - Number(sampled(a)))
  return shown([surest, ...others], outlook).flatMap(({ name }) =>
    others.flatMap((other) => compare(name, other, surest, others.length > 1, outlook.time)),
  )
}

/** A law whose error nobody knows, or of which nobody knows how many samples it has, proves nothing. */
function speaks(answer: Answer): boolean {
  const { kind } = answer.observation.error
  return kind !== 'none' && (kind !== 'sampling' || answer.source.frame.diagnostics.replicates > 0)
}

function compare(quantity: string, one: Answer, other: Answer, several: boolean, cursor: number): Comparison[] {
  const [p, q] = [one, other].map(({ observation, source }) => {
    const { time } = observation.array.coords
    const index = timeIndex(time, cursor)
    const told = toldOf(observation, index, quantity, source.frame.diagnostics.replicates)
    return told && { told, time: Number(time[index]) }
  })
  if (!p || !q || p.time !== q.time) return []
  const found = apart(p.told, q.told)
  const subject =
    several || (sampled(one) && sampled(other)) ? `${one.source.title} against ${other.source.title}: ` : ''
  return [{ quantity, id: one.source.id, ...found, words: subject + inWords(found, subject === '') }]
}

function inWords({ distance, level, limit, verdict }: Apart, opening: boolean): string {
  const measure = opening ? 'Total variation' : 'total variation'
  if (verdict === 'agree' && level > 0) {
    return `${measure} ${two(distance)}, sampling alone explains ${two(level)}: agree`
  }
  const allows = level > 0 ? 'chance and their own errors allow' : 'their own errors allow'
  return `${measure} ${two(distance)}, ${allows} ${two(limit)}: ${verdict}`
}
