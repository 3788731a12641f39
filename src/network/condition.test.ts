import { describe, expect, it } from 'vitest'
import { readCondition } from './condition'
import { evaluators } from './evaluate'

const text = 'species X = 3, Y\nparameter k = 2\nX -> Y, k'

describe('a condition', () => {
  it('becomes the last observable: not 0 where it holds', () => {
    const { network, diagnostics } = readCondition(text, 'X + Y >= 2 * k')
    expect(diagnostics).toEqual([])
    const rule = evaluators(network!, [2]).quantities.at(-1)!
    expect([rule([3, 0], 0), rule([3, 1], 0)]).toEqual([0, 1])
    expect(network!.observables).toHaveLength(1)
  })

  it('is told what is wrong, at its own columns, with fixes that fit it', () => {
    const { network, diagnostics } = readCondition(text, 'x >= 25')
    expect(network).toBeNull()
    expect(diagnostics[0]).toMatchObject({ severity: 'error', line: 1, column: 1, offset: 0, length: 1 })
    expect(diagnostics[0].message).toMatch(/`x`/)
    for (const { offset, length } of diagnostics[0].fixes) expect(offset + length).toBeLessThanOrEqual(7)
    expect(readCondition(text, 'X >=').diagnostics[0]).toMatchObject({ severity: 'error', line: 1 })
  })

  it.each([
    ['', /such as/],
    ['X > 1; species Z', /One condition only/],
    ['X > 1 # so', /One condition only/],
    ['X > 1\nY -> 0, 1', /One condition only/],
  ])('is one condition: %j', (condition, words) => {
    const { network, diagnostics } = readCondition(text, condition)
    expect(network).toBeNull()
    expect(diagnostics[0].message).toMatch(words)
  })

  it('leaves a broken network to its own text, and finds a name that is free', () => {
    expect(readCondition('X -> , 1', 'X > 1').diagnostics[0].message).toMatch(/network text/)
    expect(readCondition(`${text}\nobservable condition_ = X`, 'X > 1').network?.observables).toHaveLength(2)
  })
})
