/** A run of Poisson weights: `weights[k − first]` is the probability of k; what is left out sums to at most `tail`. */
export interface PoissonWindow {
  readonly first: number
  readonly weights: Float64Array
}

/**
 * The Poisson probabilities of `mean`, without the two tails that together hold at most `tail`. They are built outward
 * from the mode, so that e^(-mean) never appears and cannot underflow (Fox & Glynn 1988, doi:10.1145/42404.42409), and
 * normalised by the sum of everything above 1e-20 of the mode: what was left out is missing from their sum.
 */
export function poissonWindow(mean: number, tail: number): PoissonWindow {
  const mode = Math.floor(mean)
  const up: number[] = []
  for (let k = mode, w = 1; w > 1e-20; k++, w *= mean / k) up.push(w)
  const down: number[] = []
  for (let k = mode, w = mode / mean; k > 0 && w > 1e-20; k--, w *= k / mean) down.push(w)
  const all = Float64Array.from([...down.reverse(), ...up])
  // Smallest first on either side, so that nothing is lost in the sum.
  let left = 0
  let right = 0
  for (let i = 0; i < down.length; i++) left += all[i]
  for (let i = all.length - 1; i >= down.length; i--) right += all[i]
  const total = left + right
  for (let i = 0; i < all.length; i++) all[i] /= total
  let start = 0
  for (let lost = all[0]; lost <= tail / 2 && start < all.length - 1; lost += all[++start]);
  let end = all.length
  for (let lost = all[end - 1]; lost <= tail / 2 && end > start + 1; lost += all[--end - 1]);
  return { first: mode - down.length + start, weights: all.subarray(start, end) }
}
