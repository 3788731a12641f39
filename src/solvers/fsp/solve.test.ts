import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { law, moment, problem, solve } from './trial'

/** Mean and variance of a quantity at a time, as printed by the source. */
type Row = readonly [time: number, quantity: string, mean: number, variance?: number]

interface Card {
  readonly name: string
  readonly text: string
  readonly initial?: Readonly<Record<string, number>>
  readonly rows: readonly Row[]
}

const empToggle = `
  parameter b = 0.4
  0 -> A, b / (b + B); A -> 0, 0.05
  0 -> B, b / (b + A); B -> 0, 0.05`

const pacmenslToggle = `
  0 -> x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3);   x -> 0, 3.8e-4
  0 -> y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1); y -> 0, 3.8e-4`

const schloegl = (up: string, constant: number, down: string, decay: number) => `
  2X => 3X, ${up} * X * (X - 1); 0 -> X, ${constant}
  3X => 2X, ${down} * X * (X - 1) * (X - 2); X -> 0, ${decay}`

// Values computed independently (uniformisation on fixed boxes, closed forms in 30-digit arithmetic), parameters from
// the sources named. Digits are as many as were printed.
const cards: readonly Card[] = [
  {
    name: 'toggle of Einkemmer, Mangott & Prugger (arXiv:2309.08252) from (30, 5)',
    text: empToggle,
    initial: { A: 30, B: 5 },
    rows: [
      [100, 'A', 10.25165432, 55.51585052],
      [100, 'B', 1.96219802, 11.63319686],
    ],
  },
  {
    name: 'the same from (0, 0)',
    text: empToggle,
    rows: [
      [100, 'A', 6.50615281, 56.82113937],
      [100, 'B', 6.50615281, 56.82113937],
    ],
  },
  {
    name: 'toggle of the pacmensl tests',
    text: pacmenslToggle,
    rows: [
      [100, 'x', 1.86742317, 1.86932049],
      [100, 'y', 1.55554916, 1.55694515],
      [3600, 'x', 14.48428836, 81.91182101],
      [3600, 'y', 16.50612887, 69.91887375],
      [14400, 'x', 15.5169563],
      [14400, 'y', 23.33278178],
      [28800, 'x', 15.92277075, 307.72254099],
      [28800, 'y', 24.94006088, 197.45865941],
    ],
  },
  {
    name: 'Schlögl (a) from 250',
    text: schloegl('0.015', 200, '(1e-4 / 6)', 3.5),
    initial: { X: 250 },
    rows: [
      [1, 'X', 257.697642, 76.246273 ** 2],
      [4, 'X', 309.884731, 216.008606 ** 2],
      [10, 'X', 316.59168, 238.069673 ** 2],
    ],
  },
  {
    name: 'Schlögl (b) from 0',
    text: schloegl('0.18', 2200, '2.5e-4', 37.5),
    rows: [
      [0.1, 'X', 77.473114, 13.07246 ** 2],
      [0.5, 'X', 104.339972],
      [1, 'X', 109.970486, 42.197485 ** 2],
      [5, 'X', 138.364091, 92.877375 ** 2],
    ],
  },
  {
    name: 'futile cycle: three conservation laws, 1071 states',
    text: `species S0 = 30, S1 = 2, S3 = 90, S4 = 2
      S0 + S1 -> S2, 0.4; S2 -> S0 + S1, 100; S3 + S4 -> S5, 2; S5 -> S3 + S4, 1; S2 -> S1 + S3, 100; S5 -> S0 + S4, 50`,
    rows: [
      [0.1, 'S0', 36.06778118, 5.89180885],
      [0.1, 'S2', 0.13372914],
      [0.1, 'S3', 82.26981885],
      [0.1, 'S5', 1.52867083],
      [1, 'S0', 79.03713885, 30.82295967],
      [1, 'S3', 39.4744512],
    ],
  },
  {
    name: 'Michaelis–Menten: 29 282 states in a triangle',
    text: 'species S = 301, E = 120; S + E -> ES, 0.00166; ES -> S + E, 1e-4; ES -> E + P, 0.1',
    rows: [
      [10, 'S', 140.61269804],
      [10, 'ES', 86.20254103],
      [10, 'P', 74.18476093, 53.13689577],
      [20, 'P', 154.66845166, 80.85655272],
    ],
  },
  {
    name: 'two toggling genes (SSIT Toggle2)',
    text: `species gA = 1, gB = 1
      gA -> gA + A, 40; gB -> gB + B, 20; A -> 0, 1; B -> 0, 1
      2A + gB -> bgB, 1e-5; 2B + gA -> bgA, 3.5e-5; bgB -> 2A + gB, 1; bgA -> 2B + gA, 1`,
    rows: [
      [1, 'gA', 0.99909858],
      [1, 'gB', 0.99896976],
      [1, 'A', 25.27439935],
      [1, 'B', 12.63598344],
    ],
  },
  {
    name: 'Pap operon: four gene forms share one molecule',
    text: `species G1 = 1; parameter L = 100
      G1 -> G2, L; G2 -> G1, 0.25 + 2.25 / (1 + n); G1 -> G3, L; G3 -> G1, 1 + 0.2 / (1 + n)
      G2 -> G4, 0.01 * (L - 1); G4 -> G2, 1 + 0.2 / (1 + n); G3 -> G4, 0.01 * (L - 1); G4 -> G3, 0.25 + 2.25 / (1 + n)
      0 => n, 10 * G2; n -> 0, 1`,
    rows: [
      [1, 'G1', 0.00379819],
      [1, 'G2', 0.35659209],
      [1, 'G4', 0.25580753],
      [1, 'n', 2.36289763, 7.86748377],
      [10, 'n', 3.75403271, 11.99375508],
    ],
  },
]

