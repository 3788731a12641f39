import { describe, expect, it } from 'vitest'
import { type Parse, parse } from './parse'
import { print } from './print'

const texts = 100_000
const limitMs = 100

const valid = [
  `species U = 0, V = 0
parameter a = 40 in [1, 100]          # a range makes a slider
parameter K = 12 in [1, 100] log      # a logarithmic one
birth_U: 0 -> U, a / (1 + (V/K)^2)
U -> 0, 1; V -> 0, 1
observable total = U + V
`,
  'param kf=1,kr=.5 in [0,2] step 0.1\nlet x=kf*sin(2*pi*t/24)\nE + S <-> ES, kf, kr\nES -> E + P, x>0 ? x : 0',
  'species S = 3 fixed, X\nS -> X, 2\nat t >= 3: X = 50, S = 0\nat (X > 20)*(t < 9): X = X/2 + t',
  'A + 2B => C, hill(A,10,2)*min(B,3)\n∅ <=> 3 D, exp(-t), mm(D, 1e-3, 4)',
]

const fragments = [
  ...'()[]{}+-*/^<>=!?:;,.#_"\'\\`~@$%&|0123456789tAxe \t\n\r',
  ...[
    '->',
    '<->',
    '=>',
    '<=>',
    '--',
    '\r\n',
    '1e999',
    '1e-999',
    '1e9',
    '99999999999',
    '0x10',
    '∅',
    '−',
    '→',
    'π',
    '😀',
  ],
  ...['\ud83d', '\u0000', '\ufeff', '\u2028', '\u202e', 'é', 'Ω', '__proto__', 'constructor', 'toString', 'time', 'pi'],
  ...[
    'species ',
    'parameter ',
    'param ',
    'let ',
    'observable ',
    'at ',
    ' fixed',
    ' in [',
    ' step ',
    ' log',
    'exp(',
    'hill(',
    'min(',
    'log(',
  ],
  ...['A -> B, ', 'A + B', ' = ', '2 A', 'x: ', 'k'],
]

/** Small fast generator of the test's own (mulberry32): the texts are the same on every machine. */
function generator(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let z = Math.imul(state ^ (state >>> 15), 1 | state)
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
    return ((z ^ (z >>> 14)) >>> 0) % n
  }
}

function hostileText(pick: (n: number) => number): string {
  const fragment = () => fragments[pick(fragments.length)]
  const some = (most: number) => Array.from({ length: 1 + pick(most) }, fragment).join('')
  switch (pick(10)) {
    case 0:
      return some(60)
    case 1: // one thing very often
      return valid[pick(valid.length)] + fragment().repeat(1 + pick(300))
    case 2: // deep nesting in a rate
      return `0 -> A, ${['(', '-', 'exp(', '1^', 't?1:', 'min(1,', '[', '1+'][pick(8)].repeat(pick(400))}${some(5)}`
    case 3: // anything at all
      return Array.from({ length: pick(80) }, () => String.fromCharCode(pick(pick(2) ? 128 : 65536))).join('')
    case 4:
    case 5: {
      // one slip of the finger
      const text = valid[pick(valid.length)]
      const at = pick(text.length)
      return text.slice(0, at) + 'abctAEK0123456789 .,\n'[pick(21)] + text.slice(at + pick(2))
    }
    default: {
      let text = valid[pick(valid.length)]
      for (let edits = 1 + pick(3); edits > 0; edits--) {
        const at = pick(text.length + 1)
        const cut = pick(3) ? pick(4) : pick(40)
        const piece = pick(3) ? fragment() : text.slice(pick(text.length + 1)).slice(0, pick(60))
        text = text.slice(0, at) + piece + text.slice(at + cut)
      }
      return text
    }
  }
}

/** CPU time of one parse in ms: the least of up to four, so that neither a collection of garbage nor other work counts. */
function cost(text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 4 && least > limitMs; i++) {
    const start = process.cpuUsage()
    parse(text)
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** The promises of every parse. */
function check(text: string, { network, diagnostics }: Parse): void {
  const fail = (why: string) => expect.fail(`${why}: ${JSON.stringify(text)}`)
  if ((network === null) !== diagnostics.some((one) => one.severity === 'error')) fail('network beside an error')
  for (const { offset, length, line, column, message, fixes } of diagnostics) {
    if (!(offset >= 0 && length >= 0 && offset + length <= text.length)) fail(`place of "${message}"`)
    if (!(line >= 1 && column >= 1)) fail(`line of "${message}"`)
    if (message.length > 400) fail(`length of "${message}"`)
    for (const fix of fixes)
      if (!(fix.offset >= 0 && fix.offset + fix.length <= text.length)) fail(`fix of "${message}"`)
  }
}

describe('hostile texts', () => {
  it(`never throw and never take ${limitMs} ms: ${texts} of them, random and mutated`, () => {
    for (const text of valid) expect(parse(text).network).not.toBeNull()
    const pick = generator(20_261_120)
    let readable = 0
    for (let i = 0; i < texts; i++) {
      const text = hostileText(pick)
      const start = performance.now()
      const result = parse(text)
      const tookMs = performance.now() - start
      if (tookMs > limitMs && cost(text) > limitMs) expect.fail(`${tookMs} ms: ${JSON.stringify(text)}`)
      check(text, result)
      if (result.network) {
        readable++
        // What a mutation left readable is printed and read again: every 16th, for time.
        if (i % 16 === 0) expect(parse(print(result.network)).network, text).not.toBeNull()
      }
    }
    // Both outcomes are exercised.
    expect(readable).toBeGreaterThan(texts / 20)
    expect(readable).toBeLessThan(texts / 2)
  }, 120_000)

  it.each([
    ['parentheses', '('.repeat(20_000)],
    ['closed parentheses', `A -> B, ${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['a sum', `A -> B, ${'1+'.repeat(8000)}1`],
    ['signs', `A -> B, ${'-'.repeat(20_000)}1`],
    ['a name', 'x'.repeat(500_000)],
    ['digits', `A -> B, ${'1'.repeat(300_000)}`],
    ['undefined names', Array.from({ length: 1500 }, (_, i) => `0 -> A, undefinedName${i}`).join('\n')],
    [
      'misspelt names',
      `${Array.from({ length: 1500 }, (_, i) => `parameter kinetic${i} = 1`).join('\n')}\n${Array.from({ length: 90 }, (_, i) => `0 -> A, kinetik${i}`).join('\n')}`,
    ],
    ['commas', `species ${'A,'.repeat(8000)}`],
    ['two names a line', 'x y\n'.repeat(8000)],
    ['semicolons', ';'.repeat(50_000)],
    ['terms', `${'A+'.repeat(10_000)}A -> 0, 1`],
    ['zero bytes', '\u0000'.repeat(30_000)],
    ['logarithms', 'log '.repeat(20_000)],
    ['blanks after log', `log${' '.repeat(300_000)}`],
    ['line ends', '\r\n'.repeat(30_000)],
    ['comments', '#x\n'.repeat(20_000)],
    ['saturations in each other', `0 -> A, ${'hill('.repeat(100)}A${',1,2)'.repeat(100)}`],
    ['lets that double', Array.from({ length: 400 }, (_, i) => `let x${i + 1} = x${i} + x${i}`).join('\n')],
  ])('takes less than the limit for long %s', (_, text) => {
    check(text, parse(text))
    expect(cost(text)).toBeLessThan(limitMs)
  })
})
