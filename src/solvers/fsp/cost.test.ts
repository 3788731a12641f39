import { describe, expect, it } from 'vitest'
import { costText, timeText } from './cost'

describe('what it will take, in words', () => {
  it('is in units that a reader knows, however much it is', () => {
    expect(costText({ states: 13_845_841, seconds: 9.1, bytes: 332e6 })).toBe(
      '14,000,000 states, about 9.1 s and 330 MB',
    )
    expect(costText({ states: 8.2e15, seconds: 2.1e12, bytes: 7.6e17 })).toBe(
      '8.2×10¹⁵ states, about 67,000 years and 760,000 TB',
    )
    expect([0.3, 119, 492, 9000, 3e5, 3e9].map(timeText)).toEqual([
      'less than a second',
      'about 120 s',
      'about 8.2 min',
      'about 2.5 hours',
      'about 3.5 days',
      'about 95 years',
    ])
  })
})
