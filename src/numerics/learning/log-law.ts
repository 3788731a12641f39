/**
 * The smooth law behind frequencies: ln p(n) = c · B(n), by penalised maximum likelihood (P-splines: Eilers & Marx 1996,
 * doi:10.1214/ss/1038425655). As counts of independent Poisson variables the likelihood has the same maximum, and a
 * Hessian with as few diagonals as splines overlap.
 */
import { exp, log } from '../elementary'
import type { CountBasis } from './basis'

/** Splines that overlap, less one; also what third differences reach. */
const band = 3
/** Pseudo-observations that pull a coefficient to its prior, which decides where nothing was seen; what the prior has of them. */
const [ridge, faint] = [0.02, 1e-4]
/** Penalties on squared third derivatives that are tried, in pseudo-observations. */
const penalties = [...Array.from({ length: 10 }, (_, k) => 10 ** (7 - k)), 0]
/** How much more than 1 a free number must gain: less often too rough by chance (Kim & Gu 2004, doi:10.1046/j.1369-7412.2003.05316.x). */
const caution = 1.4

/**
 * Coefficients whose combination is closest to ln(frequency) by maximum likelihood, as smooth as Akaike's criterion (1974, doi:10.1109/TAC.1974.1100705) asks for: the penalty at which the
 * likelihood less the free numbers is largest. Third derivatives say nothing against a parabola, so that tails go on
 * as a normal law's. With an `exposure`, count n was looked for exposure[n] times as often as its probability says.
 */
export function fitSmoothLaw(
  basis: CountBasis,
  frequencies: ArrayLike<number>,
  exposure?: ArrayLike<number>,
): Float64Array {
  const problem = problemOf(basis, frequencies, exposure)
  const first = start(problem)
  if (basis.size <= band) return centred(maximise(problem, first, { penalty: 0, ridge }).c)
  let fit = maximise(problem, first, { penalty: penalties[0], ridge: faint })
  let best = { score: Number.POSITIVE_INFINITY, c: fit.c }
  for (const penalty of penalties) {
    // The smoother fit is the prior of the next: it says how tails go on where nothing was seen.
    fit = maximise(problem, fit.c, { penalty, ridge, prior: fit.c })
    const score = likelihoodGap(problem, fit.c) + caution * freedom(problem, fit.hessian)
    if (score < best.score) best = { score, c: fit.c }
  }
  return centred(best.c)
}

/** Where a law has less than this, it matters little how well it is met; and no count moves by more nats at once. */
const [negligible, furthest] = [1e-7, 3]

/**
 * What to add to coefficients that now make the law `found`, so that it comes closer to the law of `wanted` coefficients:
 * least squares in the logarithm, each count weighed by its probability.
 */
export function correction(basis: CountBasis, wanted: Float64Array, found: ArrayLike<number>): Float64Array {
  const { size: R, counts: K, values } = basis
  const fitting = problemOf(basis, found)
  const { first, seen, total } = fitting
  const eta = logRates(fitting, wanted)
  const logZ = log(eta.reduce((sum, x) => sum + exp(x), 0))
  const matrix = new Float64Array(R * (band + 1))
  const right = new Float64Array(R)
  for (let r = 0; r < R; r++) matrix[r * (band + 1)] = 1e-3 * negligible
  for (let n = 0; n < K; n++) {
    if (!(seen[n] > 0)) continue
    const weight = exp(eta[n] - logZ) + negligible
    const gap = Math.min(furthest, Math.max(-furthest, eta[n] - logZ - log(seen[n] / total)))
    for (let r = first[n]; r <= first[n] + reach(R); r++) {
      const value = values[r * K + n]
      right[r] += weight * gap * value
      for (let s = first[n]; s <= r; s++) matrix[r * (band + 1) + r - s] += weight * value * values[s * K + n]
    }
  }
  return solveBand(factorBand(matrix, R), R, right)
}

interface Fitting {
  readonly basis: CountBasis
  readonly seen: Float64Array
  readonly exposure: Float64Array
  /** First spline that is not 0 at each count. */
  readonly first: Int32Array
  readonly total: number
}

function problemOf(basis: CountBasis, frequencies: ArrayLike<number>, exposures?: ArrayLike<number>): Fitting {
  const { size: R, counts: K, values } = basis
  const first = Int32Array.from({ length: K }, (_, n) => {
    let r = 0
    while (r < R - 1 && values[r * K + n] === 0) r++
    return Math.max(0, Math.min(r, R - 1 - band))
  })
  const seen = Float64Array.from({ length: K }, (_, n) => frequencies[n])
  const exposure = Float64Array.from({ length: K }, (_, n) => exposures?.[n] ?? 1)
  return { basis, seen, exposure, first, total: seen.reduce((sum, f) => sum + f, 0) }
}

const reach = (R: number) => Math.min(band, R - 1)

/** ln of the expected frequency of each count. */
function logRates({ basis: { size: R, counts: K, values }, first }: Fitting, c: Float64Array): Float64Array {
  return Float64Array.from({ length: K }, (_, n) => {
    let sum = 0
    for (let r = first[n]; r <= first[n] + reach(R); r++) sum += c[r] * values[r * K + n]
    return sum
  })
}

/** −Σ f ln p of the normalised law, up to a constant. */
function likelihoodGap(fitting: Fitting, c: Float64Array): number {
  const eta = logRates(fitting, c)
  const logZ = log(eta.reduce((sum, x, n) => sum + fitting.exposure[n] * exp(x), 0))
  return fitting.seen.reduce((sum, f, n) => sum - f * (eta[n] - logZ), 0)
}

interface Pull {
  /** On squared third derivatives. */
  readonly penalty: number
  readonly ridge: number
  /** The coefficients that the ridge pulls to; without them, the mean of those that are found. */
  readonly prior?: Float64Array
}

