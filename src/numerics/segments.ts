/**
 * Transitions between rows of states. States that differ in one count only stand next to each other, as a row, and a
 * reaction carries a stretch of one row onto a stretch of another: y[to + i] += factor · line[i] · x[from + i]. Factors
 * belong to stretches and lines are shared by many of them, so that few numbers come from memory besides x and y,
 * whatever the shape of the set of states.
 */
import type { Helpers } from './crew'
import { segmentKernel } from './segment-kernel'
import { flushBelow, type Transition } from './uniformise'

/** Where the stretches lie; those of a row (of targets) follow each other. */
export interface Stretches {
  readonly states: number
  /** First state of each row, and after the last the number of states. */
  readonly rows: Int32Array
  /** Number of stretches before those of each row, and of all. */
  readonly before: Int32Array
  readonly to: Int32Array
  readonly from: Int32Array
  /** First number of the stretch's line in `lines`. */
  readonly line: Int32Array
  readonly length: Int32Array
  /** Numbers that `line` points into. */
  readonly lineNumbers: number
  /** Entries of P that all stretches hold. */
  readonly nonzeros: number
}

/** A matrix whose numbers are still to be filled in. They lie where its kernel can reach them. */
export interface SegmentMatrix {
  readonly transition: Transition
  readonly diagonal: Float64Array
  readonly lines: Float64Array
  /** Sets the factor of a stretch. */
  setFactor(stretch: number, factor: number): void
}

/** Doubles of a stretch in memory: its factor, then four 32-bit numbers. */
const stretchDoubles = 3
/** Room for reads in pairs beyond the end of a vector. */
const pad = 2

/** A memory for one matrix at a time: laying out another takes the place of the one before. */
export interface SegmentArena {
  lay(stretches: Stretches): SegmentMatrix
  /** Lets other threads go: no product of a large matrix after it. */
  release(): void
}

/** Entries of a matrix whose products are done before other threads have heard of them. */
const aloneBelow = 1e6

/**
 * `plain` asks for the TypeScript twin of the WebAssembly kernel, which gives the same bits, as do any number of `helpers`;
 * matrices of `shared` entries and more are shared out to them.
 */
