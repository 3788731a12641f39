import { describe, expect, it } from 'vitest'
import { laws } from './cards'
import { answers } from './cards-answer'
import { models } from './cards-models'

describe('projection: numbers known to their printed digits', () => {
  for (const card of [...laws, ...models]) {
    it(card.name, async () => {
      const wrong = (await answers(card))
        .filter(({ got, value, allowed }) => !(Math.abs(got - value) <= allowed))
        .map(({ time, kind, of, got, value, allowed }) => `${kind} ${of} at ${time}: ${got} for ${value} ± ${allowed}`)
      expect(wrong).toEqual([])
    })
  }
})
