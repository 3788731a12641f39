/**
 * Stiff initial value problems x' = f(t, x) by RODAS, a six-stage Rosenbrock method of order 4(3), L-stable and
 * stiffly accurate (Hairer & Wanner, Solving Ordinary Differential Equations II, 2nd ed. 1996, §IV.7 and IV.10,
 * doi:10.1007/978-3-642-05221-7). Each stage is one linear solve: no Newton iteration that could fail to converge.
 *
 * Symbols: u[i] stages; a, c their couplings; alpha[i] where in the step stage i looks, delta[i] its share of ∂f/∂t;
 * gamma the diagonal. The step is x + Σ a[5][j] u[j] + u[5], and u[5] is the embedded error.
 */
import { factor, solveFactored } from './dense'

/** f(t, x), written into `out`. Entries that are not finite make the step shorter. */
export type Slope = (t: number, x: Float64Array, out: Float64Array) => void

export interface StepControl {
  /** Wanted error per step, as a fraction of each component … */
  readonly relative: number
  /** … plus this much, in the component's own unit. */
  readonly absolute: number
  /** No step is longer than this (for slopes with short pulses in t). */
  readonly longest: number
  /** Give up after so many steps, taken or rejected. */
  readonly steps: number
}

/** Where the integration stands after a step. `x` is reused: copy what you keep. It may be changed at an output time. */
export interface Place {
  t: number
  readonly x: Float64Array
  /** How many of the output times have been reached; x holds the solution at the last of them when `t` equals it. */
  reached: number
  steps: number
}

/** Why an integration ended: it is complete, its steps shrank to nothing, or there were too many. */
export type Ending = 'complete' | 'stalled' | 'steps'

