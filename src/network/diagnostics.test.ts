import { describe, expect, it } from 'vitest'
import { editDistance, type Fix, nearest } from './diagnostics'
import { parse } from './parse'

const apply = (text: string, { offset, length, insert }: Fix) =>
  text.slice(0, offset) + insert + text.slice(offset + length)

/** What is wrong · the place it is shown at · part of the sentence · the text after the first fix. */
const slips: readonly [text: string, place: string, sentence: string, fixed?: string][] = [
  ['\u202eA -> B, 1', '\u202e', 'found `U+202E`'],
  ['A \u0000-> B, 1', '\u0000', '`U+0000`'],
  ['A -> B, k2', 'k2', '`k2` is not defined: make it a parameter?', 'parameter k2 = 1\nA -> B, k2'],
  ['parameter k = 1 # one\nA -> B, q', 'q', 'make it a parameter', 'parameter k = 1 # one\nparameter q = 1\nA -> B, q'],
  ['parameter rate = 1\nA -> B, rat', 'rat', 'did you mean `rate`?', 'parameter rate = 1\nA -> B, rate'],
  ['parameter kOn = 1\nA -> B, kon', 'kon', 'did you mean `kOn`?', 'parameter kOn = 1\nA -> B, kOn'],
  ['A -> B, 2*time', 'time', 'time is written `t`', 'A -> B, 2*t'],
  ['A -> B', '-> B', 'has no rate', 'A -> B, 1'],
  ['A <-> B', '<-> B', 'has no rate', 'A <-> B, 1, 1'],
  ['A -> B; 3', '-> B', 'has no rate', 'A -> B, 3'],
  ['A -> B,', '', 'Expected a rate before the end', 'A -> B, 1'],
  ['A <-> B, 1', '', 'has two rates', 'A <-> B, 1, 1'],
  ['A -> B, 1, 2', '2', 'has one rate', 'A -> B, 1'],
  ['A <=> B, 1, 2, 3', '3', 'has two rates', 'A <=> B, 1, 2'],
  ['0 -> B, hil(B, 2, 3)', 'hil', 'did you mean `hill`?', '0 -> B, hill(B, 2, 3)'],
  ['A -> B, ln(2)', 'ln', 'did you mean `log`?', 'A -> B, log(2)'],
  ['parameter k = 1\nA -> B, k(2)', 'k', 'is not a function', 'parameter k = 1\nA -> B, k*(2)'],
  ['A -> B, hill(A, 2)', 'hill(A, 2)', '`hill(x, K, n)` takes 3 arguments, not 2'],
  ['A -> B, max(A)', 'max(A)', 'takes 2 or more arguments, not 1'],
  ['A -> B, exp', 'exp', 'write `exp(x)`'],
  ['A -> B, 2*log', 'log', 'write `log(x)`'],
  ['speces A = 1', 'speces', 'did you mean `species`?', 'species A = 1'],
  ['Parameter k = 1\nA -> 0, k', 'Parameter', 'did you mean `parameter`?', 'parameter k = 1\nA -> 0, k'],
  ['k = 1\nA -> 0, k', 'k', 'without saying what it is', 'parameter k = 1\nA -> 0, k'],
  ['k = 2*t\nA -> 0, k', 'k', 'without saying what it is', 'let k = 2*t\nA -> 0, k'],
  ['parameter k = 2*t\nA -> 0, k', '*', 'an expression is named with `let`', 'let k = 2*t\nA -> 0, k'],
  ['parameter k = b\nA -> 0, k', 'b', 'an expression is named with `let`'],
  ['parameter k\nA -> 0, k', 'k', 'has no value', 'parameter k = 1\nA -> 0, k'],
  ['A + B -> C, A*B', 'A*B', 'the propensity is `A*B*A*B`', 'A + B => C, A*B'],
  ['parameter d = 1\nA -> 0, d*A', 'd*A', 'the propensity is `d*A*A`', 'parameter d = 1\nA => 0, d*A'],
  ['species X = 1\nat 25: X = 2', '25', 'never becomes true', 'species X = 1\nat t >= 25: X = 2'],
  ['species X = 1\nat sin(t) > 0: X = 2', 'sin(t) > 0', 'only be compared with what never changes'],
  ['species X = 1\nat t == 3: X = 2', 't == 3', 'only be compared with what never changes'],
  ['species X = 1\nat t > X: X = 2', 't > X', 'only be compared with what never changes'],
  ['species X = 1\nat: X = 2', ':', 'Expected a condition', 'species X = 1\nat t >= 25: X = 2'],
  ['species X = 1\nat t >= 3', '', '`:` and what is assigned'],
  ['species X = 1\nat t >= 3: X', '', 'Expected `=` and a count'],
  ['species X = 1\nat X > 3: X = 2, X = 3', 'X', 'assigned twice'],
  ['species Xa = 1\nat Xa > 3: Xb = 2', 'Xb', 'did you mean `Xa`?', 'species Xa = 1\nat Xa > 3: Xa = 2'],
  ['species X = 1\nparameter k = 1\nat X > 3: k = 2', 'k', 'is a parameter, since line 2'],
  ['species step = 1', 'step', 'is a keyword'],
  ['2 A -> 0, A', 'A', 'is `A*(A*(A - 1)/2)`', '2 A => 0, A'],
  ['A <-> B, 3*A, B/2', '3*A', 'Mass action multiplies', 'A <=> B, 3*A, B/2'],
  ['A -> 0, mm(A, 1, 2)', 'mm(A, 1, 2)', 'Mass action multiplies', 'A => 0, mm(A, 1, 2)'],
  ['A -> A, 1', 'A -> A, 1', 'changes no count', undefined],
  ['species A = 1, A = 2\nA -> 0, 1', 'A', 'already a species, since line 1', 'species A = 1\nA -> 0, 1'],
  ['species A\nparameter A = 2', 'A', 'already a species, since line 1', 'species A\n'],
  ['parameter k = 1, k = 2, j = 3\n0 -> A, k', 'k', 'already a parameter', 'parameter k = 1, j = 3\n0 -> A, k'],
  ['x: A -> 0, 1\nx: A -> 0, 2', 'x', 'already called `x`, on line 1', 'x: A -> 0, 1\nx_2: A -> 0, 2'],
  ['parameter k = 5 in [0, 1]\nA -> 0, k', '5', 'outside its range, 0 to 1', 'parameter k = 5 in [0, 5]\nA -> 0, k'],
  ['parameter k = 5 in [9, 10]\nA -> 0, k', '5', 'outside its range', 'parameter k = 5 in [5, 10]\nA -> 0, k'],
  [
    'parameter k = 2 in [3, 1]\nA -> 0, k',
    '3, 1',
    'from the least to the greatest',
    'parameter k = 2 in [1, 3]\nA -> 0, k',
  ],
  ['parameter k = 1 in [0, 2] log\nA -> 0, k', '0', 'begins above 0', 'parameter k = 1 in [0.002, 2] log\nA -> 0, k'],
  ['parameter k = 1 in [0, 2] step 3\nA -> 0, k', '3', 'fits in the range'],
  ['parameter k = 1 log\nA -> 0, k', 'log', 'give its range first', 'parameter k = 1 in [0, 10] log\nA -> 0, k'],
  ['parameter k = 1 in [0, 2\nA -> 0, k', '', 'Expected `]`', 'parameter k = 1 in [0, 2]\nA -> 0, k'],
  ['parameter k = 1 [0, 2]\nA -> 0, k', '[', '`in [min, max]`', 'parameter k = 1 in [0, 2]\nA -> 0, k'],
  ['species A = 1.6', '1.6', 'whole number', 'species A = 2'],
  ['species A = -3', '-3', 'cannot be negative', 'species A = 0'],
  ['species A = 3e9', '3e9', 'The largest count is 2,147,483,647', 'species A = 2147483647'],
  ['species A =', '', 'initial count', 'species A = 0'],
  ['species A = 1 B = 2', 'B', 'Expected `,`', 'species A = 1, B = 2'],
  ['A -> B, 1e999', '1e999', 'too large'],
  ['A -> B, 1e-999', '1e-999', 'too small', 'A -> B, 0'],
  ['A -> B, -1', '-1', 'this rate is negative, -1'],
  ['parameter k = -2\nA -> B, k', 'k', 'this rate is negative, -2'],
  ['A -> B, 1/B', '1/B', 'this rate is infinite'],
  ['A -> B, B/B', 'B/B', 'this rate is not a number'],
  ['A -> B, (1 + 2', '', 'Expected `)`', 'A -> B, (1 + 2)'],
  ['A -> B, 1 + 2)', ')', 'Expected the end of the statement, found `)`'],
  ['A -> B, 2 t', 't', 'a product is written with `*`', 'A -> B, 2* t'],
  ['A -> B, 2(t)', '(', 'a product is written with `*`', 'A -> B, 2*(t)'],
  ['A -> B, 2**t', '**', '`**` is written `^`', 'A -> B, 2^t'],
  ['A -> B, 2×t', '×', '`×` is written `*`', 'A -> B, 2*t'],
  ['A → B, 1', '→', '`→` is written `->`', 'A -> B, 1'],
  ['A --> B, 1', '-->', '`-->` is written `->`', 'A -> B, 1'],
  ['A -> B, 1 < t < 2', '<', 'do not chain'],
  ['A <- B, 1', '<-', 'from left to right'],
  ['k, A -> B', ',', 'its rate comes last'],
  ['-> B, 1', '->', 'Expected a species', '0 -> B, 1'],
  ['A ->, 1', ',', 'Expected a species', 'A -> 0, 1'],
  ['2*A -> 0, 1', '*', 'directly before its species', '2 A -> 0, 1'],
  ['0.5 A -> 0, 1', '0.5', 'a whole number of times'],
  ['2e3 -> 0, 1', '2e3', '`2e3` is a number', '2 e3 -> 0, 1'],
  ['parameter k = 1\nk -> 0, 1', 'k', '`k` is a parameter, since line 1, not a species'],
  ['t -> 0, 1', 't', '`t` is time'],
  ['parameter exp = 1\nA -> 0, 1', 'exp', '`exp` is a function and cannot be defined'],
  ['let pi = 1\nA -> 0, 1', 'pi', 'is the number π'],
  ['in -> 0, 1', 'in', '`in` is a keyword'],
  ['species time', 'time', 'is reserved'],
  ['let a = b; let b = 1\nA -> 0, a', 'b', 'is defined below, on line 1'],
  ['let a = a + 1\nA -> 0, a', 'a', 'reads itself'],
  ['observable o = A\nlet b = o\nA -> 0, b', 'o', 'is an observable'],
  [
    'species Protein, Dimer\n2 Protien -> Dimer, 1',
    'Protien',
    'did you mean `Protein`?',
    'species Protein, Dimer\n2 Protein -> Dimer, 1',
  ],
  ['', '', 'no species yet'],
  ['hello world', 'hello', 'does not begin a statement'],
  ['A + B', '', 'an arrow such as `->`'],
  ['A -> B, "x"', '"', 'Expected a number, a name or `(`, found `"`'],
  ['A -> B, k😀', '😀', 'Expected the end of the statement, found `😀`'],
]

