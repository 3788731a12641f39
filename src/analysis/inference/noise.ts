/** What an instrument makes of a value: log-probability (or density) of what is seen, and draws of it. */

import { exp, log, log1p } from '../../numerics/elementary'
import { logGamma, upperGamma } from '../../numerics/statistics'
import type { Variates } from '../../numerics/variates'

/**
 * `none`: what is seen is the value. `dropout`: each molecule is seen with probability `capture`, and a Poisson number
 * of false ones, `background` on average, is added (a Poisson–binomial count). `gaussian`: a normal error of standard
 * deviation `sd`.
 */
export type Noise =
  | { readonly kind: 'none' }
  | { readonly kind: 'dropout'; readonly capture: number; readonly background: number }
  | { readonly kind: 'gaussian'; readonly sd: number }

/** ln of the probability of seeing y, or of seeing from y up to `upper`, when the value is x. */
export function logSeen(noise: Noise, x: number, y: number, upper?: number): number {
  switch (noise.kind) {
    case 'none':
      return (upper === undefined ? y === x : y <= x && x < upper) ? 0 : Number.NEGATIVE_INFINITY
    case 'gaussian': {
      const { sd } = noise
      if (upper === undefined) return -0.5 * ((y - x) / sd) ** 2 - log(sd * Math.sqrt(2 * Math.PI))
      return log(between((y - x) / sd, (upper - x) / sd))
    }
    case 'dropout': {
      if (upper === undefined) return log(captured(noise, x, y))
      let sum = 0
      const last = Math.min(upper, x + noise.background + 40 + 12 * Math.sqrt(noise.background))
      for (let n = Math.max(0, Math.ceil(y)); n < last; n++) sum += captured(noise, x, n)
      return log(sum)
    }
    default:
      return noise satisfies never
  }
}

/** The largest probability, or density, that any value gives to anything seen: what an error of the law weighs at most. */
export function peak(noise: Noise): number {
  return noise.kind === 'gaussian' ? 1 / (noise.sd * Math.sqrt(2 * Math.PI)) : 1
}

/** What the instrument shows of x. */
export function see(noise: Noise, x: number, draw: Variates): number {
  if (noise.kind === 'none') return x
  if (noise.kind === 'gaussian') return x + noise.sd * draw.normal()
  return draw.binomial(Math.max(0, Math.round(x)), noise.capture) + draw.poisson(noise.background)
}

/** P(a ≤ Z < b) of a standard normal, without cancellation in the tails. */
function between(a: number, b: number): number {
  if (a > 0) return between(-b, -a)
  const beyond = (z: number) => 0.5 * upperGamma(0.5, (z * z) / 2)
  return b <= 0 ? beyond(b) - beyond(a) : 1 - beyond(a) - beyond(b)
}

/** P(binomial(x, capture) + Poisson(background) = y). */
function captured({ capture, background }: Extract<Noise, { kind: 'dropout' }>, x: number, y: number): number {
  if (!(y >= 0) || !Number.isInteger(y)) return 0
  const [p, q] = [log(capture), log1p(-capture)]
  let sum = 0
  for (let n = background > 0 ? 0 : y; n <= Math.min(x, y); n++) {
    const ways = logGamma(x + 1) - logGamma(n + 1) - logGamma(x - n + 1)
    const seen = n > 0 ? n * p : 0
    const lost = x > n ? (x - n) * q : 0
    const false_ = y - n
    const extra = background > 0 ? false_ * log(background) - background - logGamma(false_ + 1) : 0
    sum += exp(ways + seen + lost + extra)
  }
  return sum
}
