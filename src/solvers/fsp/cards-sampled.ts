/**
 * Numbers of the collection that were sampled, on networks that the projection can solve: its law says how far a mean and a
 * variance of so many runs may lie from the truth, and that is how far they may lie.
 */

import { type Card, truthsOf } from './cards'
import type { Answer } from './cards-answer'
import { bound, law, problem, solve } from './trial'

export interface SampledCard extends Card {
  readonly runs: number
  /** l1; far below what can be seen in so many runs. */
  readonly tolerance: number
}

/** Standard errors that a sampled number may be off: p = 7e-6 for each of some 130 of them. */
const mostErrors = 4.5

export async function sampledAnswers(card: SampledCard): Promise<Answer[]> {
  const truths = truthsOf(card)
  const times = [...new Set(truths.map(({ time }) => Number(time)))].sort((a, b) => a - b)
  const solution = await solve(problem(card.text, times), { tolerance: card.tolerance })
  return truths.map((truth) => {
    const time = Number(truth.time)
    const p = law(solution, truth.of, time)
    const about = (from: number, power: number) =>
      p.reduce((sum, q, n) => sum + q * (n - from) ** power, 0) / p.reduce((sum, q) => sum + q, 0)
    const mean = about(0, 1)
    const [variance, fourth] = [about(mean, 2), about(mean, 4)]
    const [got, spread] = truth.kind === 'mean' ? [mean, variance] : [variance, fourth - variance ** 2]
    // What the law may be off by counts as far out as any state that it holds.
    const off = bound(solution, times.indexOf(time)) * p.length ** (truth.kind === 'mean' ? 1 : 2)
    return { ...truth, got, allowed: mostErrors * Math.sqrt(spread / card.runs) + truth.within + off }
  })
}

export const sampled: readonly SampledCard[] = [
  {
    name: '8.6 the first three of a cascade',
    runs: 40_000,
    tolerance: 1e-6,
    text: `0 -> S1, 0.7; 0 => S2, S1 / (5 + S1); 0 => S3, S2 / (5 + S2)
      S1 -> 0, 0.07; S2 -> 0, 0.07; S3 -> 0, 0.07`,
    truths: `50 mean S1 9.696
      50 mean S2 8.556
      50 mean S3 7.774
      150 mean S1 10.007
      150 mean S2 9.280
      150 mean S3 9.036
      350 mean S1 9.991
      350 mean S2 9.279
      350 mean S3 9.036
      350 var S1 9.97
      350 var S2 9.97
      350 var S3 9.81`,
  },
  {
    name: '8.10 SEIR, early',
    runs: 3_000_000,
    tolerance: 1e-7,
    text: seir(),
    truths: `1 mean S 47.1884
      1 var S 12.235
      1 mean E 5.3039
      1 var E 6.319
      1 mean I 1.36761
      1 var I 1.669
      1 mean R 0.00738
      1 var R 0.0074`,
  },
  {
    // The variance of S0 is 14.651 and 14.650 ± 0.017 at t = 80, 13.227 and 13.201 ± 0.015 at 145 in two more runs of as many
    // exact paths (card 14.715 and 13.295, three and five errors away).
    name: '8.8 pores of BAX',
    runs: 1_500_000,
    tolerance: 1e-6,
    text: `species S0 = 40, S9 = 50
      2S0 -> S1, 2e-4; S1 -> 2S0, 1e-3
      S0 + S1 -> S2, 2e-4; S2 -> S0 + S1, 1e-3; S0 + S2 -> S3, 2e-4; S3 -> S0 + S2, 1e-3
      S0 + S3 -> S4, 2e-4; S4 -> S0 + S3, 1e-3; S0 + S4 -> S5, 2e-4; S5 -> S0 + S4, 1e-3
      S3 + S9 -> S6, 3e-5; S6 -> S3 + S9, 1e-3; S4 + S9 -> S7, 3e-5; S7 -> S4 + S9, 1e-3
      S5 + S9 -> S8, 3e-5; S8 -> S5 + S9, 1e-3
      S6 -> S3 + S10, 10; S7 -> S4 + S10, 10; S8 -> S5 + S10, 10`,
    truths: `20 mean S0 34.4654
      20 var S0 8.747
      20 mean S1 2.4863
      20 var S1 1.954
      20 mean S2 0.1761
      20 var S2 0.170
      20 mean S3 0.0081
      20 mean S4 0.0003
      20 mean S10 7e-5
      80 mean S0 23.6847
      80 var S0 14.651
      80 mean S1 5.6761
      80 var S1 3.636
      80 mean S2 1.3368
      80 var S2 1.073
      80 mean S3 0.2059
      80 var S3 0.195
      80 mean S4 0.0232
      80 mean S5 0.0022
      80 mean S10 0.00855
      145 mean S0 17.2499
      145 var S0 13.214
      145 mean S1 6.4557
      145 var S1 4.324
      145 mean S2 2.3420
      145 var S2 1.684
      145 mean S3 0.5577
      145 var S3 0.490
      145 mean S4 0.0979
      145 var S4 0.095
      145 mean S5 0.0154
      145 mean S10 0.05163
      145 var S10 0.0563`,
  },
]

export const slowSampled: readonly SampledCard[] = [
  {
    name: '8.10 SEIR, late',
    runs: 3_000_000,
    tolerance: 1e-6,
    text: seir(),
    truths: `2 mean S 40.8874
      2 var S 56.875
      2 mean E 9.8804
      2 var E 30.583
      2 mean I 2.9539
      2 var I 5.820
      2 mean R 0.02828
      2 var R 0.0284
      4 mean S 24.7492
      4 var S 126.36
      4 mean E 20.8702
      4 var E 60.422
      4 mean I 7.8292
      4 var I 19.184
      4 mean R 0.13454
      4 var R 0.1384
      8 mean S 11.8942
      8 var S 32.155
      8 mean E 27.6962
      8 var E 19.629
      8 mean I 13.3318
      8 var I 15.198
      8 mean R 0.58934
      8 var R 0.6101`,
  },
  {
    name: '8.19 nonlinear',
    runs: 2_000_000,
    tolerance: 1e-7,
    text: `species A = 200, B = 100, C = 150
      2A -> B, 1; B -> 2A, 2; A + B -> C, 0.5; C -> A + B, 0.75; 3C -> 3A, 0.25`,
    truths: `0.01 mean A 84.8883
      0.01 mean B 124.4684
      0.01 mean C 37.2834`,
  },
  {
    name: '8.19 DNA and its repressor',
    runs: 60_000,
    tolerance: 1e-6,
    text: `species DNA = 1
      DNA -> DNA + mRNA, 0.5; mRNA -> mRNA + P, ${(20 * Math.LN2) / 120}; mRNA -> 0, ${Math.LN2 / 120}
      P -> 0, ${Math.LN2 / 600}; DNA + P -> DNAR, 0.025; DNAR -> DNA + P, 1`,
    truths: `1000 mean P 592.77
      1000 var P 6495
      1000 mean mRNA 5.731
      1000 mean DNA 0.0641
      1000 mean DNAR 0.936`,
  },
]

function seir(): string {
  return `species S = 50, E = 4
    S + I -> E + I, 0.1; E -> I, 0.5; I -> S, 1; S -> 0, 0.01; E -> 0, 0.01; I -> R, 0.01; 0 -> S, 0.4`
}
