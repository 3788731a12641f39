/** The papers' network as a chain of conditional laws. */
import type { ChainLaw } from './chain-law'
import { activate, conditional, feed, isRest, most, type Nade } from './nade'

export function nadeChain(net: Nade, lows: readonly number[]): ChainLaw {
  const { caps, hidden: H, parameters, at, total = 0 } = net
  return {
    lows,
    widths: Array.from(caps, (cap) => cap + 1),
    async laws(i, before, rows) {
      const width = caps[i] + 1
      const out = new Float64Array(rows * width)
      const [a, units] = [new Float64Array(H), new Float64Array(H)]
      for (let r = 0; r < rows; r++) {
        let left = total
        a.set(parameters.subarray(at.c, at.c + H))
        before.forEach((column, j) => {
          left -= column[r]
          feed(net, j, column[r], a)
        })
        if (isRest(net, i)) {
          if (left >= 0 && left < width) out[r * width + left] = 1
          continue
        }
        activate(a, H, units, 0)
        const last = most(net, i, left)
        const sum = conditional(net, i, units, 0, last, out, r * width)
        for (let n = 0; n <= last; n++) out[r * width + n] /= sum
      }
      return out
    },
  }
}
