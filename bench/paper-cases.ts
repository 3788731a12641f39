/**
 * The papers' examples at sizes for a browser. Networks and rates as in the authors' code: propensities of pairs and
 * triples are plain powers, counts end at the authors' caps (theirs are exclusive), walls reflect.
 */
import type { PaperOptions } from '../src/solvers/nncme/paper/evolve'

export interface Case {
  readonly text: string
  readonly times: readonly number[]
  readonly options: PaperOptions
  /** Compare with the exact law on the box; otherwise means of samples are shown beside `published`. */
  readonly exact: boolean
  /** Means by species, of independent simulations or closed forms. */
  readonly published?: Readonly<Record<string, number>>
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
const replicator = `species A = 2, D = 49, L = 49
A + D -> 2D, 1; A + L -> 2L, 1; A -> D, 1; A -> L, 1; D -> A, 1; L -> A, 1`
const epidemic = `species S = 50, I = 10, R = 0
S + I -> 2I, 0.003 * (1 + 0.2 * sin(2*pi*t/6)); I -> R, 0.02; R -> S, 0.007; S -> 0, 0.002; I -> 0, 0.05; R -> 0, 0.002`
const cascade = [
  'species X1; 0 -> X1, 10',
  ...Array.from({ length: 14 }, (_, i) => `X${i + 1} -> X${i + 2}, 5`),
  ...Array.from({ length: 15 }, (_, i) => `X${i + 1} -> 0, 1`),
].join('\n')
const schlogl = `species X1 = 50, X2 = 50
2X1 => 3X1, 2.676 * X1^2; 3X1 => 2X1, 0.040 * X1^3; 0 -> X1, 108.102; X1 -> 0, 37.881
2X2 => 3X2, 2.676 * X2^2; 3X2 => 2X2, 0.040 * X2^3; 0 -> X2, 108.102; X2 -> 0, 37.881
X1 -> X2, 8.2207; X2 -> X1, 8.2207`
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

const entries: [
  name: string,
  text: string,
  caps: number[],
  times: number[],
  part: Part,
  published?: Record<string, number>,
][] = [
  [
    'birth–death',
    birthDeath,
    [29],
    [1, 10, 100],
    {
      scheme: 'tdvp',
      batch: 20_000,
      first: 5,
      later: 1,
      rate: 0.2,
      damping: 1e-5,
      dt: 0.2,
      start: { kind: 'poisson', trained: false },
    },
  ],
  [
    'gene expression 2',
    geneExpression,
    [99, 99],
    [50, 360, 1800],
    { scheme: 'reverseKl', batch: 1000, first: 10, later: 10, rate: 5e-3, dt: 0.05 },
  ],
  [
    'gene expression 2',
    geneExpression,
    [99, 99],
    [50],
    { scheme: 'natural', batch: 5000, first: 5, later: 3, rate: 0.5, dt: 0.05 },
  ],
  [
    'gene expression 2',
    geneExpression,
    [99, 99],
    [50],
    {
      scheme: 'tdvp',
      batch: 2000,
      first: 5,
      later: 1,
      rate: 0.2,
      dt: 0.05,
      sampling: { kind: 'tempered', alpha: 0.5 },
    },
  ],
  [
    'toggle',
    toggle,
    [1, 1, 79, 79],
    [1, 3, 10],
    { scheme: 'reverseKl', batch: 1000, first: 20, later: 10, rate: 5e-3, dt: 5e-3 },
  ],
  [
    'toggle',
    toggle,
    [1, 1, 79, 79],
    [1, 3, 10],
    { scheme: 'tdvp', batch: 1000, first: 10, later: 1, rate: 0.2, dt: 5e-3 },
  ],
  [
    'self-replicator, V = 1',
    replicator,
    [9, 100, 100],
    [0.4, 1],
    { scheme: 'reverseKl', batch: 1000, first: 20, later: 5, rate: 5e-3, dt: 4e-4, total: 100 },
  ],
  [
    'epidemic, ε = 0.2',
    epidemic,
    [60, 60, 60],
    [5, 20],
    { scheme: 'reverseKl', batch: 1000, first: 20, later: 10, rate: 5e-3, dt: 0.02 },
    { S: 19.4369, I: 17.3809, R: 5.8555 },
  ],
  [
    'epidemic, ε = 0.2',
    epidemic,
    [60, 60, 60],
    [5],
    {
      scheme: 'tdvp',
      batch: 1000,
      first: 20,
      later: 1,
      rate: 5e-3,
      dt: 0.02,
      sampling: { kind: 'tempered', alpha: 0.5 },
    },
    { S: 41.1642, I: 14.0754, R: 1.2104 },
  ],
  [
    'cascade',
    cascade,
    new Array<number>(15).fill(9),
    [0.5, 1],
    { scheme: 'reverseKl', batch: 500, first: 20, later: 5, rate: 5e-3, dt: 0.01 },
    { X1: 1.662535, X5: 0.57464, X10: 0.027108, X15: 0.000258 },
  ],
  [
    'Schlögl, 1×2',
    schlogl,
    [84, 84],
    [0.01, 0.1],
    {
      scheme: 'reverseKl',
      batch: 2000,
      first: 50,
      later: 5,
      rate: 5e-3,
      dt: 1e-5,
      start: { kind: 'smoothed', share: 1e-3, trained: false },
      sampling: { kind: 'tempered', alpha: 0.3 },
    },
  ],
  [
    'Schlögl, 1×2',
    schlogl,
    [84, 84],
    [0.01],
    {
      scheme: 'natural',
      batch: 400,
      first: 20,
      later: 2,
      rate: 0.5,
      dt: 8e-6,
      start: { kind: 'smoothed', share: 1e-3, trained: false },
      sampling: { kind: 'mixture', share: 0.1, reweighted: false },
    },
  ],
  [
    'MAPK',
    mapk,
    new Array<number>(16).fill(9),
    [10, 100],
    {
      scheme: 'natural',
      batch: 20_000,
      first: 10,
      later: 2,
      rate: 0.5,
      dt: 0.05,
      start: { kind: 'smoothed', share: 1e-3, trained: false },
    },
    { E: 0.0073, MKP3: 0.9288, K: 2.8619, Kpp: 0.0344 },
  ],
  [
    'MAPK, tempered',
    mapk,
    new Array<number>(16).fill(9),
    [10],
    {
      scheme: 'natural',
      batch: 600,
      first: 10,
      later: 2,
      rate: 0.5,
      dt: 0.1,
      start: { kind: 'smoothed', share: 1e-3, trained: false },
      sampling: { kind: 'tempered', alpha: 0.5 },
    },
    { E: 0.0026, MKP3: 0.952, K: 2.9448, Kpp: 0.0005 },
  ],
]

export const cases: Readonly<Record<string, Case>> = Object.fromEntries(
  entries.map(([name, text, caps, times, part, published]) => [
    `${name}: ${two[part.scheme]}`,
    { text, times, published, exact: !published, options: { ...plain, start: smoothed, caps, ...part } },
  ]),
)
