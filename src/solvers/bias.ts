/**
 * What a step costs: an ensemble against one with the step halved, on other random numbers. Methods of weak order one
 * are twice as far from the limit of small steps as the two are from each other.
 */
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Bias } from './contract'

/** Of moments: signed, on their axes. `fine` and the errors (standard ones) belong to the ensemble with half the step. */
export function biasOfMoments(
  coarse: NamedArray,
  fine: NamedArray,
  errors: readonly [coarse: NamedArray, fine: NamedArray],
  how: string,
): Bias {
  const [ofCoarse, ofFine] = errors
  return {
    value: { ...coarse, data: coarse.data.map((value, i) => 2 * (value - fine.data[i])) },
    noise: { ...coarse, data: coarse.data.map((_, i) => 2 * Math.hypot(ofCoarse.data[i], ofFine.data[i])) },
    how,
  }
}

/** Of marginals, [time, quantity, count]: per time the largest l1 distance of a quantity's law, and what noise makes. */
export function biasOfMarginals(
  coarse: NamedArray,
  fine: NamedArray,
  sizes: readonly [number, number],
  how: string,
): Bias {
  const times = coarse.coords.time
  const value = new Float64Array(times.length)
  const noise = new Float64Array(times.length)
  const shared = coarse.coords.quantity.filter((name) => fine.coords.quantity.includes(name))
  const width = Math.max(widthOf(coarse), widthOf(fine))
  const scale = 2 * Math.sqrt((2 / Math.PI) * (1 / sizes[0] + 1 / sizes[1]))
  for (let k = 0; k < times.length; k++) {
    for (const name of shared) {
      const [p, q] = [lawOf(coarse, k, name, width), lawOf(fine, k, name, width)]
      let [distance, chance] = [0, 0]
      for (let i = 0; i < Math.max(p.length, q.length); i++) {
        const [here, there] = [p[i] ?? 0, q[i] ?? 0]
        const pooled = (here * sizes[0] + there * sizes[1]) / (sizes[0] + sizes[1])
        distance += 2 * Math.abs(here - there)
        chance += scale * Math.sqrt(pooled * (1 - pooled))
      }
      value[k] = Math.max(value[k], distance)
      noise[k] = Math.max(noise[k], chance)
    }
  }
  const axes = [['time', times]] as const
  return { value: namedArray(axes, value), noise: namedArray(axes, noise), how }
}

const widthOf = ({ coords: { count } }: NamedArray) => (count.length > 1 ? Number(count[1]) - Number(count[0]) : 1)

/** One law, in cells that hold `width` counts: a multiple of what its own hold. */
function lawOf(array: NamedArray, k: number, name: string | number, width: number): Float64Array {
  const [, Q, L] = array.shape
  const from = (k * Q + array.coords.quantity.indexOf(name)) * L
  const law = new Float64Array(Math.floor(Number(array.coords.count[L - 1]) / width) + 1)
  for (let i = 0; i < L; i++) law[Math.floor(Number(array.coords.count[i]) / width)] += array.data[from + i]
  return law
}
