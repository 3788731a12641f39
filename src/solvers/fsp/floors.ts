/** Which of many small numbers are, summed, small enough to do without. */

/** Sums of positive numbers by their size, in steps of √2: which of them are small enough to do without. */
export function floors() {
  const least = -400
  const sums = new Float64Array(2 * (100 - least))
  return {
    add(value: number): void {
      if (!(value > 0)) return
      sums[Math.min(sums.length - 1, Math.max(0, Math.floor(2 * Math.log2(value)) - 2 * least))] += value
    },
    /** The largest step such that all numbers below it sum to at most `budget`. */
    below(budget: number): number {
      let bin = 0
      for (let sum = sums[0]; bin < sums.length - 1 && sum <= budget; sum += sums[++bin]);
      return bin === 0 ? 0 : 2 ** ((bin + 2 * least) / 2)
    },
  }
}
