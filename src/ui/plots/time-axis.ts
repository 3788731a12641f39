import type { Axis, Numbers } from '../figure/figure'

/** The axis of output times. A single time still needs an axis: from 0 to it. */
export function timeAxis(times: Numbers): Axis {
  const first = times[0] ?? 0
  const last = times[times.length - 1] ?? 1
  return { label: 'time', scale: 'linear', domain: last > first ? [first, last] : [0, last > 0 ? last : 1] }
}

/** Smallest and largest finite value; [0, 1] where there is none. */
export function spanOf(lists: readonly Numbers[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const list of lists) {
    for (let k = 0; k < list.length; k++) {
      const v = list[k]
      if (v < low) low = v
      if (v > high && v !== Number.POSITIVE_INFINITY) high = v
    }
  }
  return low <= high ? [low, high] : [0, 1]
}
