import fc from 'fast-check'
import { expect, it } from 'vitest'
import { smallestChange } from './change'

const apply = (text: string, { from, to, insert }: { from: number; to: number; insert: string }) =>
  text.slice(0, from) + insert + text.slice(to)

it('turns any text into any other', () => {
  // Few letters, so that beginnings and ends coincide often.
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const change = smallestChange(before, after)
      expect(change ? apply(before, change) : before).toBe(after)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

it('touches only the digits that a slider moved', () => {
  expect(smallestChange('a = 40 in [1, 100]\n', 'a = 47 in [1, 100]\n')).toEqual({ from: 5, to: 6, insert: '7' })
  expect(smallestChange('k = 1\n', 'k = 11\n')).toEqual({ from: 5, to: 5, insert: '1' })
})

it('is nothing where nothing changed', () => {
  expect(smallestChange('x', 'x')).toBeNull()
})
