/**
 * Finite Markov chains in a band, by elimination without a subtraction (Grassmann, Taksar & Heyman 1985,
 * doi:10.1287/opre.33.5.1107): states are censored from the last to the first, and an outflow is the sum of the rates
 * that make it up instead of a diagonal. All numbers are ≥ 0 and nothing cancels, so that laws are good in every
 * entry and stiff or metastable chains cost nothing extra. Symbols: i → j a rate, S_k the outflow of k to what is left.
 */

/** Rates i → j, i ≠ j, with −below ≤ j − i ≤ above, and the rates out of the chain. */
export interface Chain {
  readonly states: number
  readonly below: number
  readonly above: number
  /** i → j at i · (below + 1 + above) + below + j − i; what stands at j = i is ignored. */
  readonly rates: Float64Array
  readonly exit: Float64Array
}

/** A chain with all rates zero. */
export function bandChain(states: number, below: number, above: number): Chain {
  const rates = new Float64Array(states * (below + 1 + above))
  return { states, below, above, rates, exit: new Float64Array(states) }
}

/** Multiplications that `eliminate` makes. */
export function eliminationWork({ states, below, above }: Chain): number {
  return states * below * above
}

/** What `eliminate` leaves: from k downwards the rates of the chain without all after k, above it the shares f_ik. */
export interface Eliminated extends Chain {
  readonly outflow: Float64Array
}

/** Multiplications between two looks at the clock: some milliseconds. */
const stretch = 4e6

/**
 * Censor the states from the last to the first, in place. A state from which only later states can be reached has
 * outflow 0: of the first state this is usual where nothing leaves the chain. Yields every few milliseconds.
 */
export function* eliminate(chain: Chain): Generator<void, Eliminated, void> {
  const { states, below, above, rates, exit } = chain
  const width = below + 1 + above
  const outflow = new Float64Array(states)
  let work = 0
  for (let k = states - 1; k >= 0; k--) {
    const row = k * width + below
    const low = Math.min(below, k)
    let sum = exit[k]
    for (let d = -low; d < 0; d++) sum += rates[row + d]
    outflow[k] = sum
    if (!(sum > 0)) continue
    for (let i = Math.max(0, k - above); i < k; i++) {
      // The entry i → k is at distance k − i in row i.
      const at = i * width + below + (k - i)
      if (rates[at] === 0) continue
      const share = rates[at] / sum
      rates[at] = share
      exit[i] += share * exit[k]
      const shift = at - row
      for (let to = row - low; to < row; to++) rates[to + shift] += share * rates[to]
      work += low
    }
    if (work > stretch) {
      work = 0
      yield
    }
  }
  return { ...chain, outflow }
}

/** Powers of two by which a run of weights is kept from under- and overflow. */
const shiftBy = 2 ** 500

/** Rows that a pass over the band works through between two looks at the clock. */
const rowsOf = ({ below, above }: Chain) => Math.max(1, Math.floor(stretch / (below + 1 + above)))

/**
 * The stationary law of an eliminated chain without exits in which every state leads to the first. Its weights may
 * span any range: they are kept with exponents of their own. Yields every few milliseconds.
 */
export function* stationaryLaw(chain: Eliminated): Generator<void, Float64Array, void> {
  const { states, below, above, rates } = chain
  const width = below + 1 + above
  const weights = new Float64Array(states)
  const shifts = new Int32Array(states)
  // The weights that later ones are made of, at the shift of the moment; of later ones what they are made of so far.
  const recent = new Float64Array(states)
  weights[0] = recent[0] = 1
  let shift = 0
  let peak = 1
  const rows = rowsOf(chain)
  for (let k = 0; k < states; k++) {
    if (k > 0) {
      weights[k] = recent[k]
      shifts[k] = shift
      peak = Math.max(peak, recent[k])
      const due = peak > shiftBy || k % Math.max(1, above) === 0
      const by = due ? rescaling(recent, Math.max(0, k - above + 1), k) : 1
      if (due) peak = largest(recent, Math.max(0, k - above + 1), k) * by
      if (by !== 1) {
        shift += by < 1 ? 1 : -1
        const end = Math.min(states - 1, k + above)
        for (let i = Math.max(0, k - above + 1); i <= end; i++) recent[i] *= by
      }
    }
    scatter(rates, k * width + below, recent, k, Math.min(states - 1, k + above))
    if (k % rows === rows - 1) yield
  }
  const top = shifts.reduce((a, b) => Math.max(a, b))
  const scaled = weights.map((weight, k) => (top - shifts[k] > 3 ? 0 : weight * shiftBy ** (shifts[k] - top)))
  const total = scaled.reduce((a, b) => a + b, 0)
  return scaled.map((weight) => weight / total)
}

/** What weight k gives to those after it; row by row, which is how they lie in memory. */
function scatter(rates: Float64Array, row: number, recent: Float64Array, k: number, end: number): void {
  const weight = recent[k]
  for (let j = k + 1; j <= end; j++) recent[j] += weight * rates[row + j - k]
}

function largest(values: Float64Array, from: number, to: number): number {
  let most = 0
  for (let i = from; i <= to; i++) most = Math.max(most, values[i])
  return most
}

/** A power of two that brings the largest of these back among ordinary numbers. */
function rescaling(values: Float64Array, from: number, to: number): number {
  const peak = largest(values, from, to)
  return peak > 2 ** 250 ? 1 / shiftBy : peak > 0 && peak < 2 ** -250 ? shiftBy : 1
}

