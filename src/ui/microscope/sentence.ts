/** One step of the algorithm in words. */
import type { LeapStep } from '../../analysis/leap-microscope'
import type { Reel, Step } from '../../analysis/microscope'
import type { Network } from '../../network/network'
import { reactionText } from '../editor/reactions'
import { grouped, number } from '../figure/ticks'

/** A number short enough for a sentence, exact enough to follow the arithmetic. */

/** "After a wait of 0.306, death (X → ∅) fires at t = 3.21: X falls from 16 to 15." */
export function sentenceOf(network: Network, step: Step): string {
  const { from, at, reaction, fires, counts, after } = step
  const name = `${network.reactions[reaction].name} (${reactionText(network, reaction)})`
  const wait = `After a wait of ${number(at - from)}`
  if (!fires) {
    return `${wait} the draw falls on ${name} at t = ${number(at)}, but beyond its rate of that moment: nothing happens.`
  }
  const changes = network.species.flatMap(({ name: species }, s) => {
    if (counts[s] === after[s]) return []
    return [`${species} ${after[s] > counts[s] ? 'rises' : 'falls'} from ${counts[s]} to ${after[s]}`]
  })
  return `${wait}, ${name} fires at t = ${number(at)}: ${changes.join(', ') || 'no count changes'}.`
}

/** Species that an event of the network set between the end of one step and the beginning of the next. */
export function assignedBefore(reel: Reel, index: number, network: Network): string[] {
  const [before, step] = [reel.steps[index - 1], reel.steps[index]]
  if (!before || !step) return []
  return network.species.flatMap(({ name }, s) =>
    before.after[s] === step.counts[s] ? [] : [`${name} from ${before.after[s]} to ${step.counts[s]}`],
  )
}

/** What ended a leap. */
export function limitWords({ limit, implicit }: LeapStep): string {
  switch (limit) {
    case 'change':
      return implicit
        ? 'how far an implicit leap may go'
        : 'the propensities: a longer leap might change one of them too much'
    case 'critical':
      return 'a critical reaction, which fires exactly, at the end of the leap'
    case 'output':
      return 'an output time'
    case 'refused':
      return 'a longer leap, refused because a count would have become negative'
    case 'event':
      return 'nothing: leaps would be so short here that events are fired one by one'
    default:
      return limit satisfies never
  }
}

/** "A leap of 0.31 to t = 1.2: 5,210 firings of 4 reactions. Limited by an output time." */
export function leapSentence(network: Network, step: LeapStep): string {
  const { fired, at, from, limit } = step
  if (limit === 'event') {
    const name = network.reactions[fired.indexOf(1)]?.name
    return `No leap: ${name} fires by itself at t = ${number(at)}, after a wait of ${number(at - from)}.`
  }
  const all = fired.reduce((a, b) => a + b, 0)
  const kinds = fired.reduce((n, count) => n + (count > 0 ? 1 : 0), 0)
  const how = step.implicit ? 'An implicit leap' : 'A leap'
  return `${how} of ${number(at - from)} to t = ${number(at)}: ${grouped(all)} firings of ${kinds} reactions. Limited by ${limitWords(step)}.`
}
