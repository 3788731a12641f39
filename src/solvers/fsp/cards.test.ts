import { describe, expect, it } from 'vitest'
import { laws } from './cards'
import { type Answer, answers } from './cards-answer'
import { boxAnswers, boxes } from './cards-box'
import { models } from './cards-models'
import { sampled, sampledAnswers } from './cards-sampled'

describe('projection: numbers known to their printed digits', () => {
  for (const card of [...laws, ...models]) {
    it(card.name, async () => expect(wrong(await answers(card))).toEqual([]))
  }
  for (const card of sampled) {
    it(`${card.name}, sampled`, async () => expect(wrong(await sampledAnswers(card))).toEqual([]))
  }
  for (const card of boxes) it(card.name, () => expect(wrong(boxAnswers(card))).toEqual([]))
})

function wrong(all: readonly Answer[]): string[] {
  return all
    .filter(({ got, value, allowed }) => !(Math.abs(got - value) <= allowed))
    .map(({ time, kind, of, got, value, allowed }) => `${kind} ${of} at ${time}: ${got} for ${value} ± ${allowed}`)
}
