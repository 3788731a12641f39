/**
 * The papers' examples at sizes for a browser. Networks and rates as in the authors' code: propensities of pairs and
 * triples are plain powers, counts end at the authors' caps (theirs are exclusive), walls reflect.
 */
import type { PaperOptions } from '../src/solvers/nncme/paper/evolve'

/** Means by time and species. */
export type Published = Readonly<Record<number, Readonly<Record<string, number>>>>

export interface Case {
  readonly text: string
  readonly times: readonly number[]
  readonly options: PaperOptions
  /** Compare with the exact law on the box; otherwise means of samples are shown beside `published`. */
  readonly exact: boolean
  /** Means by time and species, of independent simulations or closed forms. */
  readonly published?: Published
}

const plain = {
  boundary: 'reflecting',
  hidden: 16,
  damping: 1e-3,
  fold: 1,
  sampling: { kind: 'plain' },
} as const
const smoothed = { kind: 'smoothed', share: 0.01, trained: false } as const

const birthDeath = 'species X = 1; 0 -> X, 0.1; X -> 0, 0.01'
const geneExpression = 'species m = 0, p = 0; 0 -> m, 0.1; m -> m + p, 0.1; m -> 0, 0.1; p -> 0, 0.002'
const toggle = `species Gx = 1, Gy = 1, Px = 0, Py = 0
Gx -> Gx + Px, 50; Gy -> Gy + Py, 50; Px -> 0, 1; Py -> 0, 1
2Px + Gy => 0, 1e-4 * Px^2 * Gy; 2Py + Gx => 0, 1e-4 * Py^2 * Gx
0 => 2Px + Gy, 0.1 * (1 - Gy); 0 => 2Py + Gx, 0.1 * (1 - Gx)`
const replicator = (V: number) => `species A = 2, D = 49, L = 49
A + D -> 2D, ${1 / V}; A + L -> 2L, ${1 / V}; A -> D, 1; A -> L, 1; D -> A, 1; L -> A, 1`
const epidemic = (season: number) => `species S = 50, I = 10, R = 0
S + I -> 2I, 0.003 * (1 + ${season} * sin(2*pi*t/6)); I -> R, 0.02; R -> S, 0.007; S -> 0, 0.002; I -> 0, 0.05; R -> 0, 0.002`
const cascade = [
  'species X1; 0 -> X1, 10',
  ...Array.from({ length: 14 }, (_, i) => `X${i + 1} -> X${i + 2}, 5`),
  ...Array.from({ length: 15 }, (_, i) => `X${i + 1} -> 0, 1`),
].join('\n')
const schlogl = `species X1 = 50, X2 = 50
2X1 => 3X1, 2.676 * X1^2; 3X1 => 2X1, 0.040 * X1^3; 0 -> X1, 108.102; X1 -> 0, 37.881
2X2 => 3X2, 2.676 * X2^2; 3X2 => 2X2, 0.040 * X2^3; 0 -> X2, 108.102; X2 -> 0, 37.881
X1 -> X2, 8.2207; X2 -> X1, 8.2207`
/** Falling factorials, as the paper's absorbing runs; nothing happens at 1 and below. */
const passage = `species X = 50
2X => 3X, (X > 1) * 2.676 * X * (X-1); 3X => 2X, (X > 1) * 0.040 * X * (X-1) * (X-2)
0 => X, (X > 1) * 108.102; X => 0, (X > 1) * 37.881 * X
observable hit = X <= 1`
const mapk = `species E, MKP3 = 1, K = 3, KpY, KpT, Kpp, KEY, KET, KpYE, KpTE, KppM, KpYM, KpTMY, KpTMT, KMT, KMY
0 -> E, 0.001; E -> 0, 0.15; Kpp -> Kpp + E, 0.005; 0 -> K, 0.00024
K -> 0, 1e-4; KpY -> 0, 1e-4; KpT -> 0, 1e-4; Kpp -> 0, 1e-4
E + K <-> KEY, 0.375, 1; KEY -> E + KpY, 0.06; E + KpY <-> KpYE, 0.375, 1; KpYE -> E + Kpp, 4.5
E + K <-> KET, 0.375, 1; KET -> E + KpT, 0.06; E + KpT <-> KpTE, 0.375, 1; KpTE -> E + Kpp, 4.5
MKP3 + Kpp <-> KppM, 0.015, 1; KppM -> KpTMY, 0.032; KpTMY <-> MKP3 + KpT, 0.31, 0.01
MKP3 + KpT <-> KpTMT, 0.01, 1; KpTMT -> KMT, 0.5; KMT <-> MKP3 + K, 0.086, 0.0011
MKP3 + KpY <-> KpYM, 0.01, 1; KpYM -> KMY, 0.47; KMY <-> MKP3 + K, 0.14, 0.0018`
const two = { reverseKl: 'reverse KL', natural: 'natural gradient', tdvp: 'TDVP' } as const

