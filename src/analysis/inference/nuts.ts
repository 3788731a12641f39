/**
 * The no-U-turn sampler (Hoffman & Gelman 2014, arXiv:1111.4246) with draws by weight along the path (Betancourt 2017,
 * arXiv:1701.02434). Shares of the priors are taken to the whole line by the logit, and that is scaled to the posterior
 * as it is found in the warm-up, so that everything below happens in units of about one standard deviation.
 *
 * The gradient is the likelihood's own where it has one; else by central differences over a hundredth of a standard
 * deviation. How far the two, or two differences, are apart is measured. It moves the path, not the law that is sampled:
 * paths are accepted by the log-likelihood itself.
 */

import { cholesky } from '../../numerics/dense'
import { exp, log, log1p, pow } from '../../numerics/elementary'
import { Failure } from '../../solvers/contract'
import {
  firstStanding,
  type Ledger,
  type Progress,
  recordOf,
  type Standing,
  standing,
  type Target,
  type Walk,
} from './target'

export interface NutsOptions {
  readonly warmup: number
  readonly draws: number
  /** Paths have at most 2^depth steps. */
  readonly depth: number
}

/** A point of phase space; x in posterior standard deviations. */
interface Point {
  readonly x: Float64Array
  readonly momentum: Float64Array
  readonly gradient: Float64Array
  readonly logDensity: number
  readonly here: Standing
}

interface Tree {
  readonly minus: Point
  readonly plus: Point
  readonly chosen: Point
  /** ln of the sum of the weights. */
  readonly logWeight: number
  readonly momentum: Float64Array
  readonly goesOn: boolean
  readonly accepted: number
  readonly steps: number
}

/** Share of proposals that the step size aims to accept. */
const aim = 0.8
const difference = 0.01
/** Values of a network are of single precision: nearer differences would show their roundings. */
const coarseDifference = 0.05
const firstSpread = 0.1
/** An energy that is off by so much is a path that has left the posterior. */
const divergence = 1000
/** Ends of the windows, as shares of the warm-up, after which the posterior's shape is taken anew. */
const windows = [0.15, 0.35, 0.6, 0.9]

export function* nuts(target: Target, options: NutsOptions, progress: Progress): Generator<void, Walk, void> {
  if (target.likelihood.noisy) {
    throw new Failure(
      'unsupported',
      'a path needs a likelihood without noise',
      'use the exact likelihood, or metropolis',
    )
  }
  const { draw } = target
  const ledger: Ledger = { evaluations: 0, error: 0, floored: 0 }
  const space = scaledSpace(target, ledger)
  const start = yield* firstStanding(target, ledger)
  space.centre(start.shares)
  let here = yield* space.point(new Float64Array(target.priors.length))
  const size = stepSize()
  yield* size.search(here, space, () => draw.normal())
  const record = recordOf(target, options.draws, progress, ledger)
  const seen: Float64Array[] = []
  const total = options.warmup + options.draws
  const ends = windows.map((share) => Math.floor(share * options.warmup))
  let [accepted, steps, divergent, gradientError] = [0, 0, 0, 0]
  for (let n = 0; n < total; n++) {
    const warm = n < options.warmup
    const path = yield* walk(here, space, size.now(warm), options.depth, draw)
    here = path.point
    if (warm) {
      size.learn(path.accepted)
      seen.push(space.line(here.x))
      if (ends.includes(n + 1)) {
        here = yield* space.reshape(here, n + 1 === ends[0] ? seen.slice(seen.length >> 1) : seen)
        seen.length = 0
        yield* size.search(here, space, () => draw.normal())
      }
    } else {
      if (progress.kept === 0) gradientError = yield* space.gradientError(here)
      record.keep(here.here)
      accepted += path.accepted
      steps += path.steps
      divergent += Number(path.divergent)
    }
    progress.done = (n + 1) / total
    progress.phase = warm ? 'warming up' : `${progress.kept} of ${options.draws} draws`
    yield
  }
  const kept = Math.max(1, options.draws)
  return {
    draws: record.draws,
    logLikelihood: record.logLikelihood,
    accepted: accepted / kept,
    ...ledger,
    notes: { stepSize: size.now(false), steps: steps / kept, divergent, gradientError, gradients: space.own() },
    warnings: divergent > 0 ? [`${divergent} of ${kept} paths left the posterior: its edge may be missed`] : [],
  }
}

type Space = ReturnType<typeof scaledSpace>

