import { describe, expect, it } from 'vitest'
import { evaluators } from './evaluate'
import * as limits from './limits'
import { parse } from './parse'
import { print } from './print'
import { exprTex, exprText } from './propensity'
import { exprReads } from './structure'

const messages = (text: string) => parse(text).diagnostics.map((one) => one.message)
const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

describe('limits', () => {
  it('holds the length of a text', () => {
    const full = `A -> 0, 1 #${'x'.repeat(limits.maxTextLength - 11)}`
    expect(messages(full)).toEqual([])
    expect(messages(`${full}x`)).toEqual(['This text has 10,000,001 characters; at most 10,000,000 are read.'])
  })

  it('holds the length of a name', () => {
    const name = 'n'.repeat(limits.maxNameLength)
    expect(messages(`${name} -> 0, 1`)).toEqual([])
    expect(messages(`${name}n -> 0, 1`)).toContain('This name has 101 characters; names have at most 100.')
  })

  it('holds the number of species', () => {
    const text = lines(limits.maxSpecies, (i) => `species S${i}`)
    expect(messages(text)).toEqual([])
    expect(messages(`${text}; A -> 0, 1`)).toEqual(['This text has 100,001 species; at most 100,000 are read.'])
  })

  it('holds the number of parameters', () => {
    const text = `A -> 0, 1\n${lines(limits.maxParameters, (i) => `parameter k${i}=1`)}`
    expect(messages(text)).toEqual([])
    expect(messages(`${text},k=1`)).toEqual(['This text has 100,001 parameters; at most 100,000 are read.'])
  })

  it('holds the number of reactions, a reversible one counting twice', () => {
    const text = lines(limits.maxReactions / 2, () => 'A<->B,1,1')
    expect(messages(text)).toEqual([])
    expect(messages(`${text}\nA->B,1`)).toEqual(['This text has 200,001 reactions; at most 200,000 are read.'])
  })

  it('holds the number of definitions', () => {
    const half = limits.maxDefinitions / 2
    const text = `A->0,1\n${lines(half, (i) => `let a${i}=t; observable b${i}=A`)}`
    expect(messages(text)).toEqual([])
    expect(messages(`${text};let c=1`)[0]).toBe(
      'This text has 10,001 named expressions and observables; at most 10,000 are read.',
    )
  })

  it('holds the number of events', () => {
    const text = `species A\n${lines(limits.maxEvents, (i) => `at t > ${i + 1}: A = 1`)}`
    expect(messages(text)).toEqual([])
    expect(messages(`${text}; at A > 2: A = 1`)).toEqual(['This text has 1,001 events; at most 1,000 are read.'])
  })

  it('holds the depth of a condition, and of what is assigned', () => {
    const sum = `A${'+A'.repeat(limits.maxDepth - 1)}`
    expect(messages(`species A; at A > 2: A = ${sum}`)).toEqual([])
    const tooDeep = `let s = ${sum}; species A; at s > 2: A = s + 1`
    expect(messages(tooDeep)).toEqual([
      'This condition is more than 1000 levels deep, through what it reads.',
      'This value is more than 1000 levels deep, through what it reads.',
    ])
  })

  it('holds the terms of a side and their coefficients', () => {
    const side = Array.from({ length: limits.maxTerms }, (_, i) => `S${i}`).join('+')
    expect(messages(`${side} -> 0, 1`)).toEqual([])
    expect(messages(`${side}+X -> 0, 1`)).toContain('A side of a reaction has at most 100 species.')
    expect(messages(`0 -> ${limits.maxCoefficient}A, 1`)).toEqual([])
    expect(messages(`0 -> ${limits.maxCoefficient}A + A, 1`)).toContain(
      'A side of a reaction has at most 10,000 of a species, not 10001.',
    )
  })

  it('holds the order of a mass-action reaction, not of an explicit one', () => {
    expect(messages(`${limits.maxOrder} A -> 0, 1`)).toEqual([])
    const [told] = parse(`${limits.maxOrder + 1} A -> 0, 1`).diagnostics
    expect(told.message).toContain('at most 20 molecules of a species react at once, not 21')
    expect(told.fixes[0].insert).toBe('=>')
    expect(messages(`${limits.maxOrder + 1} A => 0, 1`)).toEqual([])
  })

  it('holds initial counts', () => {
    expect(parse(`species A = ${limits.maxCount}`).network!.species[0].initial).toBe(2 ** 31 - 1)
    expect(parse('species A = 1e9').network!.species[0].initial).toBe(1e9)
    expect(messages(`species A = ${limits.maxCount + 1}`)).toHaveLength(1)
  })

  it.each([
    ['parentheses', (n: number) => `${'('.repeat(n)}1${')'.repeat(n)}`],
    ['signs', (n: number) => `${'-'.repeat(n)}1`],
    ['powers', (n: number) => `1${'^1'.repeat(n)}`],
    ['calls', (n: number) => `${'abs('.repeat(n)}1${')'.repeat(n)}`],
    ['conditionals', (n: number) => `${'t ? 1 : '.repeat(n)}1`],
  ])('holds the nesting of %s', (_, nested) => {
    expect(parse(`0 -> A, ${nested(limits.maxNesting - 1)}`).network).not.toBeNull()
    for (const n of [limits.maxNesting, 1e5]) {
      expect(messages(`0 -> A, ${nested(n)}`)).toContain('This is nested more than 150 levels deep.')
    }
  })

  it('holds the depth of an expression', () => {
    const sum = (n: number) => `0 -> A, ${'1 + '.repeat(n - 1)}1`
    expect(parse(sum(limits.maxDepth)).network).not.toBeNull()
    expect(messages(sum(limits.maxDepth + 1))[0]).toContain('more than 1000 levels deep')
    expect(messages(`0 -> A, min(${'1,'.repeat(limits.maxDepth)}1)`)[0]).toContain('more than 1000 levels deep')
  })

  it('holds the depth through named expressions, and what is allowed can be walked', () => {
    const chain = (n: number) => `0 -> A, x${n - 1}\nlet x0 = 1\n${lines(n - 1, (i) => `let x${i + 1} = x${i} + 1`)}`
    // Each link is two nodes high: the name that is read, and the sum that reads it.
    const longest = limits.maxDepth / 2
    const { network } = parse(chain(longest))
    expect(evaluators(network!, []).propensities[0]([0], 0)).toBe(longest)
    expect(exprReads(network!, network!.reactions[0].rate)).toEqual({ species: [], time: false })
    expect(messages(chain(longest + 1)).join()).toContain('levels deep, through what it reads')
  })

  it('leaves the stack alone in the deepest expression that is read', () => {
    const deep = parse(`0 -> A, ${'1 + '.repeat(limits.maxDepth - 1)}1`).network!
    expect(evaluators(deep, []).propensities[0]([0], 0)).toBe(limits.maxDepth)
    expect(parse(print(deep)).network).toStrictEqual({
      ...deep,
      reactions: deep.reactions.map((one) => ({ ...one, line: 3 })),
    })
    expect(exprTex(deep, deep.reactions[0].rate)).toHaveLength(2 * limits.maxDepth - 1)
    expect(exprText(deep, deep.reactions[0].rate)).toHaveLength(4 * limits.maxDepth - 3)
    expect(structuredClone(deep)).toStrictEqual(deep)
    expect(JSON.parse(JSON.stringify(deep))).toEqual(deep)
  })

  it('tells at most so many errors and warnings, and how many there are beside them', () => {
    const { diagnostics } = parse(lines(limits.maxDiagnostics + 5, () => 'A -> A, 1; A'))
    const count = (severity: string) => diagnostics.filter((one) => one.severity === severity).length
    expect(count('error')).toBe(limits.maxDiagnostics + 1)
    expect(diagnostics.at(-1)!.message).toBe('There are 5 more errors, not listed.')
    expect(parse(lines(limits.maxDiagnostics + 2, () => 'A -> A, 1')).diagnostics.at(-1)!.message).toBe(
      'There are 2 more warnings, not listed.',
    )
    expect(parse(`${lines(200, () => 'A -> A, 1')}\nA -> 0, q`).network).toBeNull()
  })

  it('looks for misspelt names among so many', () => {
    const text = (n: number) =>
      `${lines(n, (i) => `parameter k${'x'.repeat(i % 50)}${i} = 1`)}\nparameter target = 1\n0 -> A, tarjet`
    expect(parse(text(limits.maxCandidates - 1)).diagnostics[0].message).toContain('did you mean `target`?')
    expect(parse(text(limits.maxCandidates)).diagnostics[0].message).toContain('make it a parameter?')
  })
})
