/**
 * Numbers that were printed for one box and one initial law: what leaves the box is lost, and moments are those of what is
 * left, not normalised. On the same box they come out to the printed digits, the loss itself among them.
 */
import { evaluators } from '../../network/evaluate'
import { mass, uniformisation } from '../../numerics/uniformise'
import { type Truth, truthsOf } from './cards'
import type { Answer } from './cards-answer'
import { fill, layOut, ratesAt } from './generator'
import { matrixFree } from './matrix-free'
import { coordinates, forEachState } from './space'
import { problem } from './trial'

export interface BoxCard {
  readonly name: string
  readonly text: string
  /** Largest count of each species that is an axis. */
  readonly caps: Readonly<Record<string, number>>
  /** Weight of an initial state, by the counts of all species in the text's order; normalised where `normal`. Default: the text's. */
  readonly start?: (counts: ArrayLike<number>) => number
  readonly normal?: boolean
  /** As in `cards.ts`; `above A,B` is P(A > B), `loss` what left the box, `max` the largest probability of a state. */
  readonly truths: string
}

export function boxAnswers(card: BoxCard): Answer[] {
  const asked = truthsOf(card)
  const { network, parameters, initial } = problem(card.text, [1])
  const names = network.species.map(({ name }) => name)
  const space = coordinates(network, initial)
  const box = {
    low: space.axes.map(() => 0),
    cap: space.axes.map((s, axis) => Math.min(space.most[axis], card.caps[names[s]])),
  }
  const { propensities } = evaluators(network, parameters)
  const free = finish(matrixFree(network, space, box, propensities))
  const generator = free ?? layOut(network, space, box)
  if (!free) finish(fill(generator, space, ratesAt(propensities, 0)))
  const { matrix, numbering, rate } = generator
  const { transition } = matrix
  const [law] = transition.vectors
  const visit = (seen: (p: number, counts: Float64Array, state: number) => void) =>
    forEachState(space, box, (place, counts) => {
      const state = numbering ? numbering[place] : place
      seen(law[state], counts, state)
    })
  const weight = card.start ?? ((counts) => (names.every((_, s) => counts[s] === initial[s]) ? 1 : 0))
  visit((_, counts, state) => {
    law[state] = weight(counts)
  })
  const whole = card.normal ? mass(law) : 1
  for (let i = 0; i < law.length; i++) law[i] /= whole
  const start = mass(law)
  const flow = { transition, rate, width: network.reactions.length + 1, forEachExit() {} }
  const answers: Answer[] = []
  let now = 0
  for (const time of [...new Set(asked.map((truth) => Number(truth.time)))].sort((a, b) => a - b)) {
    const ask = { tolerance: 1e-14, allowed: Number.POSITIVE_INFINITY }
    finish(uniformisation().advance(flow, time - now, ask))
    now = time
    for (const truth of asked.filter((one) => Number(one.time) === time)) {
      answers.push({ ...truth, got: value(truth, names, visit, start - mass(law)), allowed: truth.within })
    }
  }
  return answers
}

type Visit = (seen: (p: number, counts: Float64Array) => void) => void

function value({ kind, of }: Truth, names: readonly string[], visit: Visit, lost: number): number {
  const [a, b] = of.split(',').map((name) => names.indexOf(name))
  const sum = (what: (counts: Float64Array) => number): number => {
    let total = 0
    visit((p, counts) => {
      total += p * what(counts)
    })
    return total
  }
  const mean = (s: number) => sum((counts) => counts[s])
  switch (kind) {
    case 'mean':
      return mean(a)
    case 'var':
      return sum((counts) => counts[a] ** 2) - mean(a) ** 2
    case 'cov':
      return sum((counts) => counts[a] * counts[b]) - mean(a) * mean(b)
    case 'above':
      return sum((counts) => (counts[a] > counts[b] ? 1 : 0))
    case 'loss':
      return lost
    case 'max': {
      let largest = 0
      visit((p) => {
        largest = Math.max(largest, p)
      })
      return largest
    }
    default:
      throw new Error(`no question of the kind ${kind}`)
  }
}

function finish<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

const switchText = `species A = 0, B = 0
  parameter b = 0.4; A -> 0, 0.05; B -> 0, 0.05; 0 => A, b / (b + B); 0 => B, b / (b + A)`
const about = (x: number, y: number, wide: number) => (counts: ArrayLike<number>) =>
  Math.exp(-((counts[0] - x) ** 2 + (counts[1] - y) ** 2) / wide)
const large = '0 => A, 3000 / (11000 + B^2); A -> 0, 0.001; 0 => B, 3000 / (11000 + A^2); B -> 0, 0.001'
const phage = `0 => S1, 0.5 * 0.12 / (0.12 + S2); 0 => S2, (1 + S5) * 0.6 / (0.6 + S1); 0 => S3, 0.15 * S2 / (S2 + 1)
  0 => S4, 0.3 * S3 / (S3 + 1); 0 => S5, 0.3 * S3 / (S3 + 1)
  S1 -> 0, 0.0025; S2 -> 0, 0.0007; S3 -> 0, 0.0231; S4 -> 0, 0.01; S5 -> 0, 0.01`
