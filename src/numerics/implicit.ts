/**
 * Implicit steps for stiff chains over long times: the law is sought among the first few images of itself under
 * R = (I − γQ)⁻¹, which damps what moves fast (shift-and-invert Krylov; van den Eshof & Hochbruck 2006,
 * doi:10.1137/040605461). How many are needed depends on the accuracy, hardly on Λh: about ten vectors for four digits.
 * R is applied by elimination without a subtraction in a narrow band: I/γ − Q is a chain that everything leaves at
 * rate 1/γ, so that every image of a law is one, to nearly all digits. A band is factored once and serves many steps.
 */
import { bandChain, type Chain, type Eliminated, eliminate, solveLeft } from './elimination'
import { type Advance, type Ask, clip, type Flow, type Propagator } from './propagator'
import { graphOf, narrowOrder } from './reorder'
import { shiftedColumns, shiftedRounding } from './small-exponential'
import { mass } from './uniformise'

/** Most vectors of a step; from the first check on, every second is one. */
const most = 44
const firstCheck = 6
/** γ as a share of the step: near √2/m for the number of vectors m that some eight digits take (Andersson 1981). */
const shiftShare = 1 / 14
/** A step below this share of what γ was made for is worth a new one. */
const smallestShare = 1 / 16
/** Numbers in a band: 1.6 GB. */
const maxBand = 2e8
/** Numbers worked through between two looks at the clock: about a millisecond. */
const stretch = 1e6

/** The band of a flow: its states in a narrow order, and the widths. */
interface Layout {
  readonly flow: Flow
  /** State at each place of the band. */
  readonly states: Int32Array
  readonly places: Int32Array
  readonly below: number
  readonly above: number
}

interface Factored {
  readonly gamma: number
  readonly chain: Eliminated
}

/** Thrown where the band would not fit; says how many numbers it would have. */
export class TooWide extends RangeError {}

export function implicit(): Propagator {
  let layout: Layout | undefined
  let factored: Factored | undefined
  let step = Number.POSITIVE_INFINITY
  const basis: Float64Array[] = []
  return {
    reach: () => Number.POSITIVE_INFINITY,
    *advance(flow: Flow, h: number, { tolerance, allowed }: Ask): Generator<void, Advance, void> {
      const law = flow.transition.vectors[0]
      if (layout?.flow !== flow) {
        layout = yield* layOut(flow)
        factored = undefined
        basis.length = 0
        step = Number.POSITIVE_INFINITY
      }
      const start = mass(law)
      let products = 0
      let error = 0
      let rounding = 0
      for (let done = 0; done < h && flow.rate > 0; ) {
        const left = h - done
        const wanted = Math.min(step, left)
        if (!factored || factored.gamma > 2 * shiftShare * wanted || factored.gamma < 0.2 * shiftShare * wanted) {
          factored = yield* factor(layout, shiftShare * wanted)
        }
        const found = yield* expand(layout, factored, basis, wanted, tolerance / h)
        products += found.products
        if (found.tau === 0) {
          // Not even a small share of the step: γ was for another scale of time.
          step = wanted * smallestShare
          factored = undefined
          continue
        }
        error += found.error
        rounding += found.rounding
        done = found.tau >= left ? h : done + found.tau
        step = found.tau < wanted ? found.tau : 4 * found.tau
        if (start - mass(law) > allowed + error) return { kept: false, products, cut: 0, error, rounding }
      }
      return { kept: start - mass(law) <= allowed + error, products, cut: 0, error, rounding }
    },
  }
}

function* layOut(flow: Flow): Generator<void, Layout, void> {
  const { forEachRate, transition } = flow
  if (!forEachRate) throw new TypeError('implicit steps need the rates')
  const n = transition.states
  const graph = graphOf(n, (visit) => forEachRate((from, to) => visit(from, to)))
  yield
  const states = narrowOrder(graph)
  yield
  const places = new Int32Array(n)
  states.forEach((state, place) => {
    places[state] = place
  })
  let [below, above] = [0, 0]
  forEachRate((from, to) => {
    below = Math.max(below, places[from] - places[to])
    above = Math.max(above, places[to] - places[from])
  })
  const numbers = n * (below + 1 + above)
  if (numbers > maxBand) throw new TooWide(`a band of ${numbers.toExponential(1)} numbers`)
  return { flow, states, places, below, above }
}

function* factor({ flow, places, below, above }: Layout, gamma: number): Generator<void, Factored, void> {
  const chain: Chain = bandChain(places.length, below, above)
  // Memory comes when it is first touched, which takes a while: by and by.
  for (let from = 0; from < chain.rates.length; from += stretch) {
    chain.rates.fill(0, from, from + stretch)
    yield
  }
  const row = below + 1 + above
  flow.forEachRate?.((from, to, rate) => {
    chain.rates[places[from] * row + below + places[to] - places[from]] += rate
  })
  chain.exit.fill(1 / gamma)
  flow.forEachExit((from, rate) => {
    chain.exit[places[from]] += rate
  })
  yield
  return { gamma, chain: yield* eliminate(chain) }
}

