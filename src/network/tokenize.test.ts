import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenize } from './tokenize'

const kinds = (text: string) =>
  tokenize(text).map(({ kind, offset, length }) => `${kind} ${text.slice(offset, offset + length)}`)

/** UTF-16 units in any order, halves of pairs included. */
const anyText = fc.array(fc.oneof(fc.nat(127), fc.nat(65535))).map((units) => String.fromCharCode(...units))

describe('tokenize', () => {
  it('tells the kinds apart', () => {
    expect(kinds('param k=1.5e-3 in [1,2] log # note\r\n2A<->∅, log(t)*Log;')).toEqual([
      'keyword param',
      'name k',
      'operator =',
      'number 1.5e-3',
      'keyword in',
      'operator [',
      'number 1',
      'operator ,',
      'number 2',
      'operator ]',
      'keyword log',
      'comment # note',
      'newline \r\n',
      'number 2',
      'name A',
      'operator <->',
      'operator ∅',
      'operator ,',
      'function log',
      'operator (',
      'constant t',
      'operator )',
      'operator *',
      'name Log',
      'separator ;',
    ])
  })

  it('never joins a comparison with a minus', () => {
    expect(kinds('a<-1')).toEqual(['name a', 'operator <', 'operator -', 'number 1'])
  })

  it('takes an exponent only where there is one', () => {
    expect(kinds('2e3 2e 2e+x .5 5.')).toEqual([
      'number 2e3',
      'number 2',
      'name e',
      'number 2',
      'name e',
      'operator +',
      'name x',
      'number .5',
      'number 5.',
    ])
  })

  it('covers every character that is not blank, in order, without overlap', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = 0
        for (const { offset, length } of tokenize(text)) {
          expect(text.slice(at, offset).trim()).toBe('')
          expect(length).toBeGreaterThan(0)
          at = offset + length
        }
        expect(text.slice(at).trim()).toBe('')
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})