/** (20, 60, 14, 14, 14) counts, from 0. */
const wide = { S1: 19, S2: 59, S3: 13, S4: 13, S5: 13 }
/** Three trials, 0.05 for each of five species. */
const trials = (x: ArrayLike<number>) => {
  const all = Array.from({ length: 5 }, (_, s) => x[s])
  const n = all.reduce((a, b) => a + b, 0)
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1))
  if (n > 3) return 0
  return (6 / (all.map(factorial).reduce((a, b) => a * b, 1) * factorial(3 - n))) * 0.05 ** n * 0.75 ** (3 - n)
}

export const boxes: readonly BoxCard[] = [
  {
    name: '8.2 switch, from a spread law, 101 × 101 counts',
    text: switchText,
    caps: { A: 100, B: 100 },
    start: about(30, 5, 0.4),
    normal: true,
    truths: `10 mean A 19.00679139
      10 mean B 3.16796621
      10 var A 8.12418220
      10 var B 1.38189419
      100 mean A 10.25592855
      100 mean B 1.96150929
      100 var A 55.53343508
      100 var B 11.63226518
      100 above A,B 0.78974998
      500 mean A 8.16401035
      500 mean B 5.43980286
      500 var A 65.68645665
      500 var B 52.99963990
      500 above A,B 0.58085763
      1000 mean A 7.12237236
      1000 mean B 6.48201645`,
  },
  {
    // The card has these at 10, 100 and 500: a row too early. With a species that notes the first birth beyond 50, the projection
    // on a box that grows gives 1.57111e-8, 4.11757e-7 and 9.43122e-7 at the times here, and less than 1e-13 at 10.
    name: '8.2 switch, from a spread law, 51 × 51 counts',
    text: switchText,
    caps: { A: 50, B: 50 },
    start: about(30, 5, 0.4),
    normal: true,
    truths: `100 loss A 1.6e-8
      500 loss A 4.1e-7
      1000 loss A 9.4e-7`,
  },
]

/** Boxes that take more than a second or two. */
export const slowBoxes: readonly BoxCard[] = [
  {
    name: '8.4 switch of 512 × 512 counts',
    text: large,
    caps: { A: 511, B: 511 },
    start: (counts) => about(20, 20, 40)(counts) / (40 * Math.PI),
    truths: `2000 mean A 118.95771779
      2000 mean B 118.95771779
      2000 var A 466.483749
      2000 cov A,B -406.628035
      2000 above A,B 0.49529884
      2000 max A 7.11103206e-4
      10000 mean A 125.64873665
      10000 mean B 125.64873665
      10000 var A 2900.937589
      10000 cov A,B -2766.731849
      10000 above A,B 0.49866105
      10000 max A 2.24668560e-4`,
  },
  {
    name: '8.5 λ phage, box (20, 60, 14, 14, 14)',
    text: phage,
    caps: wide,
    start: trials,
    truths: `1 mean S1 0.45006738
      1 mean S2 1.11680725
      1 mean S3 0.18333455
      1 mean S4 0.17189638
      1 mean S5 0.17189638
      5 mean S1 0.89554339
      5 mean S2 4.73706217
      5 mean S3 0.50198934
      5 mean S4 0.33763329
      5 mean S5 0.33763329
      5 loss S1 1.7e-11
      10 mean S1 1.13371830
      10 mean S2 10.10160632
      10 mean S3 0.98754701
      10 mean S4 0.73924274
      10 mean S5 0.73878211
      10 loss S1 1.0e-4`,
  },
  {
    name: '8.5 λ phage, the published box',
    text: phage,
    caps: { S1: 15, S2: 40, S3: 10, S4: 10, S5: 10 },
    start: trials,
    truths: `5 loss S1 2.2e-7
      10 mean S1 1.13338374
      10 mean S2 9.91722861
      10 mean S3 0.97888842
      10 mean S4 0.73273241
      10 mean S5 0.72113809
      10 loss S1 4.19e-3`,
  },
  {
    name: '8.5 λ phage, from nothing',
    text: phage,
    caps: wide,
    truths: `10 mean S1 1.09280316
      10 mean S2 8.43642541
      10 mean S3 0.83606419
      10 mean S4 0.43333971
      10 mean S5 0.43331215
      10 loss S1 5.8e-6`,
  },
  {
    name: '8.15 Goutsias, box (22, 45, 26)',
    text: `species RNA = 0, M = 2, D = 6, DNAD = 0, DNA2D = 0, DNA = 2
      RNA -> RNA + M, 0.043; M -> 0, 0.0007; DNAD -> DNAD + RNA, 0.0715; RNA -> 0, 0.0039
      DNA + D -> DNAD, 0.0199264664; DNAD -> DNA + D, 0.4791
      DNAD + D -> DNA2D, 1.99264664e-4; DNA2D -> DNAD + D, 8.765e-12; 2M -> D, 0.0830269432; D -> 2M, 0.5`,
    caps: { RNA: 21, M: 44, D: 25, DNA: 2, DNAD: 2, DNA2D: 2 },
    truths: `100 mean RNA 1.60484225
      100 mean M 7.42011075
      100 mean D 4.44765538
      100 mean DNAD 0.30999693
      100 mean DNA2D 0.01773756
      100 var RNA 2.212303
      100 var M 6.501008
      100 var D 3.405389
      100 var DNAD 0.259656
      100 var DNA2D 0.017509
      100 loss M 2.3e-7
      300 loss M 0.21`,
  },
]
