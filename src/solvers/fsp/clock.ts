/** Rates that read the time, at one time or mixed from several: what an exponential over a step is taken of. */
import type { Rule } from '../../network/evaluate'

/** Read by the rules that `mixed` makes; set before they are evaluated. */
export interface Clock {
  times: readonly number[]
  /** Of the rates at each time; they sum to 1, and some may be below 0. */
  shares: readonly number[]
}

export function clockAt(t: number): Clock {
  return { times: [t], shares: [1] }
}

/** The rate as the clock says: broken where it is at any of the times, and 0 where extrapolation ends below 0. */
export function mixed(rate: Rule, clock: Clock): Rule {
  return (x) => {
    let sum = 0
    for (let k = 0; k < clock.times.length; k++) {
      const value = rate(x, clock.times[k])
      if (!(value >= 0)) return value
      sum += clock.shares[k] * value
    }
    return Math.max(0, sum)
  }
}
