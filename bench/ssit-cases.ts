/** The models of SSIT's benchmark script (github.com/MunskyGroup/SSIT, a MacBook with an M3 or M4), and its times in seconds. */

export interface Case {
  readonly name: string
  readonly text: string
  /** Last time; undefined: the law at rest. */
  readonly until?: number
  /** Where theirs is not 1e-4. */
  readonly tolerance?: number
  /** Most states, where those are more than the default. */
  readonly most?: number
  /** First run, which finds the states, and a run on the states that were found. */
  readonly first: number
  readonly again?: number
}

const pap = `species G1 = 1; parameter L = 100
  G1 -> G2, L; G2 -> G1, 0.25 + 2.25 / (1 + n); G1 -> G3, L; G3 -> G1, 1 + 0.2 / (1 + n)
  G2 -> G4, 0.01 * (L - 1); G4 -> G2, 1 + 0.2 / (1 + n); G3 -> G4, 0.01 * (L - 1); G4 -> G3, 0.25 + 2.25 / (1 + n)
  0 => n, 10 * G2; n -> 0, 1`
const goutsias = `species M = 2, D = 6, DNA = 2
  RNA -> RNA + M, 0.043; M -> 0, 0.0007; DNAD -> DNAD + RNA, 0.0715; RNA -> 0, 0.0039
  DNA + D -> DNAD, 0.0199264664; DNAD -> DNA + D, 0.4791; DNAD + D -> DNA2D, 1.99264664e-4; DNA2D -> DNAD + D, 8.765e-12
  2M -> D, 0.0830269432; D -> 2M, 0.5`
const toggle = `species U = 100
  0 -> U, 5000 / (1 + V^2.5); U -> 0, 1; 0 -> V, 1600 / (1 + U^1.5); V -> 0, 1`
const toggle2 = `species gA = 1, gB = 1
  gA -> gA + A, 40; gB -> gB + B, 20; A -> 0, 1; B -> 0, 1
  2A + gB -> bgB, 1e-5; 2B + gA -> bgA, 3.5e-5; bgB -> 2A + gB, 1; bgA -> 2B + gA, 1`
const enzyme = 'species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, 0.1'

/** Where a dimer leaves an operator site: the other sites decide how fast. */
const leaves = (dimer: string, own: string, free: string, rules: readonly (readonly [number, string])[]) =>
  rules.map(([k, sites]) => `${own} => ${free} + ${dimer}, ${k} * ${own} * ${sites}`).join('; ')
const phage = `species O1 = 1, O2 = 1, O3 = 1
  0 => I, 0.0069 * O3 * O2; 0 => I, 0.0069 * O3 * C2; 0 => I, 0.069 * O3 * R2; 0 => C, 0.0929 * O1 * O2
  I -> 0, 0.0026; C -> 0, 0.0025
  I + O1 -> R1, 0.021; I + O2 -> R2, 0.021; I + O3 -> R3, 0.021; C + O1 -> C1, 0.021; C + O2 -> C2, 0.021; C + O3 -> C3, 0.021
  ${leaves('I', 'R1', 'O1', [
    [0.00898, 'O2'],
    [0.00011, 'R2 * O3'],
    [0.01242, 'R2 * R3'],
    [0.00011, 'R2 * C3'],
    [0.00898, 'C2'],
  ])}
  ${leaves('I', 'R2', 'O2', [
    [0.2297, 'O1 * O3'],
    [0.0029, 'R1 * O3'],
    [0.0021, 'O1 * R3'],
    [0.0029, 'R1 * R3'],
    [0.2297, 'C1 * O3'],
    [0.2297, 'O1 * C3'],
    [0.2297, 'C1 * C3'],
    [0.0029, 'R1 * C3'],
    [0.0021, 'C1 * R3'],
  ])}
  ${leaves('I', 'R3', 'O3', [
    [1.13, 'O2'],
    [0.0106, 'R2 * O1'],
    [0.0106, 'R2 * R1'],
    [0.0106, 'R2 * C1'],
    [1.13, 'C2'],
  ])}
  ${leaves('C', 'C1', 'O1', [
    [0.0202, 'O2'],
    [0.0202, 'R2'],
    [0.004, 'C2 * O3'],
    [0.004, 'C2 * R3'],
    [0.004, 'C2 * C3'],
  ])}
  ${leaves('C', 'C2', 'O2', [
    [0.1413, 'O1 * O3'],
    [0.1413, 'R1 * O3'],
    [0.1413, 'O1 * R3'],
    [0.1413, 'R1 * R3'],
    [0.0279, 'C1 * O3'],
    [0.053, 'O1 * C3'],
    [0.0328, 'C1 * C3'],
    [0.053, 'R1 * C3'],
    [0.0279, 'C1 * R3'],
  ])}
  ${leaves('C', 'C3', 'O3', [
    [0.0022, 'O2'],
    [0.0022, 'R2'],
    [0.0008, 'C2 * O1'],
    [0.0008, 'C2 * R1'],
    [0.003, 'C2 * C1'],
  ])}`
