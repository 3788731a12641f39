import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from './arbitrary'
import { evaluators } from './evaluate'
import { parse } from './parse'
import { exprTex, nameTex, propensityTex, propensityText, reactionTex } from './propensity'

const parameters = 'parameter a = 1, k = 2, K = 3, n = 4, k_on = 5, alpha = 6, k2 = 7\nspecies U, V, A, B\n'
const tex = (reaction: string) => propensityTex(parse(parameters + reaction).network!, 0)
const text = (reaction: string) => propensityText(parse(parameters + reaction).network!, 0)

describe('propensities', () => {
  it.each([
    ['0 -> U, a / (1 + (V/K)^n)', '\\frac{a}{1+\\left(\\frac{V}{K}\\right)^{n}}'],
    ['A + 2 B -> 0, k', 'k\\,A\\,\\frac{B(B-1)}{2}'],
    ['3 A -> 0, k', 'k\\,\\frac{A(A-1)(A-2)}{6}'],
    ['4 A -> 0, k', 'k\\,\\binom{A}{4}'],
    ['A -> 0, 1', 'A'],
    ['A -> 0, a + k', '\\left(a+k\\right)\\,A'],
    ['A => 0, k*A', 'k\\,A'],
    ['A -> 0, k_on*alpha/k2', '\\frac{k_{\\mathrm{on}}\\,\\alpha}{k_{2}}\\,A'],
    ['0 -> A, 2*3*a', '2\\cdot 3\\,a'],
    ['0 -> A, 1e-5*a', '10^{-5}\\,a'],
    ['0 -> A, 2.5e10', '2.5\\cdot 10^{10}'],
    ['0 -> A, 0.001 + 1200', '0.001+1200'],
    ['0 -> A, (1e6)^2', '\\left(10^{6}\\right)^{2}'],
    ['0 -> A, a - (k - n)', 'a-\\left(k-n\\right)'],
    ['0 -> A, a*-k', 'a\\,\\left(-k\\right)'],
    ['0 -> A, exp(-t)*sqrt(A)', 'e^{-t}\\,\\sqrt{A}'],
    ['0 -> A, log(A)^2 + abs(A)', '\\left(\\ln\\left(A\\right)\\right)^{2}+\\left|A\\right|'],
    ['0 -> A, hill(A, K, n)', '\\frac{A^{n}}{K^{n}+A^{n}}'],
    ['0 -> A, hillr(A, K, n)', '\\frac{K^{n}}{K^{n}+A^{n}}'],
    ['0 -> A, mm(A, a, K)', '\\frac{a\\,A}{K+A}'],
    ['0 -> A, mm(A + B, a, K)', '\\mathrm{mm}\\left(A+B,\\,a,\\,K\\right)'],
    ['0 -> A, A > 5 ? k : 0', '\\begin{cases}k&A>5\\\\0&\\text{otherwise}\\end{cases}'],
    ['0 -> A, (A <= 5)*k + pi', '\\left(A\\le 5\\right)\\,k+\\pi '],
  ])('%s is typeset as %s', (reaction, expected) => {
    expect(tex(reaction)).toBe(expected)
  })

  it.each([
    ['A + 2 B -> 0, k', 'k*A*(B*(B - 1)/2)'],
    ['A -> 0, 1', 'A'],
    ['A -> 0, a + k', '(a + k)*A'],
    ['A => 0, k*A', 'k*A'],
  ])('%s is written as %s', (reaction, expected) => {
    expect(text(reaction)).toBe(expected)
  })

  it('typesets the reaction', () => {
    expect(reactionTex(parse('E_1 + 2 S -> 0, 1').network!, 0)).toBe('E_{1}+2\\,S\\rightarrow \\varnothing')
  })

  it.each([
    ['x', 'x'],
    ['kOn', '\\mathrm{kOn}'],
    ['beta', '\\beta'],
    ['Gamma_max', '\\Gamma_{\\mathrm{max}}'],
    ['alpha1', '\\alpha_{1}'],
    ['mRNA1_x', '\\mathrm{mRNA1}_{x}'],
    ['a_b_c', 'a_{\\mathrm{b\\_c}}'],
    ['_x', '\\mathrm{\\_x}'],
    ['a_', '\\mathrm{a\\_}'],
    ['a__b', 'a_{\\mathrm{\\_b}}'],
    ['_', '\\mathrm{\\_}'],
  ])('typesets the name %s as %s', (name, expected) => {
    expect(nameTex(name)).toBe(expected)
  })

  it('are written as text that means the same', () => {
    fc.assert(
      fc.property(arbitraryNetwork, fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }), (network, x) => {
        // A copy whose rates are the printed propensities, explicitly and without change of any count, so unguarded.
        const values = network.parameters.map((one) => one.value)
        const declarations = [
          `species ${network.species.map((one) => one.name).join(', ')}`,
          ...network.parameters.map((one) => `parameter ${one.name} = ${one.value}`),
        ].join('\n')
        if (network.lets.length > 0) return
        const copy = network.reactions.map((_, r) => `0 => 0, ${propensityText(network, r)}`).join('\n')
        const read = parse(`${declarations}\n${copy}`).network!
        const [a, b] = [evaluators(network, values), evaluators(read, values)]
        network.reactions.forEach((reaction, r) => {
          const [one, other] = [a.propensities[r](x, 1), b.propensities[r](x, 1)]
          if (reaction.law === 'explicit') expect(b.rates[r](x, 1)).toBe(a.rates[r](x, 1))
          // −0 and the order of the divisions may differ.
          else if (Number.isFinite(one) && one !== 0) expect(Math.abs(other / one - 1)).toBeLessThan(1e-14)
        })
      }),
      { seed: 8, numRuns: 500 },
    )
  })

  it('are typeset with balanced braces and brackets, and do not repeat nested arguments', () => {
    fc.assert(
      fc.property(arbitraryNetwork, (network) => {
        network.reactions.forEach((_, r) => {
          const typeset = propensityTex(network, r) + reactionTex(network, r)
          expect(typeset.split('{').length).toBe(typeset.split('}').length)
          expect(typeset.split('\\left').length).toBe(
            typeset.split('\\right').length - typeset.split('\\rightarrow').length + 1,
          )
        })
      }),
      { seed: 9, numRuns: 500 },
    )
    const nested = `0 -> A, ${'hill('.repeat(100)}A${', 1, 2)'.repeat(100)}`
    const network = parse(nested).network!
    expect(exprTex(network, network.reactions[0].rate).length).toBeLessThan(10_000)
  })
})
