/**
 * Krylov steps: the law is sought among the first few images of itself under Q. With Q V = V H + η v e_mᵀ the answer
 * V e^(τH) e_1 misses the equation by η v · (e_mᵀ e^(sH) e_1) at every time s, and since e^(tQ) never enlarges an l1
 * distance, the time integral of that bounds the error (Saad 1992, doi:10.1137/0729014). The integral is taken
 * numerically, so that it is called an estimate. The relation holds however few earlier vectors each is made
 * orthogonal to: two, which costs little.
 */
import { type Advance, type Ask, clip, type Flow, type Propagator } from './propagator'
import { exponentialColumns } from './small-exponential'
import { mass } from './uniformise'

/** Most vectors of a step, and after how many to see whether they are enough. */
const most = 32
const probe = 8
/** Earlier vectors that each is made orthogonal to. */
const recent = 2
/** Octaves of time over which the residual is integrated. */
const octaves = 6
/** Numbers worked through between two looks at the clock: about a millisecond. */
const stretch = 1e6
/** Events that a step can hope to cover per vector, where the law is not smooth: what one call takes on. */
const eventsPerCall = 4096

export function krylov(orthogonalTo = recent): Propagator {
  let step = Number.POSITIVE_INFINITY
  const basis: Float64Array[] = []
  return {
    reach: ({ rate }) => eventsPerCall / rate,
    *advance(flow: Flow, h: number, { tolerance, allowed }: Ask): Generator<void, Advance, void> {
      const { vectors, states } = flow.transition
      const law = vectors[0]
      const start = mass(law)
      if (basis[0]?.length !== states) basis.length = 0
      let products = 0
      let error = 0
      let rounding = 0
      for (let done = 0; done < h && flow.rate > 0; ) {
        const left = h - done
        const found = yield* expand(flow, basis, orthogonalTo, Math.min(step, left), left, tolerance / h)
        products += found.products
        error += found.error
        rounding += found.rounding
        // The last step ends where it should to the bit.
        done = found.tau >= left ? h : done + found.tau
        if (found.tau < left || step < found.tau) step = found.tau
        if (start - mass(law) > allowed + error) return { kept: false, products, cut: 0, error, rounding }
      }
      return { kept: start - mass(law) <= allowed + error, products, cut: 0, error, rounding }
    },
  }
}

interface Step {
  readonly tau: number
  readonly products: number
  readonly error: number
  readonly rounding: number
}

/** One step, as long as the vectors carry it: the law is replaced. `pace`: error allowed per unit of time. */
function* expand(
  { transition, rate, width }: Flow,
  basis: Float64Array[],
  orthogonalTo: number,
  guess: number,
  left: number,
  pace: number,
): Generator<void, Step, void> {
  const { vectors, states } = transition
  const [law, image] = vectors
  const beta = norm(law)
  if (!(beta > 0)) return { tau: left, products: 0, error: 0, rounding: 0 }
  const square = new Float64Array((most + 1) * most)
  const sizes = new Float64Array(most + 1)
  const look = Math.max(1, Math.floor(stretch / (states * (orthogonalTo + width))))
  basis[0] ??= new Float64Array(states)
  sizes[0] = scaleInto(law, 1 / beta, basis[0])
  for (let m = 1; m <= most; m++) {
    // Λ (P v − v), minus its parts along earlier vectors.
    const from = basis[m - 1]
    law.set(from)
    transition.advance(0, 1, 2, 0)
    for (let i = 0; i < states; i++) image[i] = rate * (image[i] - from[i])
    for (let j = Math.max(0, m - orthogonalTo); j < m; j++) {
      const along = dot(image, basis[j])
      square[j * most + m - 1] = along
      subtract(image, along, basis[j])
    }
    const eta = norm(image)
    square[m * most + m - 1] = eta
    const broke = eta <= 1e-14 * rate
    if (!broke) {
      basis[m] ??= new Float64Array(states)
      sizes[m] = scaleInto(image, 1 / eta, basis[m])
    }
    if (m % look === 0) yield
    if (!broke && m < most && (m % probe !== 0 || guess < left)) continue
    const residual = broke ? 0 : beta * eta * sizes[m]
    const found = longest(compact(square, m), m, residual, broke ? left : guess, left, pace)
    if (!broke && m < most && found.tau < left) continue
    const { column, tau } = found
    // Where the vectors end, what they end with is only nearly nothing.
    const error = broke ? beta * eta * Math.sqrt(states) * tau : found.error
    combine(basis, column, m, beta, law)
    let size = 0
    for (let j = 0; j < m; j++) size += Math.abs(column[j]) * sizes[j]
    clip(law)
    // The small exponential doubles its roundings with every squaring, the products to some of their own.
    const roundings = m * (width + 4) + 2 ** (octaves + 1) + 4 * rate * tau
    return { tau, products: m, error, rounding: roundings * beta * size * 2 ** -53 }
  }
  throw new RangeError('unreachable: the last vector always ends the step')
}