const mapk = `species P = 1, K = 3
  0 -> MEK, 0.001; MEK -> 0, 0.15; Kpp -> Kpp + MEK, 0.005; 0 -> K, 0.00024
  K -> 0, 1e-4; KY -> 0, 1e-4; KT -> 0, 1e-4; Kpp -> 0, 1e-4
  K + MEK -> KMEKY, 0.375; KMEKY -> KY + MEK, 0.06; KY + MEK -> KYMEK, 0.375; KYMEK -> KY + MEK, 1; KYMEK -> Kpp + MEK, 4.5
  K + MEK -> KMEKT, 0.375; KMEKT -> K + MEK, 1; KMEKT -> KT + MEK, 0.06
  KT + MEK -> KTMEK, 0.375; KTMEK -> KT + MEK, 1; KTMEK -> Kpp + MEK, 4.5
  Kpp + P -> KppP, 0.015; KppP -> Kpp + P, 1; KppP -> KTPY, 0.032; KTPY -> KT + P, 0.31; KT + P -> KTPY, 0.01
  KT + P -> KTPT, 0.01; KTPT -> KT + P, 1; KTPT -> KPT, 0.5; KPT -> K + P, 0.086; K + P -> KPT, 0.0011
  KY + P -> KYP, 0.01; KYP -> KY + P, 1; KYP -> KPY, 0.47; KPY -> K + P, 0.14; K + P -> KPY, 0.0018`
const expression = `species M = 100, P = 2000
  0 -> M, 50; M -> M + P, 4; M -> 0, 0.5; P -> 0, 0.2`
/** Their law at rest may lose 3.6e-3 per unit of time; at this tolerance the one here loses 2.1e-3. */
const triple = `species G0A = 1, G0B = 1, G0C = 1
  G0A -> G1A, 10 + 1.5 * PA; G1A -> G0A, 7 + 2 * PC; G0B -> G1B, 9 + 4 * PB; G1B -> G0B, 10 + 4 * PA
  G0C -> G1C, 11 + 1.5 * PC; G1C -> G0C, 9 + 2 * PB; G1A -> G1A + MA, 1.5; G1B -> G1B + MB, 1; G1C -> G1C + MC, 1.1
  MA -> 0, 0.5; MB -> 0, 0.3; MC -> 0, 0.425; MA -> MA + PA, 9.5; MB -> MB + PB, 11; MC -> MC + PC, 10
  PA -> 0, 14.5; PB -> 0, 15; PC -> 0, 11`

export const cases: readonly Case[] = [
  { name: 'Pap, T = 10', text: pap, until: 10, first: 1.27, again: 0.027 },
  { name: 'Pap, T = 100', text: pap, until: 100, first: 0.46, again: 0.1 },
  { name: 'birth and death (1000, 1), T = 10', text: '0 -> X, 1000; X -> 0, 1', until: 10, first: 0.79, again: 0.23 },
  { name: 'Toggle2, T = 30', text: toggle2, until: 30, first: 1.9, again: 0.38 },
  { name: 'Phage, T = 30', text: phage, until: 30, first: 4.9, again: 0.21 },
  { name: 'Michaelis–Menten (100, 1000), T = 70', text: enzyme, until: 70, first: 5.1, again: 1.2 },
  { name: 'MAPK of 16 species, T = 10', text: mapk, until: 10, tolerance: 1e-3, first: 3.25, again: 1.03 },
  { name: 'Goutsias, T = 100', text: goutsias, until: 100, first: 2.04, again: 0.4 },
  { name: 'Toggle (5000, 1600), T = 30', text: toggle, until: 30, first: 15.3, again: 13.9 },
  { name: 'Toggle (5000, 1600), T = 100', text: toggle, until: 100, first: 43.4, again: 39.1 },
  { name: 'gene expression at rest', text: expression, first: 68, again: 72 },
  {
    name: 'TripleRepressor at rest',
    text: triple,
    tolerance: 0.055,
    most: 8e6,
    first: 598,
    again: 148,
  },
  { name: 'Goutsias, T = 300', text: goutsias, until: 300, first: 31.5, again: 36.9 },
]