const gamma = 0.25
const alpha = [0, 0.386, 0.21, 0.63, 1, 1]
const delta = [0.25, -0.1043, 0.1035, -0.0362, 0, 0]
const a = [
  [],
  [1.544],
  [0.9466785280815826, 0.2557011698983284],
  [3.314825187068521, 2.896124015972201, 0.9986419139977817],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1],
]
const c = [
  [],
  [-5.6688],
  [-2.430093356833875, -0.2063599157091915],
  [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
  [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
  [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
]
const stages = 6

/** The step may change by these factors, aiming a little short (Hairer & Wanner, IV.7). */
const [smallestFactor, safety, largestFactor] = [0.2, 0.9, 5]

/**
 * Integrate from `x0` at time 0 through `times` (ascending, ≥ 0), landing on each of them exactly. Yields after every
 * accepted step and at every output time (also at those equal to 0).
 */
export function* integrate(
  slope: Slope,
  x0: ArrayLike<number>,
  times: ArrayLike<number>,
  control: StepControl,
): Generator<Place, Ending> {
  const place: Place = { t: 0, x: Float64Array.from(x0), reached: 0, steps: 0 }
  const work = workspace(place.x.length)
  let h = 0
  while (place.reached < times.length) {
    const goal = times[place.reached]
    while (place.t < goal) {
      if (h === 0) h = firstStep(slope, place, goal, control, work)
      if (place.steps++ === control.steps) return 'steps'
      const left = goal - place.t
      // A last step of less than a rounding error is no step; a step that nearly arrives goes all the way.
      const landing = Math.min(h, control.longest) > left * 0.999999
      const dt = landing ? left : Math.min(h, control.longest)
      const error = attempt(slope, place.t, place.x, dt, control, work)
      const factor = error < Infinity ? safety * error ** -0.25 : smallestFactor
      const next = dt * Math.min(largestFactor, Math.max(smallestFactor, factor))
      if (error <= 1) {
        place.t = landing ? goal : place.t + dt
        place.x.set(work.next)
        // A step cut short by an output time says little about how long the next may be.
        h = landing ? Math.max(h, next) : next
        if (place.t < goal) yield place
      } else {
        h = next
        if (place.t + h === place.t) return 'stalled'
      }
    }
    place.reached++
    yield place
  }
  return 'complete'
}

interface Workspace {
  readonly jacobian: Float64Array
  readonly lu: Float64Array
  readonly pivots: Int32Array
  readonly u: readonly Float64Array[]
  readonly f: Float64Array
  readonly f0: Float64Array
  readonly ft: Float64Array
  readonly at: Float64Array
  readonly next: Float64Array
}

function workspace(n: number): Workspace {
  const vector = () => new Float64Array(n)
  return {
    jacobian: new Float64Array(n * n),
    lu: new Float64Array(n * n),
    pivots: new Int32Array(n),
    u: Array.from({ length: stages }, vector),
    f: vector(),
    f0: vector(),
    ft: vector(),
    at: vector(),
    next: vector(),
  }
}

/** Try one step of length h from (t, x) into `w.next`; returns the scaled error (≤ 1 is good, ∞ where not finite). */
function attempt(slope: Slope, t: number, x: Float64Array, h: number, control: StepControl, w: Workspace): number {
  const n = x.length
  slope(t, x, w.f0)
  differentiate(slope, t, x, h, control, w)
  for (let i = 0; i < n * n; i++) w.lu[i] = -w.jacobian[i]
  for (let i = 0; i < n; i++) w.lu[i * n + i] += 1 / (h * gamma)
  if (!factor(w.lu, n, w.pivots)) return Infinity
  for (let k = 0; k < stages; k++) {
    w.at.set(x)
    for (let j = 0; j < k; j++) for (let s = 0; s < n; s++) w.at[s] += a[k][j] * w.u[j][s]
    if (k === 0) w.f.set(w.f0)
    else slope(t + alpha[k] * h, w.at, w.f)
    const u = w.u[k]
    for (let s = 0; s < n; s++) u[s] = w.f[s] + h * delta[k] * w.ft[s]
    for (let j = 0; j < k; j++) for (let s = 0; s < n; s++) u[s] += (c[k][j] / h) * w.u[j][s]
    solveFactored(w.lu, n, w.pivots, u)
  }
  let sum = 0
  for (let s = 0; s < n; s++) {
    const error = w.u[stages - 1][s]
    w.next[s] = w.at[s] + error
    const scale = control.absolute + control.relative * Math.max(Math.abs(x[s]), Math.abs(w.next[s]))
    sum += (error / scale) ** 2
  }
  const error = Math.sqrt(sum / Math.max(1, n))
  return Number.isFinite(error) ? error : Infinity
}

/**
 * `w.jacobian` (row = component of f) and `w.ft`; `w.f0` holds f(t, x). The method's order needs the true Jacobian, so
 * differences of second order; only forward ones, so that no component is pushed below zero.
 */
function differentiate(slope: Slope, t: number, x: Float64Array, h: number, control: StepControl, w: Workspace): void {
  const n = x.length
  w.at.set(x)
  for (let j = 0; j < n; j++) {
    // ε^(1/3) balances truncation and rounding; a component smaller than absolute/relative counts as that large.
    const scale = Math.max(Math.abs(x[j]), control.absolute / control.relative)
    w.at[j] = x[j] + Math.cbrt(Number.EPSILON) * scale
    const shift = w.at[j] - x[j]
    slope(t, w.at, w.f)
    for (let i = 0; i < n; i++) w.jacobian[i * n + j] = 4 * (w.f[i] - w.f0[i])
    w.at[j] = x[j] + 2 * shift
    slope(t, w.at, w.f)
    for (let i = 0; i < n; i++) w.jacobian[i * n + j] = (w.jacobian[i * n + j] - (w.f[i] - w.f0[i])) / (2 * shift)
    w.at[j] = x[j]
  }
  const shift = Math.max(1e-5 * h, 16 * Number.EPSILON * t)
  slope(t + shift, x, w.f)
  for (let i = 0; i < n; i++) w.ft[i] = (w.f[i] - w.f0[i]) / shift
}

/** A first step so short that no component moves by more than half of what is tolerated. */
function firstStep(slope: Slope, place: Place, goal: number, control: StepControl, w: Workspace): number {
  slope(place.t, place.x, w.f0)
  let fastest = 0
  for (let s = 0; s < place.x.length; s++) {
    const scale = control.absolute + control.relative * Math.abs(place.x[s])
    fastest = Math.max(fastest, Math.abs(w.f0[s]) / scale)
  }
  const span = goal - place.t
  const h = fastest > 0 && fastest < Infinity ? 0.5 / fastest : span * 1e-3
  return Math.min(span, h)
}