type Part = Partial<PaperOptions> & Pick<PaperOptions, 'scheme' | 'batch' | 'first' | 'later' | 'rate' | 'dt'>

interface Entry {
  readonly text: string
  readonly caps: number[]
  readonly times: number[]
  readonly part: Part
  readonly published?: Published
}

const small = { kind: 'smoothed', share: 1e-3, trained: false } as const
const tempered = { kind: 'tempered', alpha: 0.5 } as const
const same = (axes: number, cap: number) => new Array<number>(axes).fill(cap)
/** The exact law after ten steps, and samples that go on: what mends the papers' schemes. */
const onward = (dt: number, steps = 10): Omit<Part, 'batch'> => ({
  ...{ scheme: 'tdvp', first: 1, later: 1, rate: 0.2, damping: 1e-5, dt },
  start: { kind: 'delta', head: steps * dt, replicates: 8000, updates: 400 },
  sampling: { kind: 'onward', share: 0.3, even: 0.5 },
})
const adam = { scheme: 'reverseKl', batch: 1000, first: 20, later: 10, rate: 5e-3 } as const

const genes = { text: geneExpression, caps: [99, 99] }
const switched = { text: toggle, caps: [1, 1, 79, 79], times: [1, 3, 10, 40] }
const infected = (season: 0 | 0.2 | 0.6) => ({
  text: epidemic(season),
  caps: [60, 60, 60],
  times: [5, 10, 20],
  published: seasons[season],
})
/** Exact, neural-cme §6.7. */
const seasons: Readonly<Record<number, Published>> = {
  0: {
    5: { S: 41.445867, I: 13.918472, R: 1.174083 },
    10: { S: 32.838331, I: 16.798996, R: 2.638358 },
    20: { S: 19.889396, I: 17.22602, R: 5.773079 },
  },
  0.2: {
    2: { S: 46.194006, I: 12.078517, R: 0.435548 },
    5: { S: 41.164162, I: 14.075375, R: 1.21042 },
    10: { S: 32.196431, I: 17.218651, R: 2.702271 },
    20: { S: 19.436884, I: 17.380868, R: 5.85548 },
  },
  0.6: {
    10: { S: 30.902914, I: 18.056844, R: 2.833184 },
    20: { S: 18.545824, I: 17.670812, R: 6.021773 },
  },
}
const chain = {
  text: cascade,
  caps: same(15, 9),
  times: [0.5, 1, 2, 5, 10],
  published: {
    0.5: { X1: 1.583688, X5: 0.148483, X10: 0.000356, X15: 1e-7 },
    1: { X1: 1.662535, X5: 0.57464, X10: 0.027108, X15: 0.000258 },
    2: { X1: 1.666656, X5: 0.797646, X10: 0.244716, X15: 0.064614 },
    5: { X1: 1.666667, X5: 0.803755, X10: 0.323009, X15: 0.711605 },
    10: { X1: 1.666667, X5: 0.803755, X10: 0.323011, X15: 0.778412 },
  },
}
const replicated = (V: number) => ({ text: replicator(V), caps: [9, 100, 100], times: [0.4, 1, 4, 8] })
const pair = { text: schlogl, caps: [84, 84] }
const kinase = {
  text: mapk,
  caps: same(16, 9),
  times: [10, 100, 1000],
  published: {
    10: { E: 0.0026, MKP3: 0.952, K: 2.9448, Kpp: 0.0005 },
    100: { E: 0.0073, MKP3: 0.9288, K: 2.8619, Kpp: 0.0344 },
    1000: { E: 0.0229, MKP3: 0.9318, K: 2.3232, Kpp: 0.4753 },
    10000: { E: 0.0674, MKP3: 0.949, K: 0.6889, Kpp: 1.8185 },
  },
}

