/** One step of the algorithm in words. */
import type { Reel, Step } from '../../analysis/microscope'
import type { Network } from '../../network/network'
import { reactionText } from '../editor/reactions'
import { number } from '../figure/ticks'

/** A number short enough for a sentence, exact enough to follow the arithmetic. */
export const short = (value: number) => number(Number(value.toPrecision(4)))

/** "After a wait of 0.306, death (X → ∅) fires at t = 3.21: X falls from 16 to 15." */
export function sentenceOf(network: Network, step: Step): string {
  const { from, at, reaction, fires, counts, after } = step
  const name = `${network.reactions[reaction].name} (${reactionText(network, reaction)})`
  const wait = `After a wait of ${short(at - from)}`
  if (!fires) {
    return `${wait} the draw falls on ${name} at t = ${short(at)}, but beyond its rate of that moment: nothing happens.`
  }
  const changes = network.species.flatMap(({ name: species }, s) => {
    if (counts[s] === after[s]) return []
    return [`${species} ${after[s] > counts[s] ? 'rises' : 'falls'} from ${counts[s]} to ${after[s]}`]
  })
  return `${wait}, ${name} fires at t = ${short(at)}: ${changes.join(', ') || 'no count changes'}.`
}

/** Species that an event of the network set between the end of one step and the beginning of the next. */
export function assignedBefore(reel: Reel, index: number, network: Network): string[] {
  const [before, step] = [reel.steps[index - 1], reel.steps[index]]
  if (!before || !step) return []
  return network.species.flatMap(({ name }, s) =>
    before.after[s] === step.counts[s] ? [] : [`${name} from ${before.after[s]} to ${step.counts[s]}`],
  )
}
