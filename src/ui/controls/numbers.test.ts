import { expect, it } from 'vitest'
import { nudge, readNumber, sentence, writeDuration, writeNumber } from './numbers'

it('reads numbers as scientists type them', () => {
  expect(readNumber(' 1e-3 ')).toBe(0.001)
  expect(readNumber('.5')).toBe(0.5)
  expect(readNumber('−2')).toBe(-2)
  expect(readNumber('3.')).toBe(3)
})

it('refuses what is not a finite decimal number', () => {
  for (const text of ['', ' ', '0x10', '1e999', 'NaN', 'Infinity', '1,5', '2 3', '1e', '.']) {
    expect(readNumber(text), text).toBeUndefined()
  }
})

it('writes every number so that it reads back the same', () => {
  for (const value of [0, -0, 0.1 + 0.2, 1e-7, 1e21, 123456789, -2.5]) {
    expect(readNumber(writeNumber(value))! + 0).toBe(value + 0)
  }
})

it('rounds durations', () => {
  expect(writeDuration(38.4)).toBe('38 ms')
  expect(writeDuration(420)).toBe('0.4 s')
  expect(writeDuration(9_960)).toBe('10 s')
  expect(writeDuration(240_000)).toBe('4 min')
  expect(writeDuration(7_200_000)).toBe('2 h')
})

it('nudges by the second significant digit', () => {
  expect(nudge(40)).toBe(1)
  expect(nudge(0.5)).toBeCloseTo(0.01, 12)
  expect(nudge(0)).toBe(0.1)
})

it('makes a sentence of words that come without capital or full stop', () => {
  expect(sentence('the box is too small')).toBe('The box is too small.')
  expect(sentence('Done!')).toBe('Done!')
})