describe('diagnostics', () => {
  it.each(slips)('%j is told at %j', (text, place, sentence, fixed) => {
    const { diagnostics, network } = parse(text)
    const told = diagnostics.find((one) => one.message.includes(sentence))
    expect(told, JSON.stringify(diagnostics.map((one) => one.message))).toBeDefined()
    expect(text.slice(told!.offset, told!.offset + told!.length)).toBe(place)
    const before = text.slice(0, told!.offset).split('\n')
    expect([told!.line, told!.column]).toEqual([before.length, before.at(-1)!.length + 1])
    expect(told!.message).toMatch(/[.?]$/)
    expect(network === null).toBe(diagnostics.some((one) => one.severity === 'error'))
    if (fixed !== undefined) expect(apply(text, told!.fixes[0])).toBe(fixed)
  })

  it.each(slips.filter(([, , , fixed]) => fixed !== undefined))('%j is right after its fix', (text, _, sentence) => {
    const { diagnostics } = parse(text)
    const told = diagnostics.find((one) => one.message.includes(sentence))!
    const left = parse(apply(text, told.fixes[0])).diagnostics.map((one) => one.message)
    expect(left).not.toContain(told.message)
    expect(left.length).toBeLessThan(diagnostics.length)
  })

  it('offers a fix that can be applied wherever it offers one', () => {
    for (const [text] of slips) {
      for (const { fixes } of parse(text).diagnostics) {
        for (const fix of fixes) {
          expect(fix.offset).toBeGreaterThanOrEqual(0)
          expect(fix.offset + fix.length).toBeLessThanOrEqual(text.length)
          expect(apply(text, fix)).not.toBe(text)
        }
      }
    }
  })

  it('tells several slips of one text, in text order', () => {
    const text = 'species A = 1.5, B = -2\nA -> B\nB -> A, kk\nparameter k = 1 in [2, 1]\nlet x = (1\nA -> 0, x'
    expect(parse(text).diagnostics.map(({ line, column }) => [line, column])).toEqual([
      [1, 13],
      [1, 22],
      [2, 3],
      [3, 9],
      [4, 21],
      [5, 11],
    ])
  })

  it('reads a bad bracketed list past its commas', () => {
    const text = 'parameter k = 2*3 in [0, 1], j = 4\nA -> 0, j + k'
    expect(parse(text).diagnostics.map((one) => one.column)).toEqual([16])
  })

  it('does not offer `=>` where it would change the other direction', () => {
    expect(parse('A <-> B, 3*A, 2').diagnostics.map((one) => one.fixes)).toEqual([[]])
  })

  it('tells an undefined name once', () => {
    expect(parse('A -> B, q\nB -> A, q\n0 -> A, q*q').diagnostics).toHaveLength(1)
  })

  it('counts lines by any line end, and columns in UTF-16 units', () => {
    const told = parse('A -> 0, 1\r\n# 😀\rB -> 0, 1; /*😀*/ C -> 0, q\n').diagnostics[0]
    expect([told.line, told.column]).toEqual([3, 12])
  })
})

describe('nearest', () => {
  it('measures edits with swaps of neighbours', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('protien', 'protein')).toBe(1)
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('abcdef', 'uvwxyz', 2)).toBe(Number.POSITIVE_INFINITY)
  })

  it('gives the nearest first and nothing that is merely as short', () => {
    expect(nearest('kdeg', ['kon', 'kdegr', 'Kdeg', 'x'])).toEqual(['Kdeg', 'kdegr'])
    expect(nearest('a', ['b', 'c'])).toEqual([])
  })
})
