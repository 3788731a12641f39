/** How many products a law takes to reach its output times: foretold, not chosen (that is done in propagate.ts). */
import type { Network } from '../../network/network'

/** Whether Chebyshev's series will hold, which takes a chain near to reversible. */
export type Reversible = 'yes' | 'perhaps' | 'no'

/** Events in one series, at most; with fewer than `fewest` Chebyshev's is not tried. */
const [most, fewest] = [1024, 48]
/** Series that are given up cost as much as this makes of the others; more in a window, which goes back over its own. */
const [inVain, inVainOften] = [1.2, 1.8]
/** −2 ln of what a series leaves out. */
const accuracy = 56

/** What can be told of it by the reactions alone: on one axis single steps are reversible, and no jump without a way back is. */
export function reversible({ reactions }: Network, band: number): Reversible {
  if (band <= 1) return 'yes'
  const changes = reactions.map(({ net }) =>
    net
      .filter(({ count }) => count !== 0)
      .map(({ species, count }) => [species, count] as const)
      .sort(([a], [b]) => a - b),
  )
  const known = new Set(changes.map(String))
  const back = changes.map((change) => String(change.map(([species, count]) => [species, -count])))
  return back.every((change) => known.has(change)) ? 'perhaps' : 'no'
}

/** Products for so many events in all, in as many parts as there are output times; `shorter`: by Chebyshev's series. */
export function productsFor(events: number, parts: number, shorter: Reversible | undefined, window: boolean): number {
  const each = events / parts
  const plain = parts * uniform(each)
  if (!shorter || each < fewest) return plain
  if (shorter === 'no') return plain * (window ? inVainOften : inVain)
  const series = parts * Math.max(1, each / (2 * most)) * Math.sqrt(accuracy * Math.min(each, 2 * most))
  return Math.min(plain, shorter === 'yes' ? series : (plain * inVain + series) / 2)
}

/** Of uniformisation: the events, and as far up their Poisson law as it is told from 0. */
function uniform(events: number): number {
  const series = Math.max(1, events / most)
  return events + series * (7 * Math.sqrt(events / series) + 12)
}