/** z = middle + L x, shares = 1/(1 + e^−z). */
function scaledSpace(target: Target, ledger: Ledger) {
  const d = target.priors.length
  let gradients = 0
  const middle = new Float64Array(d)
  let lower: Float64Array = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? firstSpread : 0))
  const line = (x: Float64Array) =>
    middle.map((m, i) => {
      let sum = m
      for (let j = 0; j <= i; j++) sum += lower[i * d + j] * x[j]
      return sum
    })
  const density = function* (x: Float64Array) {
    const shares = line(x).map((z) => 1 / (1 + exp(-z)))
    if (!shares.every((u) => u > 0 && u < 1)) return null
    const here = yield* standing(target, shares, ledger)
    return { here, log: shares.reduce((sum, u) => sum + log(u) + log1p(-u), here.value) }
  }
  /** By x, from how a value changes with the shares u = 1/(1 + e^−z). */
  const gradientOf = ({ shares }: Standing, byShares: Float64Array): Float64Array => {
    const byLine = shares.map((u, i) => byShares[i] * u * (1 - u) + 1 - 2 * u)
    return shares.map((_, j) => {
      let sum = 0
      for (let i = j; i < d; i++) sum += lower[i * d + j] * byLine[i]
      return sum
    })
  }
  const gradientAt = function* (x: Float64Array, h: number): Generator<void, Float64Array, void> {
    const gradient = new Float64Array(d)
    for (let i = 0; i < d; i++) {
      const [up, down] = [yield* density(x.with(i, x[i] + h)), yield* density(x.with(i, x[i] - h))]
      gradient[i] = up && down ? (up.log - down.log) / (2 * h) : Number.NaN
    }
    return gradient
  }
  /** Differences of two widths, such that their third derivatives cancel. */
  const extrapolated = function* (x: Float64Array): Generator<void, Float64Array, void> {
    const wide = yield* gradientAt(x, 2 * coarseDifference)
    return (yield* gradientAt(x, coarseDifference)).map((g, i) => (4 * g - wide[i]) / 3)
  }
  const space = {
    line,
    centre(shares: Float64Array) {
      middle.set(shares.map((u) => log(u / (1 - u))))
    },
    /** The point of no momentum; its density is −∞ where the data are impossible. */
    *point(x: Float64Array): Generator<void, Point, void> {
      const found = yield* density(x)
      const at = { x, momentum: new Float64Array(d) }
      if (!found || !(found.log > Number.NEGATIVE_INFINITY)) {
        const here = { shares: new Float64Array(d), value: Number.NEGATIVE_INFINITY, error: 0, floored: 0 }
        return { ...at, gradient: new Float64Array(d), logDensity: Number.NEGATIVE_INFINITY, here }
      }
      const { log: logDensity, here } = found
      if (here.slope) {
        gradients++
        return { ...at, gradient: gradientOf(here, here.slope()), logDensity, here: { ...here, slope: undefined } }
      }
      return { ...at, gradient: yield* gradientAt(x, difference), logDensity, here }
    },
    /** Take the shape of what was seen as the new unit. */
    *reshape(point: Point, seen: readonly Float64Array[]): Generator<void, Point, void> {
      const z = line(point.x)
      const mean = z.map((_, i) => seen.reduce((sum, other) => sum + other[i], 0) / seen.length)
      const covariance = new Float64Array(d * d)
      for (const other of seen) {
        for (let i = 0; i < d; i++) {
          for (let j = 0; j < d; j++) {
            covariance[i * d + j] += ((other[i] - mean[i]) * (other[j] - mean[j])) / (seen.length + 5)
          }
        }
      }
      for (let i = 0; i < d; i++) covariance[i * d + i] = covariance[i * d + i] * 1.01 + 1e-10
      lower = cholesky(covariance, d) ?? lower
      middle.set(z)
      return yield* space.point(new Float64Array(d))
    },
    /** Gradients that the likelihood gave itself. */
    own: () => gradients,
    /** How far other differences are from the gradient, at most; about 1 is a standard deviation's pull. */
    *gradientError(point: Point): Generator<void, number, void> {
      const other = gradients > 0 ? yield* extrapolated(point.x) : yield* gradientAt(point.x, difference / 2)
      return other.reduce((most, g, i) => Math.max(most, Math.abs(g - point.gradient[i])), 0)
    },
  }
  return space
}

const energy = ({ logDensity, momentum }: Point) => logDensity - 0.5 * momentum.reduce((sum, p) => sum + p * p, 0)

function* leap(from: Point, step: number, space: Space): Generator<void, Point, void> {
  const half = from.momentum.map((p, i) => p + (step / 2) * from.gradient[i])
  const point = yield* space.point(from.x.map((x, i) => x + step * half[i]))
  return { ...point, momentum: half.map((p, i) => p + (step / 2) * point.gradient[i]) }
}

