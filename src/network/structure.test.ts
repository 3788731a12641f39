import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from './arbitrary'
import { maxLawCoefficients } from './conservation'
import { evaluators } from './evaluate'
import type { Network } from './network'
import { parse } from './parse'
import { conservationLaws, dependents, exprReads, netMatrix, reads, readsTime } from './structure'

const read = (text: string): Network => parse(text).network!

/** `E + ES` */
const laws = (network: Network): string[] =>
  conservationLaws(network).map((law) =>
    law.coefficients
      .flatMap((c, s) => (c === 0 ? [] : [`${c === 1 ? '' : `${c} `}${network.species[s].name}`]))
      .join(' + '),
  )

describe('net changes', () => {
  it('stand in reaction-major order', () => {
    expect([...netMatrix(read('2 A + B -> B + C, 1\nC -> 0, 1\nA -> A, 1'))]).toEqual([-2, 0, 1, 0, 0, -1, 0, 0, 0])
  })
})

describe('reads', () => {
  it('finds species through lets, reactants, guards and time', () => {
    const network = read(
      'species A, B, C, D\nlet x = B*t; let y = x + D\nA -> 0, 1\n0 -> A, y\nA + B => A, C\nA => 2 A, 1\nA -> 0, 0*C',
    )
    expect(network.reactions.map((_, r) => reads(network, r))).toEqual([
      { species: [0], time: false },
      { species: [1, 3], time: true },
      { species: [1, 2], time: false },
      { species: [], time: false },
      { species: [0, 2], time: false },
    ])
    expect(readsTime(network)).toBe(true)
    expect(readsTime(read('let unused = t; A -> 0, 1'))).toBe(false)
    expect(exprReads(network, network.lets[0].expr)).toEqual({ species: [1], time: true })
  })

  it('visits a shared let once', () => {
    const chain = Array.from({ length: 400 }, (_, i) => `let x${i + 1} = x${i} + x${i}`).join('\n')
    expect(reads(read(`let x0 = A\n${chain}\n0 -> A, x400`), 0)).toEqual({ species: [0], time: false })
  })
})