interface Step {
  /** 0 when the vectors do not carry a share of the step that is worth having. */
  readonly tau: number
  readonly products: number
  readonly error: number
  readonly rounding: number
}

/** One step: the law is replaced. `pace`: error allowed per unit of time. */
function* expand(
  { flow, states, below, above }: Layout,
  { gamma, chain }: Factored,
  basis: Float64Array[],
  wanted: number,
  pace: number,
): Generator<void, Step, void> {
  const n = states.length
  const law = flow.transition.vectors[0]
  basis[0] ??= new Float64Array(n)
  for (let i = 0; i < n; i++) basis[0][i] = law[states[i]]
  const beta = Math.sqrt(dot(basis[0], basis[0]))
  if (!(beta > 0)) return { tau: wanted, products: 0, error: 0, rounding: 0 }
  for (let i = 0; i < n; i++) basis[0][i] /= beta
  const square = new Float64Array((most + 1) * most)
  const vector = new Float64Array(n)
  const look = (m: number) => Math.max(1, Math.floor(stretch / (n * (below + above + 1 + 4 * m))))
  // What the law would be by two vectors fewer, and how far that was from two fewer still.
  let earlier: Float64Array[] | undefined
  let before = Number.POSITIVE_INFINITY
  for (let m = 1; m <= most; m++) {
    for (let i = 0; i < n; i++) vector[i] = basis[m - 1][i] / gamma
    solveLeft(chain, vector)
    if (look(m) === 1) yield
    // Twice, which keeps them orthogonal to the last digit.
    for (let round = 0; round < 2; round++) {
      for (let j = 0; j < m; j++) {
        const along = dot(vector, basis[j])
        square[j * most + m - 1] += along
        for (let i = 0; i < n; i++) vector[i] -= along * basis[j][i]
      }
    }
    const eta = Math.sqrt(dot(vector, vector))
    square[m * most + m - 1] = eta
    const broke = eta <= 1e-14
    if (!broke) {
      basis[m] ??= new Float64Array(n)
      for (let i = 0; i < n; i++) basis[m][i] = vector[i] / eta
    }
    if (m % look(m) === 0) yield
    if (!broke && (m < firstCheck || m % 2 > 0)) continue
    yield
    const columns = shiftedColumns(compact(square, m), m, wanted / gamma, octaves)
    const last = broke || m + 2 > most
    for (let k = 0; k < octaves; k++) {
      const tau = wanted * 2 ** -k
      const change = broke ? 0 : earlier ? l1(basis, columns[k], earlier[k], m, beta) : Number.POSITIVE_INFINITY
      // The change is the error of the vectors before; a tenth of the last one, so that it is not small by chance.
      const error = k === 0 && !broke ? Math.max(change, 0.1 * before) : change
      if (k === 0) before = change
      if (error <= pace * tau) {
        place(basis, columns[k], m, beta, states, law)
        const size = columns[k].reduce((sum, c) => sum + Math.abs(c), 0)
        return { tau, products: m, error, rounding: shiftedRounding + m * 8 * beta * size * Math.sqrt(n) * 2 ** -53 }
      }
      if (!last) break
      yield
    }
    earlier = columns
  }
  return { tau: 0, products: most, error: 0, rounding: 0 }
}

/** A step may come out this many times halved, less one. */
const octaves = 5

/** The leading m×m part. */
function compact(square: Float64Array, m: number): Float64Array {
  return Float64Array.from({ length: m * m }, (_, k) => square[Math.floor(k / m) * most + (k % m)])
}

/** l1 distance of two combinations of the vectors, the second of fewer. */
function l1(basis: readonly Float64Array[], a: Float64Array, b: Float64Array, m: number, beta: number): number {
  const difference = new Float64Array(basis[0].length)
  for (let j = 0; j < m; j++) {
    const [v, c] = [basis[j], beta * (a[j] - (b[j] ?? 0))]
    for (let i = 0; i < difference.length; i++) difference[i] += c * v[i]
  }
  return difference.reduce((sum, value) => sum + Math.abs(value), 0)
}

function place(
  basis: readonly Float64Array[],
  column: Float64Array,
  m: number,
  beta: number,
  states: Int32Array,
  law: Float64Array,
): void {
  const sum = new Float64Array(states.length)
  for (let j = 0; j < m; j++) {
    const [v, c] = [basis[j], beta * column[j]]
    for (let i = 0; i < sum.length; i++) sum[i] += c * v[i]
  }
  clip(sum)
  for (let i = 0; i < sum.length; i++) law[states[i]] = sum[i]
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
