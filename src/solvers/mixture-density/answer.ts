/** From what was learnt to what was asked: laws of quantities, their moments, and how far they may be off. */
import { builder, quantityRules } from '../../network/evaluate'
import { quantities } from '../../network/network'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { ErrorEstimate, Observation, Observations, Problem } from '../contract'
import { beyond, type ErrorMap, meanOf, nearby, short, sortedErrors, still } from '../learnt'
import { type Learnt, type Model, reader } from './model'
import type { Plan, Source } from './targets'

export interface Answer {
  readonly observations: Observations
  readonly warnings: readonly string[]
}

/** Counts a pushed-forward law may reach: beyond, a quantity is left out. */
const maxCount = 1 << 20

/** The laws at one time, by key of the target; an exact point before anything can have happened. */
type Laws = ReadonlyMap<string, Float64Array>

/** The answer of the model, as far as it has learnt; `exact` where the initial state is the law for ever. */
export function answer(problem: Problem, { sources }: Plan, model: Model): Answer {
  const { observe, times } = problem
  const names = quantities(problem.network)
  const known = new Map(model.laws.map((law) => [law.key, law]))
  const readers = new Map(model.laws.map((law) => [law.key, reader(model.domain, law)]))
  const quiet = still(problem) || !(model.domain.horizon > 0)
  const laws = Array.from(times, (t): Laws => {
    const at = t === 0 || quiet ? undefined : Math.min(t, model.domain.horizon)
    return new Map(
      model.laws.map((law) => [
        law.key,
        (at === undefined ? undefined : readers.get(law.key)?.law(problem, at)) ?? point(problem, law),
      ]),
    )
  })
  const counted = names.map((_, q) => q).filter((q) => pushes(sources[q], widthOf(model, sources[q].of)))
  const shown = counted.filter((q) => known.has(String(sources[q].of)))
  const list: [string, Observation][] = []
  const warnings: string[] = []
  const errorOf = (keys: readonly string[], error: 'l1' | 'moment', scale = 1) =>
    estimate(
      problem,
      model,
      keys.flatMap((key) => known.get(key) ?? []),
      error,
      scale,
      quiet,
    )
  const scale = Math.max(1, ...shown.map((q) => steepest(sources[q], widthOf(model, sources[q].of)) ** 2))
  const singles = [...new Set(shown.map((q) => String(sources[q].of)))]
  if (observe.moments && shown.length) {
    list.push([
      'moments',
      { array: moments(problem, names, shown, sources, laws), error: errorOf(singles, 'moment', scale) },
    ])
  }
  if (observe.marginals && shown.length) {
    list.push(['marginals', { array: marginals(problem, names, shown, sources, laws), error: errorOf(singles, 'l1') }])
  }
  for (const [a, b] of observe.joints) {
    const key = jointKey(sources, a, b)
    if (!known.has(key) || !counted.includes(a) || !counted.includes(b)) continue
    const array = joint(problem, names, [a, b], sources, laws, known)
    list.push([`joint:${names[a]},${names[b]}`, { array, error: errorOf([key], 'l1') }])
  }
  const asked = observe.moments || observe.marginals ? names.map((_, q) => q) : observe.joints.flat()
  const missing = asked.filter((q) => !counted.includes(q)).map((q) => names[q])
  if (missing.length) warnings.push(`${missing.join(', ')}: not always a whole number ≥ 0, so nothing of it is learnt`)
  const far = quiet ? undefined : beyond(model.domain, problem, times)
  if (far) warnings.push(far)
  return { observations: Object.fromEntries(list), warnings }
}

export function jointKey(sources: readonly Source[], a: number, b: number): string {
  const [one, other] = [sources[a].of, sources[b].of].sort((x, y) => x - y)
  return one === other ? String(one) : `${one},${other}`
}

/** The initial state as a law. */
function point(problem: Problem, { key, widths }: Learnt): Float64Array {
  const law = new Float64Array(widths.reduce((a, b) => a * b))
  const counts = key.split(',').map((q) => initialOf(problem, Number(q)))
  law[counts.reduce((at, count, axis) => at * widths[axis] + count, 0)] = 1
  return law
}

/** The initial value of a quantity that is learnt: a species, or an observable of several. */
export function initialOf(problem: Problem, q: number): number {
  const { network, initial } = problem
  return q < network.species.length ? initial[q] : observableAt(problem, q)
}

/** Counts of a quantity for which there is a law, of it alone or with another. */
function widthOf({ laws }: Model, q: number): number {
  const widths = laws.map(({ key, widths }) => widths[key.split(',').indexOf(String(q))] ?? 0)
  return Math.max(0, ...widths)
}

/** Whether a quantity is a count wherever the one it follows from is. */
function pushes(source: Source, width: number): boolean {
  for (let n = 0; n < width; n++) {
    const value = source.value(n)
    if (!(Number.isInteger(value) && value >= 0 && value <= maxCount)) return false
  }
  return width > 0
}

