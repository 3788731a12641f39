import type { Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { coarsen, lawAt, shapeOf, support } from './law'
import { answers, askedQuantity, errorWords, type Outlook, provenance, type Source, sampled, surest } from './sources'
import type { Body } from './views'

const mostRows = 9
const mostCells = 120
/** A ridge reaches over so many rows: a law that starts as a single count would flatten all others on one scale. */
const reach = 1.7

/** The law of one quantity at several times, one above the other. */
export function ridges(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const answer = surest(answers(sources, 'marginals'))
  const asked = answer && askedQuantity([answer], outlook)
  if (!asked) return undefined
  const { array, error } = answer.observation
  const { name, ink } = asked
  const q = array.coords.quantity.indexOf(name)
  const times = pickTimes(array.shape[0]).filter((t) => !Number.isNaN(lawAt(array, t, q).p[0]))
  if (times.length === 0) return undefined
  const at = times.map((t) => Number(array.coords.time[t]))
  const [first, last] = support(array, 2, q)
  const factor = 2 ** Math.max(0, Math.ceil(Math.log2((last - first + 1) / mostCells)))
  const laws = times.map((t) => {
    const law = lawAt(array, t, q)
    const errors = error.kind === 'sampling' ? lawAt(error.standardError, t, q).p : new Float64Array(law.p.length)
    return coarsen(law, errors, factor)
  })
  const { x, width } = laws[0].law
  const from = Math.max(0, Math.floor(first / factor) - 1)
  const until = Math.min(x.length, Math.floor(last / factor) + 2)
  const cut = (values: Float64Array) => values.subarray(from, until).map((value) => value / width)
  const rows = laws.map(({ law }) => cut(law.p))
  const tops = rows.map((row) => row.reduce((a, b) => Math.max(a, b), 0))
  const spacing = at.length > 1 ? (at[at.length - 1] - at[0]) / (at.length - 1) : 1
  const layer: Layer = {
    kind: 'ridges',
    name,
    ink,
    x: x.subarray(from, until),
    at,
    rows,
    errors: sampled(answer) ? laws.map(({ errors }) => cut(errors)) : undefined,
    heights: tops.map((top) => (top > 0 ? (reach * spacing) / top : 0)),
    label: width > 1 ? 'probability per count' : 'probability',
    faded: answer.source.faded,
  }
  const n = sampled(answer) ? (answer.source.frame.diagnostics.replicates ?? 1) : undefined
  const { mean, sd } = shapeOf(laws[laws.length - 1].law, n)
  const final = number(at[at.length - 1])
  return {
    title: `${name} over time`,
    note: 'each as high as its own peak',
    x: { label: name, scale: 'linear', domain: [x[from] - 0.5, x[until - 1] + 0.5], whole: true },
    y: {
      label: 'time',
      scale: 'linear',
      domain: [at[0], nice(at[0], at[at.length - 1] + reach * spacing)[1]],
      last: at[at.length - 1],
    },
    layers: [layer],
    summary: `The distribution of ${name} at ${at.length} times from ${number(at[0])} to ${final}; at ${final} its mean is ${number(mean)}, its standard deviation ${number(sd)} (${errorWords(error, times[times.length - 1])}).`,
    provenance: provenance([answer], outlook, times[times.length - 1]),
  }
}

/** Indices of so many times, evenly over all, the last among them. */
function pickTimes(length: number): number[] {
  const n = Math.min(mostRows, length)
  return Array.from({ length: n }, (_, k) => (n === 1 ? length - 1 : Math.round((k * (length - 1)) / (n - 1))))
}
