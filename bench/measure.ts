/**
 * Measuring in ratios: the variants of one job take turns, several rounds of a small and a large amount of work each,
 * so that a busy machine slows them alike. time = intercept + amount / slope, from the medians.
 */

/** Do this much work (events, states × steps, …); resolves to the amount really done. */
export type Work = (amount: number) => number | Promise<number>

export interface Line {
  readonly name: string
  readonly variant: string
  /** Before the first unit of work is done: compiling, building tables. */
  readonly interceptMs: number
  readonly perSecond: number
  readonly unit: string
  /** Speed over that of the plain variant. */
  readonly ratio: number
  /** Speed over that of other variants, by their names, where more than one thing may be called plain. */
  readonly against?: Readonly<Record<string, number>>
}

/** What a file `bench/NAME.bench.ts` exports as `bench`. */
export type Bench = () => Promise<Line[]>

/** Compare variants of one job, the plain one last. `amounts`: a small and a large amount, a factor of ≥ 4 apart. */
export async function compare(
  name: string,
  unit: string,
  variants: Readonly<Record<string, Work>>,
  amounts: readonly [number, number],
  rounds = 5,
): Promise<Line[]> {
  const times = Object.entries(variants).map(([variant, work]) => ({
    variant,
    work,
    small: [] as Point[],
    large: [] as Point[],
  }))
  // One round more than asked: the first warms the compiler up and is forgotten.
  for (let round = 0; round <= rounds; round++) {
    for (const { work, small, large } of times) {
      const points = [await time(work, amounts[0]), await time(work, amounts[1])]
      if (round === 0) continue
      small.push(points[0])
      large.push(points[1])
    }
  }
  const lines = times.map(({ variant, small, large }) => ({ variant, ...lineThrough(median(small), median(large)) }))
  const plain = lines[lines.length - 1].perSecond
  return lines.map((line) => ({ name, unit, ...line, ratio: line.perSecond / plain }))
}

interface Point {
  readonly ms: number
  readonly amount: number
}

async function time(work: Work, amount: number): Promise<Point> {
  const started = performance.now()
  const done = await work(amount)
  return { ms: performance.now() - started, amount: done }
}

function median(points: readonly Point[]): Point {
  return points.toSorted((a, b) => a.ms - b.ms)[points.length >> 1]
}

function lineThrough(small: Point, large: Point) {
  const msPerUnit = (large.ms - small.ms) / (large.amount - small.amount)
  return { interceptMs: Math.max(0, small.ms - small.amount * msPerUnit), perSecond: 1000 / msPerUnit }
}