/** The leading m×m part. */
function compact(square: Float64Array, m: number): Float64Array {
  return Float64Array.from({ length: m * m }, (_, k) => square[Math.floor(k / m) * most + (k % m)])
}

/** The longest step within the pace, from a guess of it; its coefficients and its error. */
function longest(a: Float64Array, m: number, residual: number, guess: number, left: number, pace: number) {
  let tau = guess
  for (let tries = 0; ; tries++) {
    const columns = exponentialColumns(a, m, tau, octaves)
    const error = residual * integral(columns, m - 1, tau)
    if (error <= pace * tau || residual === 0) {
      // The next step is longer where this one had room.
      const room = (pace * tau) / Math.max(error, 1e-300)
      if (tau >= left || room < 4 || tries > 0) return { tau, error, column: columns[0] }
      const longer = Math.min(left, tau * Math.min(4, 0.9 * room ** (1 / m)))
      const more = exponentialColumns(a, m, longer, octaves)
      const then = residual * integral(more, m - 1, longer)
      if (then <= pace * longer) return { tau: longer, error: then, column: more[0] }
      return { tau, error, column: columns[0] }
    }
    const factor = Number.isFinite(error) ? Math.max(0.1, Math.min(0.8, 0.9 * ((pace * tau) / error) ** (1 / m))) : 0.1
    tau *= factor
  }
}

/** ∫_0^τ |e_mᵀ e^(sA) e_1| ds from its values at τ, τ/2, τ/4 …: each octave by the larger of its two ends. */
function integral(columns: readonly Float64Array[], at: number, tau: number): number {
  let sum = 0
  let width = tau
  for (let k = 0; k + 1 < columns.length; k++) {
    width /= 2
    sum += width * Math.max(Math.abs(columns[k][at]), Math.abs(columns[k + 1][at]))
  }
  return sum + width * Math.abs(columns[columns.length - 1][at])
}

function combine(
  basis: readonly Float64Array[],
  column: Float64Array,
  m: number,
  beta: number,
  into: Float64Array,
): void {
  into.fill(0)
  for (let j = 0; j < m; j++) {
    const [v, c] = [basis[j], beta * column[j]]
    for (let i = 0; i < into.length; i++) into[i] += c * v[i]
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let [even, odd] = [0, 0]
  const pairs = a.length - (a.length % 2)
  for (let i = 0; i < pairs; i += 2) {
    even += a[i] * b[i]
    odd += a[i + 1] * b[i + 1]
  }
  return pairs < a.length ? even + odd + a[pairs] * b[pairs] : even + odd
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a))
}

function subtract(from: Float64Array, times: number, what: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i] -= times * what[i]
}

/** Scaled copy; returns its l1 norm. */
function scaleInto(from: Float64Array, by: number, into: Float64Array): number {
  let size = 0
  for (let i = 0; i < from.length; i++) {
    into[i] = by * from[i]
    size += Math.abs(into[i])
  }
  return size
}
