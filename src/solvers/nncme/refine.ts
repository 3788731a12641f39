/**
 * After the optimiser: what noisy updates leave undone in each conditional law, done by itself. Constant parts are moved
 * until the mean of the conditional laws over the states is the law of the counts, in the span of smooth functions (which
 * is where the likelihood is largest), and dependence that held-out states do not confirm is scaled down.
 */
import { log } from '../../numerics/elementary'
import type { CountBasis } from '../../numerics/learning/basis'
import { columnOf, type Density, keeping, remaining } from '../../numerics/learning/density'
import { correction } from '../../numerics/learning/log-law'
import type { Learner, Weights } from '../../numerics/learning/ops'
import { type Rows, smoothLaws } from './fit'
import { type Seen, seenOf } from './spread'

/** Rows that are evaluated at once. */
const chunk = 4096
const rounds = 3
/** Shares of the learnt dependence that are tried. */
const shares = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1]

/** Yields after every few thousand rows. Without `held`, nothing was learnt before: constant parts follow the counts, in one round. */
export async function* refine(density: Density, learner: Learner, rows: Rows, held?: Rows): AsyncGenerator<void, void> {
  const seen = seenOf(density.caps, rows.states, rows.own)
  const smooth = smoothLaws(density, seen)
  // Less dependence is nearer to the mean law, which is far from the laws after rare counts.
  if (held && held.states.length > 0 && !rows.own) {
    learner.restart(await shrunk(density, learner, held, smooth))
    yield
  }
  for (let round = 0; round < (held ? rounds : 1); round++) {
    const found = yield* meanConditionals(density, learner, rows)
    const weights: Record<string, Weights[string]> = { ...(await learner.weights()) }
    density.bases.forEach((basis, i) => {
      const more = correction(basis, smooth[i], found[i])
      const { shape, data } = weights[density.biasOf(i)]
      weights[density.biasOf(i)] = { shape, data: data.map((x, r) => x + more[r]) }
    })
    learner.restart(weights)
    yield
  }
  learner.restart(yield* withFree(density, learner, seen, rows))
}

/**
 * What frequencies have that smooth functions cannot: a comb, a spike. Where χ² against the law as it is says so, each
 * count gets its share of a Dirichlet posterior around that law, as wide as the excess of χ² (Good 1965).
 */
async function* withFree(
  density: Density,
  learner: Learner,
  seen: readonly Seen[],
  rows: Rows,
): AsyncGenerator<void, Weights> {
  const found = yield* meanConditionals(density, learner, rows)
  const weights: Record<string, Weights[string]> = { ...(await learner.weights()) }
  found.forEach((sums, i) => {
    const free = weights[density.freeOf(i)]
    if (!free) return
    const n = sums.reduce((sum, x) => sum + x, 0)
    const excess = excessOf(seen[i], sums)
    if (excess === 0) return
    const pull = n / excess
    const data = free.data.map((x, k) => {
      const share = (seen[i].weight[k] + (pull * sums[k]) / n) / (n + pull)
      return x + (sums[k] > 0 ? log(share / (sums[k] / n)) : 0)
    })
    weights[density.freeOf(i)] = { ...free, data }
  })
  return weights
}

/** χ² per degree of freedom less one, where that is more than chance: 4.5 standard deviations. */
function excessOf({ rows, exposure }: Seen, weight: Float64Array): number {
  let [chi2, cells] = [0, 0]
  rows.forEach((count, k) => {
    const expected = weight[k] * exposure[k]
    if (expected < fewestExpected) return
    chi2 += (count - expected) ** 2 / expected
    cells++
  })
  if (cells < 2) return 0
  const excess = chi2 / (cells - 1) - 1
  return excess > 4.5 * Math.sqrt(2 / (cells - 1)) ? excess : 0
}

const fewestExpected = 5