describe('dependents', () => {
  it('are the reactions that read what has changed', () => {
    const network = read('A -> B, 1\nB -> A, 1\nA + C -> C, 1\n0 -> C, 1\nC -> C, 1')
    expect(dependents(network).map((list) => [...list])).toEqual([[0, 1, 2], [0, 1, 2], [0, 2], [2, 4], []])
  })

  it('miss no propensity that changes', () => {
    fc.assert(
      fc.property(arbitraryNetwork, fc.array(fc.nat(30), { minLength: 4, maxLength: 4 }), (network, x) => {
        const { propensities } = evaluators(
          network,
          network.parameters.map((one) => one.value),
        )
        const lists = dependents(network)
        network.reactions.forEach(({ net }, r) => {
          const after = x.slice(0, network.species.length)
          for (const { species, count } of net) after[species] += count
          propensities.forEach((rule, i) => {
            if (!Object.is(rule(x, 1), rule(after, 1))) expect([...lists[r]]).toContain(i)
          })
        })
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it('are ascending and without repetition', () => {
    const many = Array.from({ length: 30 }, (_, i) => `A + B -> C, ${i}`).join('\n')
    expect([...dependents(read(many))[7]]).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })
})

describe('conservation laws', () => {
  it('are found in known networks, non-negative and small', () => {
    expect(laws(read('E + S <-> ES, 1, 1\nES -> E + P, 1'))).toEqual(['E + ES', 'S + ES + P'])
    expect(laws(read('2 X <-> Y, 1, 1'))).toEqual(['X + 2 Y'])
    expect(laws(read('off <-> on, 1, 1\non -> on + M, 1\nM -> 0, 1'))).toEqual(['off + on'])
    expect(laws(read('0 -> A, 1\nA -> B, 1'))).toEqual([])
    expect(laws(read('species A, B'))).toEqual(['A', 'B'])
    expect(laws(read('3 A <-> 2 B, 1, 1\nB + C <-> D, 1, 1'))).toEqual(['C + D', '2 A + 3 B + 3 D'])
  })

  it('may be signed where no others exist', () => {
    const [law] = conservationLaws(read('A + B -> 0, 1\n0 -> A + B, 1'))
    expect(law.nonNegative).toBe(false)
    expect(law.coefficients.map(Math.abs)).toEqual([1, 1])
    expect(law.coefficients[0]).toBe(-law.coefficients[1])
  })

  it('are as many as they can be, independent, and conserved by every reaction', () => {
    fc.assert(
      fc.property(smallNetwork, (network) => {
        const found = conservationLaws(network)
        const rows = network.reactions.map(({ net }) => {
          const row = network.species.map(() => 0)
          for (const { species, count } of net) row[species] = count
          return row
        })
        for (const { coefficients, nonNegative } of found) {
          for (const row of rows) expect(row.reduce((sum, count, s) => sum + count * coefficients[s], 0)).toBe(0)
          expect(nonNegative).toBe(coefficients.every((c) => c >= 0))
        }
        expect(found).toHaveLength(network.species.length - rank(rows))
        expect(rank(found.map((law) => [...law.coefficients]))).toBe(found.length)
      }),
      { seed: 5, numRuns: 500 },
    )
  })

  it('are all non-negative where every complex conserves its atoms', () => {
    // Species made of two kinds of atoms: each reaction only rearranges them, so both atoms are conserved.
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 6 }), (swaps) => {
        const lines = swaps.map(([i, j]) => `X${i} + Y${j} <-> Z${i}_${j}, 1, 1`)
        expect(conservationLaws(read(lines.join('\n'))).every((law) => law.nonNegative)).toBe(true)
      }),
      { seed: 6, numRuns: 200 },
    )
  })

  it('stay as many where too many non-negative ones would have to be tried', () => {
    // One reaction among 80 species: A_i + B_j are conserved, 1600 of them, 79 independent.
    const side = (letter: string) => Array.from({ length: 40 }, (_, i) => `${letter}${i}`).join(' + ')
    const found = conservationLaws(read(`${side('A')} -> ${side('B')}, 1`))
    expect(found).toHaveLength(79)
    expect(found.some((law) => !law.nonNegative)).toBe(true)
  })

  it('are not returned beyond a number of coefficients', () => {
    const species = Array.from({ length: 2001 }, (_, i) => `S${i}`)
    expect(conservationLaws(read(`species ${species.join(', ')}`))).toHaveLength(
      Math.floor(maxLawCoefficients / species.length),
    )
  })

  it('are found among thousands of reactions', () => {
    const many = Array.from(
      { length: 500 },
      (_, i) =>
        `E + S${i} <-> ES${i}, 1, 1; ES${i} -> E + P${i}, 1; F + P${i} <-> FP${i}, 1, 1; FP${i} -> F + S${i}, 1`,
    )
    const found = conservationLaws(read(many.join('\n')))
    expect(found).toHaveLength(502)
    expect(found.every((law) => law.nonNegative)).toBe(true)
  })
})

/** Reactions among five species with small coefficients. */
const smallNetwork = fc
  .array(fc.tuple(complex(), complex()), { minLength: 1, maxLength: 6 })
  .map((sides) => read(`species A, B, C, D, E\n${sides.map(([from, to]) => `${from} -> ${to}, 1`).join('\n')}`))

function complex() {
  return fc
    .uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => fc.integer({ min: 1, max: 4 }).map((n) => `${n} ${name}`))))
    .map((terms) => terms.join(' + ') || '0')
}

/** Rank modulo a prime that no minor of these small matrices reaches. */
function rank(rows: readonly (readonly number[])[]): number {
  const p = 2_147_483_647n
  const inverse = (a: bigint): bigint => power(a, p - 2n)
  const power = (a: bigint, n: bigint): bigint => {
    if (n === 0n) return 1n
    const half = power((a * a) % p, n / 2n)
    return n % 2n ? (half * a) % p : half
  }
  const left = rows.map((row) => row.map((value) => ((BigInt(value) % p) + p) % p))
  let found = 0
  for (let column = 0; column < (rows[0]?.length ?? 0); column++) {
    const at = left.findIndex((row, i) => i >= found && row[column] !== 0n)
    if (at < 0) continue
    ;[left[found], left[at]] = [left[at], left[found]]
    const pivot = left[found].map((value) => (value * inverse(left[found][column])) % p)
    for (let i = found + 1; i < left.length; i++) {
      const factor = left[i][column]
      left[i] = left[i].map((value, j) => (((value - factor * pivot[j]) % p) + p) % p)
    }
    found++
  }
  return found
}
