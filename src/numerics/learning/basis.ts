/**
 * Smooth functions of a count: cubic B-splines (de Boor 1978) whose knots are neighbouring numbers among small counts
 * (and near the largest) and about 0.7 √n apart in between, as the width of Poisson's law grows. A logarithm of a probability that is a
 * combination of them has one free number per bump it can have, not one per count: fewer samples fix it.
 */
export interface CountBasis {
  /** Functions. */
  readonly size: number
  /** Counts 0…cap. */
  readonly counts: number
  /** [size, counts]; every column sums to 1. */
  readonly values: Float32Array
  /**
   * [size − 3, 4]: what entry r says of coefficients r … r + 3 is the third derivative of their combination between two
   * knots, in units of a width of Poisson's law there, and weighed by the distance of the knots.
   */
  readonly third: Float64Array
}

/** Up to this many counts each has a function of its own. */
const fewCounts = 12
/** Knots are neighbours up to here. */
const dense = 6
const spacing = 0.7
const degree = 3

/** `widest`: no two knots are further apart than this, for laws that are narrower than Poisson's. */
export function countBasis(cap: number, widest = Number.POSITIVE_INFINITY): CountBasis {
  const counts = cap + 1
  if (counts <= fewCounts) return each(counts)
  const inner = knots(cap, Math.max(1, widest))
  if (inner.length > 0.7 * counts) return each(counts)
  const ends = Array(degree).fill(0)
  const all = [...ends.map(() => 0), ...inner, ...ends.map(() => cap)]
  const size = all.length - degree - 1
  const values = new Float32Array(size * counts)
  for (let n = 0; n < counts; n++) {
    bumps(all, n).forEach((value, r) => {
      values[r * counts + n] = value
    })
  }
  return { size, counts, values, third: thirdOf(all) }
}

/** A function for each count. */
function each(counts: number): CountBasis {
  const values = new Float32Array(counts * counts)
  for (let n = 0; n < counts; n++) values[n * counts + n] = 1
  const third = new Float64Array(4 * Math.max(0, counts - 3))
  for (let r = 0; r < counts - 3; r++)
    third.set(
      [-1, 3, -3, 1].map((d) => d * unitAt(r + 1.5, counts - 1, 1)),
      4 * r,
    )
  return { size: counts, counts, values, third }
}

/** A probability may jump this close to an end, where a species begins, or has no more: little is said against it. */
const [jumps, allowed] = [3, 0.1]

/** (Poisson's width)³, times the square root of the share of a width that lies between two knots. */
function unitAt(n: number, cap: number, between: number): number {
  const end = Math.min(n, cap - n)
  const width = Math.max(1, spacing * Math.sqrt(end))
  return width ** 3 * Math.sqrt(between / width) * (end < jumps ? allowed : 1)
}

/** Third derivatives of cubic splines, by differences of coefficients over distances of knots (de Boor 1978, X). */
function thirdOf(knots: readonly number[]): Float64Array {
  const size = knots.length - degree - 1
  const out = new Float64Array(4 * Math.max(0, size - degree))
  for (let r = 0; r + degree < size; r++) {
    let weights = [0, 1, 2, 3].map((k) => [0, 1, 2, 3].map((j) => Number(j === k)))
    for (let order = 1; order <= degree; order++) {
      weights = weights.slice(1).map((row, k) => {
        const i = r + order + k
        const distance = (knots[i + degree + 1 - order] - knots[i]) / (degree + 1 - order)
        return row.map((x, j) => (x - weights[k][j]) / distance)
      })
    }
    const [from, to] = [knots[r + degree], knots[r + degree + 1]]
    const unit = unitAt(0.5 * (from + to), knots[knots.length - 1], to - from)
    out.set(
      weights[0].map((x) => x * unit),
      4 * r,
    )
  }
  return out
}

/** Dense at both ends, where a law may be cut off. */
function knots(cap: number, widest: number): number[] {
  const lower = [0]
  const upper = [cap]
  const step = (n: number) => Math.min(widest, n < dense ? 1 : spacing * Math.sqrt(n))
  for (;;) {
    const [last, first] = [lower[lower.length - 1], upper[upper.length - 1]]
    const up = step(last) <= step(cap - first)
    const next = up ? last + step(last) : first - step(cap - first)
    // The stretch in the middle is not a sliver.
    if (up ? next + 0.5 * (next - last) > first : next - 0.5 * (first - next) < last)
      return [...lower, ...upper.reverse()]
    if (up) lower.push(next)
    else upper.push(next)
  }
}

/** All B-splines at x, by the recursion of Cox and de Boor. */
function bumps(at: readonly number[], x: number): number[] {
  const last = at[at.length - 1]
  let now: number[] = at
    .slice(1)
    .map((end, i) => (at[i] < end && at[i] <= x && (x < end || (x === last && end === last)) ? 1 : 0))
  for (let d = 1; d <= degree; d++) {
    now = now.slice(1).map((right, i) => {
      const [rise, fall] = [at[i + d] - at[i], at[i + d + 1] - at[i + 1]]
      return (rise > 0 ? ((x - at[i]) / rise) * now[i] : 0) + (fall > 0 ? ((at[i + d + 1] - x) / fall) * right : 0)
    })
  }
  return now
}