/** Σ over rows of q(n_i | the row's counts before i), each by its weight, by variable. */
async function* meanConditionals(
  density: Density,
  learner: Learner,
  { states, own }: Rows,
): AsyncGenerator<void, Float64Array[]> {
  const N = density.caps.length
  const rows = states.length / N
  const out = density.caps.map((cap) => new Float64Array(cap + 1))
  for (let from = 0; from < rows; from += chunk) {
    const part = states.subarray(from * N, Math.min(rows, from + chunk) * N)
    await learner.run(async (ops, parameters) => {
      const pass = keeping(density, ops, parameters, part.length / N)
      for (let i = 0; i < N; i++) {
        const laws = ops.softmax(pass.logits())
        const weigh =
          own && ops.constant(Float32Array.from(own.subarray(from, from + part.length / N)), [part.length / N, 1])
        const sums = await ops.read(ops.sum(weigh ? ops.mul(laws, weigh) : laws, 0))
        sums.forEach((p, n) => {
          out[i][n] += p
        })
        if (i < N - 1) pass.take(columnOf(part, i, N))
      }
    })
    yield
  }
  return out
}

/** Weights with each dependence scaled to the share that predicts held-out states best. */
async function shrunk(
  density: Density,
  learner: Learner,
  { states }: Rows,
  smooth: readonly Float64Array[],
): Promise<Weights> {
  const N = density.caps.length
  const part = states.subarray(0, chunk * N)
  const rows = part.length / N
  const weights: Record<string, Weights[string]> = { ...(await learner.weights()) }
  const best = await learner.run(async (ops, parameters) => {
    const pass = density.start(ops, parameters, rows)
    const sums = remaining(density, rows)
    const chosen: number[] = []
    for (let i = 0; i < N; i++) {
      const logits = pass.logits()
      const column = columnOf(part, i, N)
      // What is the same in all rows is no dependence.
      const constant = ops.mean(logits, 0)
      const dependent = ops.sub(logits, constant)
      const mask = sums?.mask()
      const scores: Float32Array[] = []
      // Without any, it will be the smooth law of the counts.
      const alone = ops.constant(logitsOf(density.bases[i], smooth[i]), constant.shape)
      for (const share of shares) {
        const free = ops.add(ops.affine(dependent, share, 0), share > 0 ? constant : alone)
        const mixed = mask ? ops.add(free, ops.constant(mask, logits.shape)) : free
        scores.push(await ops.read(ops.pick(mixed, column)))
      }
      chosen.push(shares[shareOf(scores)])
      sums?.take(column)
      if (i < N - 1) pass.take(column)
    }
    return chosen
  })
  best.forEach((share, i) => {
    const dependence = weights[density.dependenceOf(i)]
    if (!dependence || share === 1) return
    weights[density.dependenceOf(i)] = { ...dependence, data: dependence.data.map((x) => share * x) }
  })
  return weights
}

function logitsOf({ size, counts, values }: CountBasis, coefficients: Float64Array): Float32Array {
  return Float32Array.from({ length: counts }, (_, n) => {
    let sum = 0
    for (let r = 0; r < size; r++) sum += coefficients[r] * values[r * counts + n]
    return sum
  })
}

/** Standard errors by which a dependence must beat none, to be one. */
const sure = 4

/**
 * Which of several rows of scores, of growing shares of a dependence, to take. The best one, where held-out states are not
 * sure that there is a dependence; where they are, the largest share that is not worse than the best by more than the
 * standard error of the difference (Breiman et al. 1984, §3.4.3): a share by chance would spoil what follows from it.
 */
function shareOf(scores: readonly Float32Array[]): number {
  const means = scores.map((row) => row.reduce((sum, x) => sum + x, 0) / row.length)
  const best = means.indexOf(Math.max(...means))
  /** Of the best over row k, in standard errors. */
  const lead = (k: number) => {
    const gap = means[best] - means[k]
    let squares = 0
    scores[k].forEach((x, r) => {
      squares += (scores[best][r] - x - gap) ** 2
    })
    return gap > 0 ? (gap * scores[k].length) / Math.sqrt(squares) : 0
  }
  if (lead(0) < sure) return best
  return scores.findLastIndex((_, k) => lead(k) <= 1)
}
