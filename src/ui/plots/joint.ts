import type { NamedArray } from '../../numerics/named-array'
import type { Panel, Side } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { bins, support } from './law'
import {
  type Answer,
  answers,
  nameOf,
  type Outlook,
  provenance,
  rank,
  type Source,
  sampled,
  timeIndex,
} from './sources'

/** The joint law of the two chosen quantities at the time cursor, as colours. */
export function joint(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  const all = jointAnswers(sources, outlook)
  const answer = jointShown(all, outlook)
  if (!answer) return undefined
  const { array } = answer.observation
  const [a, b] = outlook.joint
  const swapped = array.dims[1] === b
  const time = timeIndex(array.coords.time, outlook.time)
  const x = side(all, a)
  const y = side(all, b)
  const { values, means } = crop(array, time, swapped, x, y)
  const t = number(Number(array.coords.time[time]))
  const samples = sampled(answer) ? (answer.source.frame.diagnostics.replicates ?? 1) : undefined
  const map = samples === undefined ? { x, y, values, factor: 1 } : smooth(values, x, y, samples)
  const top = map.values.reduce((most, value) => Math.max(most, value), 0)
  const cells = map.factor > 1 ? `, cells of ${map.x.step} × ${map.y.step} counts` : ''
  return {
    id: 'joint',
    title: 'Joint distribution',
    note: `t = ${t}${cells}`,
    x: { label: a, scale: 'linear', domain: domainOf(x), whole: true },
    y: { label: b, scale: 'linear', domain: domainOf(y), whole: true },
    layers: [
      {
        kind: 'heat',
        name: nameOf(answer, all, time).replace(', ± 1 SE', ''),
        map: 'viridis',
        x: map.x,
        y: map.y,
        values: map.values,
        top: nice(0, top)[1],
        label:
          map.factor > 1 ? (x.step * y.step > 1 ? 'probability per bin' : 'probability per count²') : 'probability',
        faded: answer.source.faded,
      },
    ],
    summary: sentence(a, b, t, means),
    provenance: provenance([answer], outlook, time),
  }
}

/** A sample should share its cell with so many others on average: its colour is then good to about a half. */
const company = 3

/**
 * Cells that are wide enough for samples: single counts with a sample here and there would be speckles and no law.
 * Values stay those of one narrow cell on average, so that colours mean the same at any width.
 */
export function smooth(values: Float64Array, x: Side, y: Side, samples: number) {
  let now = { x, y, values, factor: 1 }
  const shared = (sums: Float64Array) => sums.reduce((total, p) => total + p * p, 0) * samples
  for (let factor = 2, sums = values; shared(sums) < company && factor <= 32; factor *= 2) {
    const wide = (side: Side): Side => ({
      from: side.from + (side.step * (factor - 1)) / 2,
      step: side.step * factor,
      count: Math.ceil(side.count / factor),
    })
    const [across, upwards] = [wide(x), wide(y)]
    sums = new Float64Array(across.count * upwards.count)
    for (let i = 0; i < x.count; i++) {
      for (let j = 0; j < y.count; j++) {
        sums[Math.floor(i / factor) * upwards.count + Math.floor(j / factor)] += values[i * y.count + j]
      }
    }
    now = { x: across, y: upwards, values: sums.map((sum) => sum / factor ** 2), factor }
  }
  return now
}

/** A run under way has not reached every time yet. */
const reached =
  (cursor: number) =>
  ({ observation: { array } }: Answer) =>
    !Number.isNaN(array.data[timeIndex(array.coords.time, cursor) * array.shape[1] * array.shape[2]])

/** The one that is shown: as chosen, or else the surest that is up to date. */
export function jointShown(all: readonly Answer[], { jointOf }: Outlook): Answer | undefined {
  return all.find(({ source }) => source.id === jointOf) ?? all.find(({ source }) => !source.faded) ?? all[0]
}

/** Everyone who has this joint law at the cursor, either way round, the surest first. */
export function jointAnswers(sources: readonly Source[], { joint: [a, b], time }: Outlook): Answer[] {
  return [...answers(sources, `joint:${a},${b}`), ...answers(sources, `joint:${b},${a}`)]
    .filter(reached(time))
    .sort((p, q) => rank(p) - rank(q))
}

/** The cells that matter at any time to any method, so that the axes rest. */
function side(all: readonly Answer[], name: string): Side {
  let [low, high, step] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]
  for (const { observation } of all) {
    const axis = observation.array.dims.indexOf(name)
    const { centres, width } = bins(observation.array.coords[name])
    const [first, last] = support(observation.array, axis)
    low = Math.min(low, centres[first])
    high = Math.max(high, centres[last])
    step = Math.max(step, width)
  }
  // Start at zero unless that would leave most of the picture empty.
  const from = low < 0.4 * high ? low - step * Math.round(low / step) : low
  return { from, step, count: Math.round((high - from) / step) + 1 }
}

const domainOf = ({ from, step, count }: Side): [number, number] => [from - step / 2, from + step * (count - 0.5)]

/** The visible cells of one time, and the mean of y below and above the mean of x. */
function crop(array: NamedArray, time: number, swapped: boolean, x: Side, y: Side) {
  const [, rows, columns] = array.shape
  const from = time * rows * columns
  const first = (axis: number) => bins(array.coords[array.dims[axis]]).centres[0]
  const i0 = Math.round((x.from - first(swapped ? 2 : 1)) / x.step)
  const j0 = Math.round((y.from - first(swapped ? 1 : 2)) / y.step)
  const values = new Float64Array(x.count * y.count)
  let [mass, sumX] = [0, 0]
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < y.count; j++) {
      const [r, c] = swapped ? [j + j0, i + i0] : [i + i0, j + j0]
      const p = r >= 0 && c >= 0 && r < rows && c < columns ? array.data[from + r * columns + c] : 0
      values[i * y.count + j] = p
      mass += p
      sumX += p * i
    }
  }
  const middle = sumX / mass
  const half = (above: boolean) => {
    let [m, s] = [0, 0]
    for (let i = 0; i < x.count; i++) {
      if (i > middle !== above) continue
      for (let j = 0; j < y.count; j++) {
        m += values[i * y.count + j]
        s += values[i * y.count + j] * (y.from + y.step * j)
      }
    }
    return s / m
  }
  return { values, means: { low: half(false), high: half(true) } }
}

function sentence(a: string, b: string, t: string, { low, high }: { low: number; high: number }): string {
  const ratio = Math.max(low, high) / Math.max(Math.min(low, high), 1e-9)
  const tendency =
    ratio < 1.1
      ? `${b} hardly depends on ${a}`
      : `${b} is ${high > low ? 'higher' : 'lower'} when ${a} is high (mean ${number(high)} against ${number(low)})`
  return `Joint distribution of ${a} and ${b} at time ${t}: ${tendency}.`
}