/** How much a quantity changes at most when the one it follows from changes by one: variances by the square of that. */
function steepest(source: Source, width: number): number {
  let most = 0
  for (let n = 1; n < width; n++) most = Math.max(most, Math.abs(source.value(n) - source.value(n - 1)))
  return most
}

function moments(
  { times }: Problem,
  names: readonly string[],
  shown: readonly number[],
  sources: readonly Source[],
  laws: readonly Laws[],
): NamedArray {
  const array = namedArray([
    ['time', [...times]],
    ['moment', ['mean', 'variance']],
    ['quantity', shown.map((q) => names[q])],
  ])
  laws.forEach((at, k) => {
    shown.forEach((q, i) => {
      const p = at.get(String(sources[q].of)) as Float64Array
      let [mean, variance] = [0, 0]
      for (let n = 0; n < p.length; n++) mean += p[n] * sources[q].value(n)
      for (let n = 0; n < p.length; n++) variance += p[n] * (sources[q].value(n) - mean) ** 2
      array.data[2 * k * shown.length + i] = mean
      array.data[(2 * k + 1) * shown.length + i] = variance
    })
  })
  return array
}

function marginals(
  { times }: Problem,
  names: readonly string[],
  shown: readonly number[],
  sources: readonly Source[],
  laws: readonly Laws[],
): NamedArray {
  const values = shown.map((q) => {
    const width = laws[0]?.get(String(sources[q].of))?.length ?? 1
    return Array.from({ length: width }, (_, n) => sources[q].value(n))
  })
  const length = Math.max(1, ...values.map((row) => Math.max(...row) + 1))
  const array = namedArray([
    ['time', [...times]],
    ['quantity', shown.map((q) => names[q])],
    ['count', Array.from({ length }, (_, n) => n)],
  ])
  laws.forEach((at, k) => {
    shown.forEach((q, i) => {
      const p = at.get(String(sources[q].of)) as Float64Array
      const from = (k * shown.length + i) * length
      for (let n = 0; n < p.length; n++) array.data[from + values[i][n]] += p[n]
    })
  })
  return array
}

function joint(
  { times }: Problem,
  names: readonly string[],
  pair: readonly [number, number],
  sources: readonly Source[],
  laws: readonly Laws[],
  known: ReadonlyMap<string, Learnt>,
): NamedArray {
  const key = jointKey(sources, ...pair)
  const { widths } = known.get(key) as Learnt
  const turned = sources[pair[0]].of > sources[pair[1]].of
  /** The cell of the learnt law at these counts of the two quantities that both follow from. */
  const [rows, columns] = widths.length === 1 ? [widths[0], widths[0]] : turned ? [widths[1], widths[0]] : widths
  const [first, second] = pair.map((q, axis) =>
    Array.from({ length: axis === 0 ? rows : columns }, (_, n) => sources[q].value(n)),
  )
  const [height, breadth] = [Math.max(0, ...first) + 1, Math.max(0, ...second) + 1]
  const array = namedArray([
    ['time', [...times]],
    [names[pair[0]], Array.from({ length: height }, (_, n) => n)],
    [names[pair[1]], Array.from({ length: breadth }, (_, n) => n)],
  ])
  laws.forEach((at, k) => {
    const p = at.get(key) as Float64Array
    const base = k * height * breadth
    if (widths.length === 1) {
      for (let n = 0; n < rows; n++) array.data[base + first[n] * breadth + second[n]] += p[n]
      return
    }
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        array.data[base + first[i] * breadth + second[j]] += p[turned ? j * rows + i : i * columns + j]
      }
    }
  })
  return array
}

function estimate(
  problem: Problem,
  { domain, notes }: Model,
  laws: readonly Learnt[],
  error: 'l1' | 'moment',
  scale: number,
  quiet: boolean,
): ErrorEstimate {
  if (quiet) return { kind: 'exact' }
  if (!laws.every(({ map }) => map.rows.length > 0)) return { kind: 'none', why: 'it is still learning' }
  const of = ({ map }: Learnt) => nearby(map, domain, problem, problem.times)[map.errors.indexOf(error)]
  const value = scale * Math.max(0, ...laws.map(of))
  const what = error === 'l1' ? 'l1 distance to' : 'difference in a mean or variance from'
  const how = `the largest ${what} the ${notes.teacher === 'ssa' ? 'sampled' : 'exact'} law at the held-out settings nearest to this one; ${overall(laws.map(({ map }) => map))}`
  return { kind: 'estimate', value, how }
}

/** What the whole error map says, in a few words. */
export function overall(maps: readonly ErrorMap[]): string {
  const values = Float64Array.from(maps.flatMap((map) => [...sortedErrors(map, 'hellinger')])).sort()
  const worst = values[Math.max(0, Math.ceil(0.99 * values.length) - 1)]
  return `over all ${values.length} the Hellinger distance is ${short(meanOf(values))}, in one of a hundred above ${short(worst)}`
}

function observableAt({ network, parameters, initial }: Problem, q: number): number {
  return quantityRules(network, builder(network, parameters))[q](initial, 0)
}
