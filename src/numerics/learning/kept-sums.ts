/** Conserved sums of counts: which counts still lead to every total. */

/** Σ weights[i] n_i = total; weights are whole numbers ≥ 0. */
export interface ConservedSum {
  readonly weights: readonly number[]
  readonly total: number
}

/** What is left of all totals is one whole number, the index into a box with a side per sum. */
export interface KeptSums {
  readonly sums: readonly ConservedSum[]
  /** What is left at first. */
  readonly all: number
  /** What one of variable i takes from it. */
  readonly steps: readonly number[]
  /** Whether any sum counts variable i, or decides what it may be. */
  rules(i: number): boolean
  /** Whether n of variable i can be taken, and the later variables then use up the rest exactly. */
  allows(i: number, left: number, n: number): boolean
}

const largest = 2_000_000

/** Undefined where there is nothing to keep, or the totals are too large to look ahead. */
export function keepSums(caps: readonly number[], sums: readonly ConservedSum[]): KeptSums | undefined {
  const N = caps.length
  const size = sums.reduce((product, { total }) => product * (total + 1), 1)
  if (sums.length === 0 || size * (N + 1) > largest) return undefined
  const strides = sums.map((_, l) => sums.slice(l + 1).reduce((product, { total }) => product * (total + 1), 1))
  const steps = caps.map((_, i) => sums.reduce((step, { weights }, l) => step + weights[i] * strides[l], 0))
  const leftOf = (left: number, l: number) => Math.floor(left / strides[l]) % (sums[l].total + 1)
  /** Whether n of variable i are still there in every sum. */
  const has = (i: number, left: number, n: number) => sums.every(({ weights }, l) => weights[i] * n <= leftOf(left, l))
  const reaches = Array.from({ length: N + 1 }, () => new Uint8Array(size))
  reaches[N][0] = 1
  for (let i = N - 1; i >= 0; i--) {
    for (let left = 0; left < size; left++) {
      for (let n = 0; n <= caps[i] && has(i, left, n); n++) {
        if (reaches[i + 1][left - n * steps[i]]) {
          reaches[i][left] = 1
          break
        }
      }
    }
  }
  return {
    sums,
    all: size - 1,
    steps,
    rules: (i) => steps[i] > 0,
    allows: (i, left, n) => has(i, left, n) && reaches[i + 1][left - n * steps[i]] === 1,
  }
}
