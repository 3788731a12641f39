/** What the neural solver must reach, and on which networks: see `neural.ts`. */
import { cases } from './paper-cases'

export interface NeuralCase {
  readonly text: string
  readonly times: readonly number[]
  /** What differs from the defaults: what the gallery's study says. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Instead of exact laws: means by species, at each time. */
  readonly means?: readonly Readonly<Record<string, number>>[]
  /** The law is a product of Poisson laws with these means, at each time. */
  readonly poissons?: readonly (readonly number[])[]
  /** Whether the ratio of a rare event is asked, too. */
  readonly rare?: boolean
}

const textOf = (name: string): string => {
  const found = Object.entries(cases).find(([key]) => key.startsWith(name))
  if (!found) throw new Error(`no case ${name}`)
  return found[1].text
}

const epidemic = (strength: number) => textOf(`epidemic, ε = ${strength}`)

/** x₁' = 10 − 6 x₁, xᵢ' = 5 xᵢ₋₁ − 6 xᵢ, x₁₅' = 5 x₁₄ − x₁₅, from 0, by small steps of the midpoint rule. */
function cascadeMeans(until: number): number[] {
  const steps = 20_000
  const h = until / steps
  const slope = (x: readonly number[]) => x.map((own, i) => (i === 0 ? 10 : 5 * x[i - 1]) - (i < 14 ? 6 : 1) * own)
  let x = new Array<number>(15).fill(0)
  for (let k = 0; k < steps; k++) {
    const half = slope(x).map((d, i) => x[i] + 0.5 * h * d)
    const full = slope(half)
    x = x.map((own, i) => own + h * full[i])
  }
  return x
}

const cascadeTimes = [1, 5, 10]

export const neuralCases: Readonly<Record<string, NeuralCase>> = {
  toggle: { text: textOf('toggle'), times: [1, 3, 40] },
  'gene expression 2': { text: textOf('gene expression 2'), times: [60, 600, 1800, 3600] },
  'Schlögl 1×2': { text: textOf('Schlögl'), times: [0.1, 0.5, 1], rare: true },
  'Schlögl 1×2, both low': {
    text: textOf('Schlögl'),
    times: [0.1],
    options: { tails: 0.5, replicates: 200_000, decay: 0 },
    rare: true,
  },
  'opening toggle, 101 times': {
    text: `species U = 0, V = 0; parameter a = 40; parameter K = 12; parameter n = 2; 0 -> U, a / (1 + (V/K)^n)
0 -> V, a / (1 + (U/K)^n); U -> 0, 1; V -> 0, 1`,
    times: Array.from({ length: 101 }, (_, k) => k),
  },
  'cascade of 15': { text: textOf('cascade'), times: cascadeTimes, poissons: cascadeTimes.map(cascadeMeans) },
  MAPK: {
    text: textOf('MAPK'),
    times: [1000, 10_000],
    means: [
      { E: 0.0229, MKP3: 0.9318, K: 2.3232, Kpp: 0.4753 },
      { E: 0.0674, MKP3: 0.949, K: 0.6889, KpY: 0.0111, KpT: 0.0883, Kpp: 1.8185 },
    ],
  },
  'epidemic ε = 0': {
    text: epidemic(0),
    times: [5, 20],
    means: [
      { S: 41.445867, I: 13.918472, R: 1.174083 },
      { S: 19.889396, I: 17.22602, R: 5.773079 },
    ],
  },
  'epidemic ε = 0.2': {
    text: epidemic(0.2),
    times: [5, 20],
    means: [
      { S: 41.164162, I: 14.075375, R: 1.21042 },
      { S: 19.436884, I: 17.380868, R: 5.85548 },
    ],
  },
  'epidemic ε = 0.6': {
    text: epidemic(0.6),
    times: [10, 20],
    means: [
      { S: 30.902914, I: 18.056844, R: 2.833184 },
      { S: 18.545824, I: 17.670812, R: 6.021773 },
    ],
  },
}