/** One path from `from`, doubled until it turns back. */
function* walk(from: Point, space: Space, step: number, depth: number, draw: Target['draw']) {
  const start: Point = { ...from, momentum: from.x.map(() => draw.normal()) }
  const level = energy(start)
  let tree: Tree = {
    ...{ minus: start, plus: start, chosen: start, logWeight: 0, momentum: start.momentum },
    ...{ goesOn: true, accepted: 0, steps: 0 },
  }
  let divergent = false
  for (let d = 0; d < depth && tree.goesOn; d++) {
    const forward = draw.uniform() < 0.5
    const grown: Tree = yield* build(forward ? tree.plus : tree.minus, forward ? step : -step, d, level, space, draw)
    const counted = { accepted: tree.accepted + grown.accepted, steps: tree.steps + grown.steps }
    if (!grown.goesOn) {
      divergent = grown.logWeight === Number.NEGATIVE_INFINITY
      tree = { ...tree, ...counted, goesOn: false }
      break
    }
    const take = log(draw.uniform()) < grown.logWeight - tree.logWeight
    tree = join(tree, grown, forward, take ? grown.chosen : tree.chosen)
  }
  return { point: tree.chosen, accepted: tree.accepted / Math.max(1, tree.steps), steps: tree.steps, divergent }
}

/** 2^depth steps onwards from a point. */
function* build(
  from: Point,
  step: number,
  depth: number,
  level: number,
  space: Space,
  draw: Target['draw'],
): Generator<void, Tree, void> {
  if (depth === 0) {
    const point = yield* leap(from, step, space)
    const gain = energy(point) - level
    const logWeight = gain > -divergence ? gain : Number.NEGATIVE_INFINITY
    return {
      ...{ minus: point, plus: point, chosen: point, logWeight, momentum: point.momentum },
      ...{ goesOn: gain > -divergence, accepted: gain > -divergence ? Math.min(1, exp(gain)) : 0, steps: 1 },
    }
  }
  const first: Tree = yield* build(from, step, depth - 1, level, space, draw)
  if (!first.goesOn) return first
  const forward = step > 0
  const second: Tree = yield* build(forward ? first.plus : first.minus, step, depth - 1, level, space, draw)
  if (!second.goesOn) {
    return { ...second, accepted: first.accepted + second.accepted, steps: first.steps + second.steps }
  }
  const both = logSum(first.logWeight, second.logWeight)
  const chosen = log(draw.uniform()) < second.logWeight - both ? second.chosen : first.chosen
  return join(first, second, forward, chosen)
}

/** Two neighbouring stretches of a path as one, which goes on unless its ends turn towards each other. */
function join(earlier: Tree, later: Tree, forward: boolean, chosen: Point): Tree {
  const [left, right] = forward ? [earlier, later] : [later, earlier]
  const momentum = earlier.momentum.map((p, i) => p + later.momentum[i])
  const apart = (end: Point, along: Float64Array) => end.momentum.reduce((sum, p, i) => sum + p * along[i], 0) > 0
  // Also across the seam, which catches paths that close within one doubling.
  const seam = (a: Tree, end: Point) => a.momentum.map((p, i) => p + end.momentum[i])
  const goesOn =
    apart(left.minus, momentum) &&
    apart(right.plus, momentum) &&
    apart(left.minus, seam(left, right.minus)) &&
    apart(right.minus, seam(left, right.minus)) &&
    apart(left.plus, seam(right, left.plus)) &&
    apart(right.plus, seam(right, left.plus))
  return {
    minus: left.minus,
    plus: right.plus,
    chosen,
    logWeight: logSum(earlier.logWeight, later.logWeight),
    momentum,
    goesOn,
    accepted: earlier.accepted + later.accepted,
    steps: earlier.steps + later.steps,
  }
}

function logSum(a: number, b: number): number {
  const most = Math.max(a, b)
  return most === Number.NEGATIVE_INFINITY ? most : most + log(exp(a - most) + exp(b - most))
}

/** The step size, by dual averaging (Nesterov 2009; the constants are Hoffman & Gelman's). */
function stepSize() {
  let [bias, logNow, logMean, n, shift] = [0, 0, 0, 0, 0]
  return {
    now: (warm: boolean) => exp(warm ? logNow : logMean),
    /** A first size, at which about half of all steps are accepted. */
    *search(point: Point, space: Space, normal: () => number): Generator<void, void, void> {
      let step = 1
      const start = { ...point, momentum: point.x.map(normal) }
      const gain = function* () {
        const found = energy(yield* leap(start, step, space)) - energy(start)
        return Number.isNaN(found) ? Number.NEGATIVE_INFINITY : found
      }
      const grow = (yield* gain()) > log(0.5)
      for (let i = 0; i < 20; i++) {
        step *= grow ? 2 : 0.5
        if ((yield* gain()) > log(0.5) !== grow) break
      }
      shift = log(10 * step)
      ;[bias, logNow, logMean, n] = [0, log(step), 0, 0]
    },
    learn(accepted: number) {
      n++
      bias += (aim - accepted - bias) / (n + 10)
      logNow = shift - (Math.sqrt(n) / 0.05) * bias
      const weight = pow(n, -0.75)
      logMean += weight * (logNow - logMean)
    },
  }
}