/** Newton's method with a step that is halved until it descends. */
function maximise(fitting: Fitting, from: Float64Array, { penalty, ridge, prior }: Pull) {
  const { basis, seen, exposure, first } = fitting
  const { size: R, counts: K, values, third } = basis
  const c = from.slice()
  const expected = () => prior ?? new Float64Array(R).fill(mean(c))
  const bend = (r: number) => [0, 1, 2, 3].reduce((sum, k) => sum + third[4 * r + k] * c[r + k], 0)
  const objective = () => {
    const pulled = expected()
    const fit = logRates(fitting, c).reduce((sum, x, n) => sum + exposure[n] * exp(x) - seen[n] * x, 0)
    let rough = 0
    for (let r = 0; r + band < R; r++) rough += penalty * bend(r) ** 2
    return fit + 0.5 * (rough + ridge * c.reduce((sum, x, r) => sum + (x - pulled[r]) ** 2, 0))
  }
  let best = objective()
  let hessian = new Float64Array(0)
  for (let iteration = 0; iteration < 60; iteration++) {
    const rates = logRates(fitting, c).map((x, n) => exposure[n] * exp(x))
    const pulled = expected()
    const gradient = c.map((x, r) => ridge * (x - pulled[r]))
    hessian = new Float64Array(R * (band + 1))
    for (let r = 0; r < R; r++) hessian[r * (band + 1)] = ridge
    for (let n = 0; n < K; n++) {
      for (let r = first[n]; r <= first[n] + reach(R); r++) {
        const value = values[r * K + n]
        if (value === 0) continue
        gradient[r] += (rates[n] - seen[n]) * value
        for (let s = first[n]; s <= r; s++) hessian[r * (band + 1) + r - s] += rates[n] * value * values[s * K + n]
      }
    }
    for (let r = 0; r + band < R; r++) {
      const rough = penalty * bend(r)
      for (let k = 0; k <= band; k++) {
        const d = third[4 * r + k]
        gradient[r + k] += d * rough
        for (let l = 0; l <= k; l++) hessian[(r + k) * (band + 1) + k - l] += penalty * d * third[4 * r + l]
      }
    }
    const factored = factorBand(hessian, R)
    const move = solveBand(factored, R, gradient)
    const decrement = move.reduce((sum, m, r) => sum + m * gradient[r], 0)
    if (!(decrement > 1e-9)) break
    const before = c.slice()
    let share = 1
    for (; share > 1e-4; share /= 2) {
      for (let r = 0; r < R; r++) c[r] = before[r] - share * move[r]
      const value = objective()
      if (value <= best - 0.1 * share * decrement) {
        best = value
        break
      }
    }
    if (share <= 1e-4) {
      c.set(before)
      break
    }
  }
  return { c, hessian }
}

/** How many numbers the fit is free to choose: tr(H⁻¹ H₀), H₀ being what the data say and H all of it. */
function freedom({ basis: { size: R, counts: K, values }, first, seen }: Fitting, hessian: Float64Array): number {
  const factored = factorBand(hessian, R)
  const unit = new Float64Array(R)
  const columns = Array.from({ length: R }, (_, r) => {
    unit.fill(0)
    unit[r] = 1
    return solveBand(factored, R, unit)
  })
  let trace = 0
  for (let n = 0; n < K; n++) {
    if (seen[n] === 0) continue
    for (let r = first[n]; r <= first[n] + reach(R); r++) {
      for (let s = first[n]; s <= first[n] + reach(R); s++) {
        trace += seen[n] * values[r * K + n] * values[s * K + n] * columns[r][s]
      }
    }
  }
  return trace
}

/** Cholesky of a matrix with `band` diagonals below its own, stored [row, distance from the diagonal]. */
function factorBand(a: Float64Array, R: number): Float64Array {
  const w = band + 1
  const l = a.slice()
  for (let r = 0; r < R; r++) {
    for (let s = Math.max(0, r - band); s <= r; s++) {
      let sum = l[r * w + r - s]
      for (let k = Math.max(0, r - band, s - band); k < s; k++) sum -= l[r * w + r - k] * l[s * w + s - k]
      l[r * w + r - s] = r === s ? Math.sqrt(Math.max(sum, 1e-300)) : sum / l[s * w]
    }
  }
  return l
}

function solveBand(l: Float64Array, R: number, b: Float64Array): Float64Array {
  const w = band + 1
  const x = b.slice()
  for (let r = 0; r < R; r++) {
    for (let k = Math.max(0, r - band); k < r; k++) x[r] -= l[r * w + r - k] * x[k]
    x[r] /= l[r * w]
  }
  for (let r = R - 1; r >= 0; r--) {
    for (let k = r + 1; k <= Math.min(R - 1, r + band); k++) x[r] -= l[k * w + k - r] * x[k]
    x[r] /= l[r * w]
  }
  return x
}

/** Each function takes the logarithm of the frequency round its peak. */
function start({ basis: { size, counts, values }, seen, exposure }: Fitting): Float64Array {
  const frequencies = seen.map((f, n) => f / exposure[n])
  const total = frequencies.reduce((sum, f) => sum + f, 0)
  return Float64Array.from({ length: size }, (_, r) => {
    let [mass, weight] = [0, 0]
    for (let n = 0; n < counts; n++) {
      mass += values[r * counts + n] * frequencies[n]
      weight += values[r * counts + n]
    }
    return log(Math.max(mass / weight, 1e-7 * total))
  })
}

const mean = (c: Float64Array) => c.reduce((sum, x) => sum + x, 0) / c.length

/** Adding the same to all coefficients changes no law. */
function centred(c: Float64Array): Float64Array {
  const middle = mean(c)
  return c.map((x) => x - middle)
}