const entries: Readonly<Record<string, Entry>> = {
  'birth–death': {
    text: birthDeath,
    caps: [29],
    times: [1, 10, 100],
    part: {
      ...{ scheme: 'tdvp', batch: 20_000, first: 5, later: 1, rate: 0.2, damping: 1e-5, dt: 0.2 },
      start: { kind: 'poisson', trained: false },
    },
  },
  'gene expression 2': { ...genes, times: [50, 360, 1800, 3600], part: { ...adam, first: 10, dt: 0.05 } },
  'gene expression 2, ng': {
    ...genes,
    times: [50],
    part: { scheme: 'natural', batch: 5000, first: 5, later: 3, rate: 0.5, dt: 0.05 },
  },
  'gene expression 2, tdvp': {
    ...genes,
    times: [50],
    part: { scheme: 'tdvp', batch: 2000, first: 5, later: 1, rate: 0.2, dt: 0.05, sampling: tempered },
  },
  toggle: { ...switched, part: { ...adam, dt: 5e-3 } },
  'toggle, tdvp': { ...switched, part: { scheme: 'tdvp', batch: 1000, first: 10, later: 1, rate: 0.2, dt: 5e-3 } },
  'self-replicator, V = 0.1': { ...replicated(0.1), part: { ...adam, later: 5, dt: 4e-4, total: 100 } },
  'self-replicator, V = 1': { ...replicated(1), part: { ...adam, later: 5, dt: 4e-4, total: 100 } },
  'self-replicator, V = 10': { ...replicated(10), part: { ...adam, later: 5, dt: 4e-4, total: 100 } },
  'epidemic, ε = 0': { ...infected(0), part: { ...adam, dt: 0.02 } },
  'epidemic, ε = 0.2': { ...infected(0.2), part: { ...adam, dt: 0.02 } },
  'epidemic, ε = 0.6': { ...infected(0.6), part: { ...adam, dt: 0.02 } },
  'epidemic, ε = 0.2, 100 updates at 0.001': {
    ...infected(0.2),
    part: { ...adam, first: 200, later: 100, rate: 1e-3, dt: 0.02 },
  },
  'epidemic, ε = 0.2, tdvp': {
    ...infected(0.2),
    part: { scheme: 'tdvp', batch: 1000, first: 20, later: 1, rate: 5e-3, dt: 0.02, sampling: tempered },
  },
  'cascade 1': { ...chain, part: { ...adam, batch: 500, later: 5, dt: 0.01 } },
  'Schlögl, 1×2': {
    ...pair,
    times: [0.01, 0.1, 0.5],
    part: {
      ...{ ...adam, batch: 2000, first: 50, later: 5, dt: 1e-5, start: small },
      sampling: { kind: 'tempered', alpha: 0.3 },
    },
  },
  'Schlögl, 1×2, ng': {
    ...pair,
    times: [0.01, 0.1],
    part: {
      ...{ scheme: 'natural', batch: 400, first: 20, later: 2, rate: 0.5, dt: 8e-6, start: small },
      sampling: { kind: 'mixture', share: 0.1, reweighted: false },
    },
  },
  MAPK: {
    ...kinase,
    part: { scheme: 'natural', batch: 20_000, first: 10, later: 2, rate: 0.5, dt: 0.05, start: small },
  },
  'MAPK, tempered': {
    ...kinase,
    times: [10],
    part: {
      ...{ scheme: 'natural', batch: 600, first: 10, later: 2, rate: 0.5, dt: 0.1 },
      ...{ start: small, sampling: tempered },
    },
  },
}

/** The same by TDVP with samples that go on. */
const mended: Readonly<Record<string, Entry>> = {
  'birth–death, onward': {
    ...entries['birth–death'],
    part: { ...entries['birth–death'].part, batch: 1000, sampling: { kind: 'onward', share: 0.3, even: 0.5 } },
  },
  'gene expression 2, onward': { ...genes, times: [10, 50], part: { ...onward(0.05), batch: 500 } },
  'toggle, onward': { ...switched, times: [1, 3, 10], part: { ...onward(5e-3), batch: 1000 } },
  'self-replicator, V = 1, onward': {
    ...{ ...replicated(1), times: [0.4, 1] },
    part: { ...onward(4e-4), batch: 500, total: 100 },
  },
  'epidemic, ε = 0.2, onward': { ...infected(0.2), times: [2, 5, 20], part: { ...onward(0.02, 25), batch: 1000 } },
  'cascade 1, onward': { ...chain, part: { ...onward(0.01), batch: 500 } },
  'Schlögl, 1×2, onward': { ...pair, times: [0.01, 0.1], part: { ...onward(1e-5), batch: 400 } },
  'MAPK, onward': { ...kinase, times: [10], part: { ...onward(0.05), batch: 500 } },
  'first passage to 1 of a Schlögl site, onward': {
    text: passage,
    caps: [100],
    times: [0.2, 0.5],
    published: { 0.2: { hit: 0.00877337 }, 0.5: { hit: 0.101106 } },
    part: { ...onward(1e-5), batch: 400 },
  },
}

export const cases: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({ ...entries, ...mended }).map(([name, { text, caps, times, part, published }]) => [
    `${name}: ${two[part.scheme]}`,
    { text, times, published, exact: !published, options: { ...plain, start: smoothed, caps, ...part } },
  ]),
)
