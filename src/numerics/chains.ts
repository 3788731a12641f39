/**
 * What several Markov chains tell of the law they sample: rank-normalised split R̂, bulk and tail effective sample sizes
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, doi:10.1214/20-BA1221).
 */

/** Convergence of one quantity. */
export interface Convergence {
  /** 1 where the chains agree; above 1.01 they have not mixed. */
  readonly rHat: number
  /** Independent draws that tell as much of the centre of the law … */
  readonly essBulk: number
  /** … and of its 5 % and 95 % quantiles. */
  readonly essTail: number
}

/** Judge chains of equal length, ≥ 4 draws each; not a number where all draws are the same. */
export function convergence(chains: readonly Float64Array[]): Convergence {
  const split = halves(chains)
  const all = Float64Array.from(split.flatMap((chain) => [...chain])).sort()
  const middle = quantileOfSorted(all, 0.5)
  const bulk = rankNormalised(split)
  const folded = rankNormalised(split.map((chain) => chain.map((x) => Math.abs(x - middle))))
  const below = (share: number) => {
    const limit = quantileOfSorted(all, share)
    return effective(split.map((chain) => chain.map((x) => Number(x <= limit))))
  }
  return {
    rHat: Math.max(potentialScale(bulk), potentialScale(folded)),
    essBulk: effective(bulk),
    essTail: Math.min(below(0.05), below(0.95)),
  }
}

/** Effective sample size of the mean of these chains, as they are. */
export function effectiveSize(chains: readonly Float64Array[]): number {
  return effective(halves(chains))
}

/** The quantile of ascending values, by linear interpolation (type 7 of Hyndman & Fan 1996). */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

/** The two halves of every chain; an odd one out, in the middle, is left out. */
function halves(chains: readonly Float64Array[]): Float64Array[] {
  return chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2)
    return [chain.slice(0, half), chain.slice(chain.length - half)]
  })
}

/** Normal scores of the ranks over all chains, ties sharing their mean rank. */
function rankNormalised(chains: readonly Float64Array[]): Float64Array[] {
  const n = chains[0].length
  const values = Float64Array.from(chains.flatMap((chain) => [...chain]))
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b])
  const scores = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]] === values[order[from]]) to++
    const score = normalQuantile(((from + 1 + to) / 2 - 3 / 8) / (values.length + 1 / 4))
    for (let i = from; i < to; i++) scores[order[i]] = score
    from = to
  }
  return chains.map((_, c) => scores.slice(c * n, (c + 1) * n))
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}

/** Unbiased. */
function variance(values: ArrayLike<number>): number {
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2
  return sum / (values.length - 1)
}

function potentialScale(chains: readonly Float64Array[]): number {
  const n = chains[0].length
  const within = mean(chains.map(variance))
  const between = n * variance(chains.map(mean))
  return Math.sqrt((between / within + n - 1) / n)
}

/** By Geyer's initial monotone sequence of autocorrelations combined over chains (Geyer 1992, doi:10.1214/ss/1177011137). */
function effective(chains: readonly Float64Array[]): number {
  const n = chains[0].length
  const total = chains.length * n
  const centres = chains.map(mean)
  const covariance = (lag: number) =>
    mean(
      chains.map((chain, c) => {
        let sum = 0
        for (let i = lag; i < n; i++) sum += (chain[i] - centres[c]) * (chain[i - lag] - centres[c])
        return sum / n
      }),
    )
  const within = (covariance(0) * n) / (n - 1)
  const over = (within * (n - 1)) / n + (chains.length > 1 ? variance(centres) : 0)
  if (!(over > 0)) return Number.NaN
  const correlation = (lag: number) => 1 - (within - covariance(lag)) / over
  // Sums of neighbouring pairs are positive and fall; noise, or the end of the chain, ends the sum with half a pair.
  let sum = 0
  let most = Number.POSITIVE_INFINITY
  let end = 0
  for (let lag = 0; ; lag += 2) {
    const even = lag === 0 ? 1 : correlation(lag)
    const odd = correlation(lag + 1)
    if (even + odd <= 0 || lag + 2 >= n - 2) {
      end = Math.max(0, even)
      break
    }
    most = Math.min(most, even + odd)
    sum += most
  }
  // An antithetic chain may be better than independence, but not without limit.
  return total / Math.max(2 * sum - 1 + end, 1 / Math.log10(total))
}

const inner = {
  up: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ],
  down: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
}
const outer = {
  up: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  down: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
}

/** The standard normal quantile, 0 < p < 1, to a relative 1.2e-9 (Acklam's rational approximation, 2003). */
export function normalQuantile(p: number): number {
  const series = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, c) => sum * x + c, 0)
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return series(outer.up, q) / series(outer.down, q)
  }
  const q = p - 0.5
  return (q * series(inner.up, q * q)) / series(inner.down, q * q)
}