export function segmentArena(plain = false, helpers?: Helpers, shared = aloneBelow): SegmentArena {
  const kernel = plain ? undefined : segmentKernel(helpers)
  let own = new ArrayBuffer(0)
  const room = (doubles: number): ArrayBufferLike => {
    if (kernel) return kernel.room(doubles * 8)
    if (own.byteLength < doubles * 8) own = new ArrayBuffer(doubles * 8)
    return own
  }
  return {
    release: () => kernel?.release(),
    lay(stretches) {
      const { states, rows, before, lineNumbers } = stretches
      const count = stretches.to.length
      const rowCount = rows.length - 1
      // In doubles from the start of the memory.
      let at = 0
      const take = (doubles: number) => {
        const here = at
        at += doubles + (doubles % 2)
        return here
      }
      const vectorAt = [take(states + pad), take(states + pad), take(states + pad)]
      const diagonalAt = take(states + pad)
      const linesAt = take(lineNumbers + pad)
      const stretchAt = take(count * stretchDoubles)
      const rowAt = take(Math.ceil((rowCount * 3) / 2))
      const buffer = room(at)
      const vectors = vectorAt.map(
        (start) => new Float64Array(buffer, start * 8, states),
      ) as unknown as Transition['vectors']
      for (const start of vectorAt) new Float64Array(buffer, start * 8, states + pad).fill(0)
      const diagonal = new Float64Array(buffer, diagonalAt * 8, states)
      const lines = new Float64Array(buffer, linesAt * 8, lineNumbers)
      const factors = new Float64Array(buffer, stretchAt * 8, count * stretchDoubles)
      const places = new Int32Array(buffer, stretchAt * 8, count * stretchDoubles * 2)
      for (let k = 0, i = 2; k < count; k++, i += 2 * stretchDoubles) {
        places[i] = stretches.to[k] * 8
        places[i + 1] = stretches.from[k] * 8
        places[i + 2] = stretches.line[k] * 8
        places[i + 3] = stretches.length[k]
      }
      const table = new Int32Array(buffer, rowAt * 8, rowCount * 3)
      for (let row = 0; row < rowCount; row++) {
        table[3 * row] = rows[row] * 8
        table[3 * row + 1] = rows[row + 1] - rows[row]
        table[3 * row + 2] = (before[row + 1] - before[row]) * stretchDoubles * 8
      }
      const twin = () => ({ ...stretches, vectors, diagonal, lines, factors })
      const addresses = (from: number, to: number, sum: number) =>
        [vectorAt[from], vectorAt[to], vectorAt[sum], diagonalAt, linesAt] as const
      const threads = kernel && stretches.nonzeros >= shared ? kernel.threads : 1
      const shares = sharesOf(stretches, threads).map(([first, end]) => ({
        stretches: (stretchAt + before[first] * stretchDoubles) * 8,
        table: rowAt * 8 + first * 12,
        rows: end - first,
      }))
      return {
        diagonal,
        lines,
        setFactor(stretch, factor) {
          factors[stretch * stretchDoubles] = factor
        },
        transition: {
          states,
          nonzeros: states + stretches.nonzeros,
          bytes: at * 8,
          vectors,
          advance: kernel
            ? (from, to, sum, weight) => kernel.product(addresses(from, to, sum), shares, weight)
            : (from, to, sum, weight) => product(twin(), vectors[from], vectors[to], vectors[sum], weight),
          recur: kernel
            ? (from, to, sum, weight) => kernel.recur(addresses(from, to, sum), shares, weight)
            : (from, to, sum, weight) => product(twin(), vectors[from], vectors[to], vectors[sum], weight, 2),
        },
      }
    },
  }
}

/**
 * Rows from … to for each thread, of about as much work each. All but the last end with a row of even length: the kernel
 * touches what follows an odd one.
 */
function sharesOf({ rows, before, length, states, nonzeros }: Stretches, threads: number): [number, number][] {
  const count = rows.length - 1
  const ends: number[] = []
  let work = 0
  for (let row = 0; row < count && ends.length < threads - 1; row++) {
    work += rows[row + 1] - rows[row]
    for (let k = before[row]; k < before[row + 1]; k++) work += length[k]
    const even = (rows[row + 1] - rows[row]) % 2 === 0
    if (even && work * threads >= (ends.length + 1) * (states + nonzeros)) ends.push(row + 1)
  }
  while (ends.length < threads) ends.push(count)
  return ends.map((end, k) => [ends[k - 1] ?? 0, end])
}

interface Twin extends Stretches {
  readonly diagonal: Float64Array
  readonly lines: Float64Array
  readonly factors: Float64Array
}

/** The product in plain TypeScript: the oracle of the WebAssembly kernel, the same operations on each number. */
function product(
  { states, to, from, line, length, diagonal, lines, factors }: Twin,
  x: Float64Array,
  y: Float64Array,
  sum: Float64Array,
  weight: number,
  scale: 1 | 2 = 1,
): void {
  if (weight !== 0) for (let i = 0; i < states; i++) sum[i] += weight * x[i]
  if (scale === 1) for (let i = 0; i < states; i++) y[i] = diagonal[i] * x[i]
  else for (let i = 0; i < states; i++) y[i] = scale * (diagonal[i] * x[i]) - y[i]
  for (let k = 0; k < to.length; k++) {
    const factor = scale * factors[k * stretchDoubles]
    const [toward, source, first] = [to[k], from[k], line[k]]
    for (let i = 0; i < length[k]; i++) y[toward + i] += factor * lines[first + i] * x[source + i]
  }
  for (let i = 0; i < states; i++) if (!(Math.abs(y[i]) >= flushBelow)) y[i] = 0
}