/**
 * Solve −Q h = y for a chain that everything leaves sooner or later: with y = 1 the mean times to leave, with y the
 * rates to a target the probabilities to leave there. Works on `y` in place; subtracts nothing where y ≥ 0. Yields every
 * few milliseconds.
 */
export function* solveRight(chain: Eliminated, y: Float64Array): Generator<void, void, void> {
  const { states, below, above, rates, outflow } = chain
  const width = below + 1 + above
  const rows = rowsOf(chain)
  for (let i = states - 2; i >= 0; i--) {
    let sum = y[i]
    const row = i * width + below - i
    for (let k = Math.min(states - 1, i + above); k > i; k--) sum += rates[row + k] * y[k]
    y[i] = sum
    if (i % rows === 0) yield
  }
  for (let k = 0; k < states; k++) {
    const row = k * width + below - k
    let sum = y[k]
    for (let j = Math.max(0, k - below); j < k; j++) sum += rates[row + j] * y[j]
    y[k] = sum / outflow[k]
    if (k % rows === rows - 1) yield
  }
}

/**
 * Solve z (−Q) = w: mean times spent in each state when begun with weights w. Works on `w` in place. Yields every few
 * milliseconds.
 */
export function* solveLeftInSteps(chain: Eliminated, w: Float64Array): Generator<void, void, void> {
  const { states, below, above, rates, outflow } = chain
  const width = below + 1 + above
  const rows = rowsOf(chain)
  for (let k = states - 1; k >= 0; k--) {
    w[k] /= outflow[k]
    const row = k * width + below - k
    for (let j = Math.max(0, k - below); j < k; j++) w[j] += w[k] * rates[row + j]
    if (k % rows === 0) yield
  }
  // Row by row, which is how they lie in memory.
  for (let i = 0; i < states; i++) {
    const row = i * width + below - i
    const end = Math.min(states - 1, i + above)
    for (let k = i + 1; k <= end; k++) w[k] += w[i] * rates[row + k]
    if (i % rows === rows - 1) yield
  }
}

/** The same at one go. */
export function solveLeft(chain: Eliminated, w: Float64Array): void {
  for (const _ of solveLeftInSteps(chain, w));
}

/**
 * Proved l1 distance of `stationaryLaw` from the law of the chain as it is stored. By the tree theorem a relative error
 * η in every rate of n states moves no probability by more than 2nη of itself. Censoring one state makes rates that are
 * off by at most below + 4 roundings; each state adds its share, and the weights above + 4 each.
 */
export function stationaryRounding({ states, below, above }: Chain): number {
  return states * (states * (below + 4) + above + 4) * 2 ** -53
}

/** Inverse iterations before a mode is given up: two rates within some percent of each other are told apart. */
const maxIterations = 500
/** A mode is found when a step changes it by less than this, relatively. */
const settled = 1e-12

export interface Mode {
  /** What is left of it falls as e^(−rate · t). */
  readonly rate: number
  /** Relative change in the last step; one that stays large tells of a mode that swings, or of two with equal rates. */
  readonly residual: number
}

/** The observable that is forgotten last: mean 0 under the law at rest. */
export interface SlowMode {
  /** In the states of the chain, and in the one that was left out. */
  readonly mode: Float64Array
  readonly there: number
}

/**
 * The spectral gap of a chain at rest. `killed` is the chain without one state, which it should visit often, with the
 * rates to it as exits; `law` its stationary law, up to a constant the same as with that state, which has `rest` of it.
 */
export function* spectralGap(
  killed: Eliminated,
  law: Float64Array,
  rest: number,
): Generator<void, Mode & SlowMode, void> {
  const weigh = (f: (i: number) => number, there: number) => law.reduce((sum, p, i) => sum + p * f(i), rest * there)
  let mode = Float64Array.from(law, (_, i) => 1 + i / law.length + Math.sin(i))
  let there = 0
  let rate = 0
  let residual = 1
  for (let k = 0; k < maxIterations && residual > settled; k++) {
    const mean = weigh((i) => mode[i], there)
    const size = Math.sqrt(weigh((i) => (mode[i] - mean) ** 2, (there - mean) ** 2))
    const before = mode.map((value) => (value - mean) / size)
    const thereBefore = (there - mean) / size
    mode = before.slice()
    yield* solveRight(killed, mode)
    // The solution is 0 in the state that was left out; take its mean away.
    const drift = weigh((i) => mode[i], 0)
    there = -drift
    mode = mode.map((value) => value - drift)
    const time = weigh((i) => mode[i] * before[i], there * thereBefore)
    const off = weigh((i) => (mode[i] - time * before[i]) ** 2, (there - time * thereBefore) ** 2)
    residual = Math.sqrt(off) / Math.abs(time)
    rate = 1 / time
    yield
  }
  return { rate, residual, mode, there }
}

/**
 * The quasi-stationary law of a chain with exits: the law, given that it has not left, that does not change any more.
 * By inverse iteration; every number stays ≥ 0. The rate is that at which it leaves.
 */
export function* quasiStationary(chain: Eliminated): Generator<void, Mode & { law: Float64Array }, void> {
  let law = new Float64Array(chain.states).fill(1 / chain.states)
  let rate = 0
  let residual = 1
  for (let k = 0; k < maxIterations && residual > settled; k++) {
    const next = law.slice()
    yield* solveLeftInSteps(chain, next)
    const time = next.reduce((a, b) => a + b, 0)
    residual = 0
    for (let i = 0; i < next.length; i++) {
      next[i] /= time
      residual += Math.abs(next[i] - law[i])
    }
    law = next
    rate = 1 / time
    yield
  }
  return { rate, residual, law }
}
