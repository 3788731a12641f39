import type { HeatLayer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { coarsen, lawAt, shapeOf, support } from './law'
import {
  answers,
  askedQuantity,
  errorWords,
  nameOf,
  type Outlook,
  provenance,
  type Source,
  sampled,
  surest,
} from './sources'
import type { Body } from './views'

const mostRows = 160
const mostColumns = 1200
/** A sample should share its cell with so many others on average: see the joint map. */
const company = 3

/** The law of one quantity over time as a map: time across, counts upwards. */
export function density(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const answer = surest(answers(sources, 'marginals'))
  const asked = answer && askedQuantity([answer], outlook)
  if (!asked) return undefined
  const { array, error } = answer.observation
  const { name } = asked
  const q = array.coords.quantity.indexOf(name)
  const times = array.coords.time.map(Number)
  const reached = times.filter((_, t) => !Number.isNaN(lawAt(array, t, q).p[0])).length
  if (reached < 2 || times[times.length - 1] <= times[0]) return undefined
  const [first, last] = support(array, 2, q)
  const n = sampled(answer) ? (answer.source.frame.diagnostics.replicates ?? 1) : undefined
  const end = lawAt(array, reached - 1, q).p
  const shared = (factor: number) => {
    const sums = new Float64Array(Math.ceil(end.length / factor))
    for (let k = 0; k < end.length; k++) sums[Math.floor(k / factor)] += end[k]
    return sums.reduce((sum, p) => sum + p * p, 0) * (n ?? Number.POSITIVE_INFINITY)
  }
  let factor = 2 ** Math.max(0, Math.ceil(Math.log2((last - first + 1) / mostRows)))
  while (shared(factor) < company && factor < 64) factor *= 2
  const nothing = new Float64Array(array.shape[2])
  const rows = times.map((_, t) => coarsen(lawAt(array, t, q), nothing, factor).law)
  const { x: counts, width } = rows[0]
  const from = Math.max(0, Math.floor(first / factor))
  const until = Math.min(counts.length, Math.floor(last / factor) + 1)
  const column = columnsOf(times, times[reached - 1])
  const height = until - from
  const values = new Float64Array(column.indices.length * height)
  for (const [i, t] of column.indices.entries()) {
    for (let j = 0; j < height; j++) values[i * height + j] = rows[t].p[from + j] / width
  }
  // A law that starts as a single count would leave all others dark: the later half sets the scale.
  let top = 0
  for (const t of times.keys())
    if (2 * t >= reached - 1 && t < reached) top = rows[t].p.reduce((a, b) => Math.max(a, b / width), top)
  const heat: HeatLayer & { faded?: boolean } = {
    kind: 'heat',
    name: nameOf(answer, [answer], reached - 1).replace(', ± 1 SE', ''),
    map: 'viridis',
    x: column.side,
    y: { from: counts[from], step: width, count: height },
    values,
    top: top > 0 ? nice(0, top)[1] : 1,
    label: width > 1 ? 'probability per count' : 'probability',
    faded: answer.source.faded,
  }
  const { mean, modes } = shapeOf(lawAt(array, reached - 1, q), n)
  const peaks = modes.length > 1 ? `, with peaks at ${modes.map(number).join(' and ')}` : ''
  const lastTime = number(times[reached - 1])
  return {
    title: `${name} against time`,
    note: column.even ? undefined : 'each column: the nearest output time',
    x: { label: 'time', scale: 'linear', domain: [times[0], times[times.length - 1]] },
    y: { label: name, scale: 'linear', domain: [counts[from] - width / 2, counts[until - 1] + width / 2], whole: true },
    layers: [heat],
    cursor: outlook.time,
    summary: `The distribution of ${name} from time ${number(times[0])} to ${lastTime}, where its mean is ${number(Number(mean.toPrecision(4)))}${peaks} (${errorWords(error, reached - 1)}).`,
    provenance: provenance([answer], outlook, reached - 1),
  }
}

/** Evenly spaced columns up to a time, and the output time nearest to each. */
function columnsOf(all: readonly number[], to: number) {
  const times = all.filter((t) => t <= to)
  const from = times[0]
  const gaps = times.slice(1).map((t, k) => t - times[k])
  const even = gaps.every((gap) => Math.abs(gap - gaps[0]) < 1e-6 * gaps[0])
  const count = even && times.length <= mostColumns ? times.length : Math.min(mostColumns, 4 * times.length)
  const step = (to - from) / (count - 1)
  let k = 0
  const indices = Array.from({ length: count }, (_, i) => {
    const t = from + i * step
    while (k + 1 < times.length && Math.abs(times[k + 1] - t) <= Math.abs(times[k] - t)) k++
    return k
  })
  return { indices, even: even && count === times.length, side: { from, step, count } }
}