/** Half a unit of the last printed digit, and what the projection itself may be off by. */
function within(value: number, missing: number): number {
  const digits = String(Number(value.toPrecision(10))).split('.')[1]?.length ?? 0
  return 0.51 * 10 ** -Math.min(digits, 8) + 1e3 * missing
}

describe('projection: published models', () => {
  for (const { name, text, initial, rows } of cards) {
    it(name, async () => {
      const times = [...new Set(rows.map(([time]) => time))]
      const solution = await solve(problem(text, times, ['moments'], initial), { tolerance: 1e-11 })
      const { leaked, rounding } = solution.diagnostics
      expect(leaked).toBeLessThanOrEqual(1e-11 + rounding)
      for (const [time, quantity, mean, variance] of rows) {
        const off = Math.abs(moment(solution, 'mean', quantity, time) - mean)
        expect(off, `mean of ${quantity} at ${time}`).toBeLessThan(within(mean, 1e-11))
        if (variance === undefined) continue
        const spread = Math.abs(moment(solution, 'variance', quantity, time) - variance)
        // Where a standard deviation was printed, its digits count twice its size in the variance.
        const slack = name.startsWith('Schlögl') ? 2 * Math.sqrt(variance) * 0.51e-6 : within(variance, 1e-8)
        expect(spread, `variance of ${quantity} at ${time}`).toBeLessThan(slack)
      }
    })
  }

  // Tang, Weng & Zhang 2023 (arXiv:2210.01169): binding counts x² pairs, as in their programs.
  it('toggle with power-law binding and 25 600 states', async () => {
    // The source keeps 0…79 proteins and no reaction that leads beyond.
    const text = `species Gx = 1, Gy = 1
      Gx => Gx + Px, Px < 79 ? 50 * Gx : 0; Gy => Gy + Py, Py < 79 ? 50 * Gy : 0; Px -> 0, 1; Py -> 0, 1
      2Px + Gy => 0, 1e-4 * Px^2 * Gy; 2Py + Gx => 0, 1e-4 * Py^2 * Gx
      0 => 2Px + Gy, Px < 78 ? 0.1 * (1 - Gy) : 0; 0 => 2Py + Gx, Py < 78 ? 0.1 * (1 - Gx) : 0`
    const times = [1, 3]
    const observe = ['moments', 'marginals', 'joint:Px,Py', 'joint:Gx,Gy']
    const solution = await solve(problem(text, times, observe), { tolerance: 1e-9 })
    const rows = [
      [1, 0.958854, 31.05054, 6.231515, 5.885e-5],
      [3, 0.731504, 38.90399, 16.00866, 4.075e-3],
    ]
    for (const [time, gene, mean, deviation, zero] of rows) {
      for (const [g, p] of [
        ['Gx', 'Px'],
        ['Gy', 'Py'],
      ]) {
        expect(Math.abs(moment(solution, 'mean', g, time) - gene)).toBeLessThan(1.5e-6)
        expect(Math.abs(moment(solution, 'mean', p, time) / mean - 1)).toBeLessThan(1e-6)
        expect(Math.abs(Math.sqrt(moment(solution, 'variance', p, time)) / deviation - 1)).toBeLessThan(1e-6)
        expect(Math.abs(law(solution, p, time)[0] / zero - 1)).toBeLessThan(2e-4)
      }
    }
    const genes = solution.observations['joint:Gx,Gy'].array
    expect(at(genes, { time: 3, Gx: 1, Gy: 1 })).toBeCloseTo(0.4908, 5)
    expect(at(genes, { time: 3, Gx: 0, Gy: 0 })).toBeCloseTo(0.02779, 5)
  })
})
