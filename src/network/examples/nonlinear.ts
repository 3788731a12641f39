/** Networks without a closed form: means and variances from a program that shares nothing with this one. */
import { type Example, example, type KnownMoment } from './example'

const source = 'reference/moments: SciPy expm_multiply on a box that loses less than 1e-12'

type Row = readonly [time: number, quantity: string, mean: number, variance?: number]

const known = (rows: readonly Row[]): KnownMoment[] =>
  rows.map(([time, quantity, mean, variance]) => ({ time, quantity, mean, variance }))

export const dimerisation = example({
  name: 'dimerisation',
  catches: 'the factor in x(x − 1)/2, conservation',
  text: `species P = 100
2P -> P2, 0.001
P2 -> 2P, 0.01`,
  times: [1, 10, 50],
  moments: known([
    [1, 'P2', 4.48411693, 3.72973519],
    [10, 'P2', 23.89286449, 7.59487382],
    [50, 'P2', 35.72885111, 5.7344222],
  ]),
  precision: 2e-9,
  source,
})

export const schloegl = example({
  name: 'schloegl',
  catches: 'third order, bistability',
  text: `species X = 250
2X -> 3X, 0.03
3X -> 2X, 0.0001
0 -> X, 200
X -> 0, 3.5`,
  times: [1, 4],
  moments: known([
    [1, 'X', 257.69764178, 5813.49411563],
    [4, 'X', 309.88473052, 46659.71791412],
  ]),
  precision: 1e-9,
  source,
})

export const schloeglFromNothing = example({
  name: 'schloegl-from-nothing',
  catches: 'third order from zero counts',
  text: `species X = 0
2X -> 3X, 2*0.18
3X -> 2X, 6*0.00025
0 -> X, 2200
X -> 0, 37.5`,
  times: [0.1, 1],
  moments: known([
    [0.1, 'X', 77.473114, 13.07246 ** 2],
    [1, 'X', 109.970486, 42.197485 ** 2],
  ]),
  precision: 1e-7,
  source: 'Erban, Chapman, Kevrekidis & Vejchodský 2009, doi:10.1137/080731360: parameters; values by uniformisation',
})

export const toggleCard = example({
  name: 'toggle-switch',
  catches: 'Hill rates, two wells',
  text: `species U = 0, V = 0
parameter a = 40 in [1, 100]
parameter K = 12 in [1, 100] log
0 -> U, a / (1 + (V/K)^2)
0 -> V, a / (1 + (U/K)^2)
U -> 0, 1
V -> 0, 1`,
  times: [1, 5],
  moments: known([
    [1, 'U', 14.53566163, 35.01150582],
    [1, 'V', 14.53566163, 35.01150582],
    [5, 'U', 17.73302315, 144.79625479],
    [5, 'V', 17.73302315, 144.79625479],
  ]),
  precision: 1e-9,
  source,
})

export const toggleEmp = example({
  name: 'emp-toggle',
  catches: 'low counts, slow switching',
  text: `species A = 30, B = 5
parameter b = 0.4
A -> 0, 0.05
B -> 0, 0.05
0 -> A, b / (b + B)
0 -> B, b / (b + A)`,
  times: [100],
  moments: known([
    [100, 'A', 10.25165432, 55.51585052],
    [100, 'B', 1.96219802, 11.63319686],
  ]),
  precision: 2e-9,
  source: `${source}; model of Einkemmer, Mangott & Prugger 2024, arXiv:2309.08252`,
})

export const togglePacmensl = example({
  name: 'pacmensl-toggle',
  catches: 'powers that are not whole',
  text: `species x = 0, y = 0
0 -> x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3)
x -> 0, 3.8e-4
0 -> y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1)
y -> 0, 3.8e-4`,
  times: [100, 3600],
  moments: known([
    [100, 'x', 1.86742317, 1.86932049],
    [100, 'y', 1.55554916, 1.55694515],
    [3600, 'x', 14.48428836, 81.91182101],
    [3600, 'y', 16.50612887, 69.91887375],
  ]),
  precision: 4e-9,
  source,
})

/** The power-law reading: two proteins bind a gene with propensity b P², not b P(P − 1)/2. */
export const toggleNncme = example({
  name: 'nncme-toggle',
  catches: 'explicit power laws, binary species, two conservation laws',
  text: `species Gx = 1, Gy = 1, Hx = 0, Hy = 0, Px = 0, Py = 0
parameter s = 50, d = 1, b = 1e-4, u = 0.1
Gx -> Gx + Px, s
Gy -> Gy + Py, s
Px -> 0, d
Py -> 0, d
2 Px + Gy => Hy, b * Px^2 * Gy
2 Py + Gx => Hx, b * Py^2 * Gx
Hy -> 2 Px + Gy, u
Hx -> 2 Py + Gx, u`,
  times: [1, 3],
  moments: known([
    [1, 'Gx', 0.9588537, 0.03945328],
    [1, 'Px', 31.05053969, 38.8317809],
    [3, 'Gy', 0.73150371, 0.196406031],
    [3, 'Py', 38.90406586, 256.282286],
  ]),
  precision: 1e-7,
  source: `${source}; model of Tang, Weng & Zhang 2023, doi:10.1038/s42256-023-00632-6`,
})

export const futileCycle = example({
  name: 'futile-cycle',
  catches: 'three conservation laws, stiffness',
  text: `species S = 30, E = 2, SE = 0, P = 90, F = 2, PF = 0
S + E -> SE, 0.4
SE -> S + E, 100
P + F -> PF, 2
PF -> P + F, 1
SE -> E + P, 100
PF -> S + F, 50`,
  times: [0.1, 1],
  moments: known([
    [0.1, 'S', 36.06778118, 5.89180885],
    [0.1, 'SE', 0.13372914],
    [0.1, 'P', 82.26981885],
    [0.1, 'PF', 1.52867083],
    [1, 'S', 79.03713885, 30.82295967],
    [1, 'PF', 1.21562663],
  ]),
  precision: 4e-8,
  source: 'finite chain of 1071 states, by uniformisation',
})

/** The table that "must be shown" loops over; the others are further ground. */
export const nonlinearExamples: readonly Example[] = [
  dimerisation,
  schloegl,
  schloeglFromNothing,
  toggleCard,
  toggleEmp,
  togglePacmensl,
  toggleNncme,
  futileCycle,
]
