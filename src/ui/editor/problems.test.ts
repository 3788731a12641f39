import { expect, it } from 'vitest'
import { parse } from '../../network/parse'
import { squiggles } from './problems'

it('underlines what is wrong, and carries the fixes', () => {
  const text = 'species A = 1\nA -> 0, k2\n'
  const [first] = squiggles(text, parse(text).diagnostics)
  expect(text.slice(first.from, first.to)).toBe('k2')
  expect(first.severity).toBe('error')
  expect(first.actions?.length).toBeGreaterThan(0)
})

it('keeps every squiggle inside the text, also at its end and in an empty one', () => {
  for (const text of ['', 'A ->', 'species', 'species A = ', '(((', 'A -> B, 1 +']) {
    for (const { from, to } of squiggles(text, parse(text).diagnostics)) {
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeGreaterThanOrEqual(from)
      expect(to).toBeLessThanOrEqual(text.length)
    }
  }
})
