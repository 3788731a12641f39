/** From chains and predictions to panels. Pure. */

import type { Calibration } from '../../analysis/inference/calibrate'
import type { Predicted, PredictedCells, PredictedCourses } from '../../analysis/inference/predict'
import { quantileOfSorted } from '../../numerics/chains'
import type { TestResult } from '../../numerics/statistics'
import type { InferenceRun } from '../../store/inference'
import type { Axis, Layer, Panel, Provenance } from '../figure/figure'
import { number } from '../figure/ticks'

/** Points of a trace, and of a cloud, that a small figure can show. */
const [mostSteps, mostPoints] = [400, 600]
const histogramBins = 30

/** Draws of one parameter, chain by chain. */
export function columnsOf({ chains, names }: InferenceRun, parameter: number): Float64Array[] {
  const d = names.length
  return chains.map(({ draws }) => draws.filter((_, i) => i % d === parameter))
}

/** A range with a little room, whatever its size. */
function domainOf(values: Iterable<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!(high >= low)) return [0, 1]
  const room = (high - low || Math.abs(high) || 1) * 0.05
  return [low - room, high + room]
}

const linear = (label: string, domain: readonly [number, number]): Axis => ({ label, scale: 'linear', domain })

/** How the chains walk: they should look like grass, and alike. */
export function tracePanel(run: InferenceRun, parameter: number, provenance: Provenance): Panel {
  const name = run.names[parameter]
  const columns = columnsOf(run, parameter)
  const longest = Math.max(1, ...columns.map((column) => column.length))
  const layers = columns.map((column, c): Layer => {
    const step = Math.max(1, Math.ceil(column.length / mostSteps))
    const kept = column.filter((_, i) => i % step === 0)
    return {
      ...{ kind: 'line', name: `chain ${c + 1}`, ink: c, dash: 'solid' },
      ...{ x: kept.map((_, i) => i * step), y: kept },
    }
  })
  return {
    ...{ id: `trace:${name}`, title: `Trace of ${name}`, provenance, layers },
    x: { ...linear('draw', [0, longest]), whole: true },
    y: linear(name, domainOf(columns.flatMap((column) => [...column]))),
    summary: `Draws of ${name} in ${columns.length} chains, ${longest} each.`,
  }
}

/** What is known of one parameter; `now` is where its slider stands. */
export function histogramPanel(run: InferenceRun, parameter: number, now: number, provenance: Provenance): Panel {
  const name = run.names[parameter]
  const all = Float64Array.from(columnsOf(run, parameter).flatMap((column) => [...column])).sort()
  const [low, high] = domainOf(all)
  const width = (high - low) / histogramBins
  const shares = new Float64Array(histogramBins)
  for (const value of all) {
    shares[Math.min(histogramBins - 1, Math.floor((value - low) / width))] += 1 / (all.length * width)
  }
  const [from, to] = [0.025, 0.975].map((share) => quantileOfSorted(all, share))
  const within = now >= low && now <= high
  const layers: Layer[] = [
    {
      ...{ kind: 'bars', name: 'posterior', ink: 0, width },
      ...{ x: shares.map((_, i) => low + (i + 0.5) * width), y: shares },
    },
    { kind: 'rule', name: '2.5 %', ink: 'muted', axis: 'x', at: from },
    { kind: 'rule', name: '97.5 %', ink: 'muted', axis: 'x', at: to },
    ...(within ? [{ kind: 'rule', name: 'slider', ink: 'text', axis: 'x', at: now } as const] : []),
  ]
  return {
    ...{ id: `posterior:${name}`, title: name, note: `95 %: ${number(from)} … ${number(to)}`, provenance, layers },
    x: linear(name, [low, high]),
    y: linear('density', [0, Math.max(1e-300, ...shares) * 1.08]),
    summary: `Posterior of ${name}: 95 % between ${number(from)} and ${number(to)}.`,
  }
}

/** Two parameters together: a cloud, and where the sliders stand. */
export function pairPanel(
  run: InferenceRun,
  [a, b]: readonly [number, number],
  now: readonly [number, number],
  provenance: Provenance,
): Panel {
  const [xs, ys] = [a, b].map((parameter) => Float64Array.from(columnsOf(run, parameter).flatMap((c) => [...c])))
  const step = Math.max(1, Math.ceil(xs.length / mostPoints))
  const thin = (values: Float64Array) => values.filter((_, i) => i % step === 0)
  const [domainX, domainY] = [domainOf(xs), domainOf(ys)]
  const inside = now[0] >= domainX[0] && now[0] <= domainX[1] && now[1] >= domainY[0] && now[1] <= domainY[1]
  const layers: Layer[] = [
    { kind: 'points', name: 'draws', ink: 0, mark: 'ring', x: thin(xs), y: thin(ys) },
    ...(inside
      ? [{ kind: 'points', name: 'sliders', ink: 1, mark: 'diamond', rimmed: true, x: [now[0]], y: [now[1]] } as const]
      : []),
  ]
  const [nameX, nameY] = [run.names[a], run.names[b]]
  const r = correlation(xs, ys)
  return {
    ...{
      id: `pair:${nameX},${nameY}`,
      title: `${nameX} and ${nameY}`,
      note: `correlation ${r.toFixed(2)}`,
      provenance,
    },
    layers,
    x: linear(nameX, domainX),
    y: linear(nameY, domainY),
    summary: `Draws of ${nameX} and ${nameY} together; their correlation is ${r.toFixed(2)}.`,
  }
}

function correlation(xs: Float64Array, ys: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length
  const [mx, my] = [mean(xs), mean(ys)]
  let [xx, yy, xy] = [0, 0, 0]
  xs.forEach((x, i) => {
    xx += (x - mx) ** 2
    yy += (ys[i] - my) ** 2
    xy += (x - mx) * (ys[i] - my)
  })
  return xy / Math.sqrt(xx * yy || 1)
}

/** Bins of ranks: as `uniformity` has them. */
const rankBins = 10

/** Where the truth stands among draws of the posterior, over many data sets: even, if all is right. */
export function rankPanel(
  { parameters, ranks, draws }: Calibration,
  parameter: number,
  { statistic, degrees, pValue }: TestResult,
  provenance: Provenance,
): Panel {
  const name = parameters[parameter]
  const sets = ranks.length / parameters.length
  const seen = new Float64Array(rankBins)
  for (let s = parameter; s < ranks.length; s += parameters.length) {
    seen[Math.floor((ranks[s] * rankBins) / (draws + 1))]++
  }
  const width = (draws + 1) / rankBins
  const even = sets / rankBins
  // Of 100 even bins 95 lie between these, by the normal law of counts.
  const room = 1.96 * Math.sqrt(even * (1 - 1 / rankBins))
  const x = seen.map((_, b) => (b + 0.5) * width)
  const test =
    degrees > 0
      ? `χ² ${number(statistic)} on ${degrees} degrees, p = ${pValue.toPrecision(2)}`
      : 'too few for a test of evenness'
  const ends = Float64Array.of(0, draws + 1)
  return {
    ...{ id: `ranks:${name}`, title: `Rank of the true ${name}`, provenance },
    note: `${sets} data sets; ${test}${pValue < 0.01 ? ': not even' : ''}`,
    x: { ...linear(`rank among ${draws} draws`, [0, draws + 1]), whole: true },
    y: linear('data sets', [0, 1.1 * Math.max(even + room, ...seen)]),
    layers: [
      { kind: 'bars', name: 'data sets', ink: 0, width, x, y: seen },
      {
        ...{ kind: 'band', name: '95 % where even', ink: 'muted', meaning: 'interval', x: ends },
        ...{ low: ends.map(() => Math.max(0, even - room)), high: ends.map(() => even + room) },
      },
    ],
    summary: `Ranks of the true ${name} among ${draws} draws in ${sets} data sets: ${test}.`,
  }
}

/** The data, and what the posterior predicts of them. */
export function predictedPanel(predicted: Predicted, provenance: Provenance): Panel {
  return predicted.kind === 'cells' ? cellsPanel(predicted, provenance) : coursesPanel(predicted, provenance)
}

function cellsPanel({ quantity, time, edges, seen, mean, low, high }: PredictedCells, provenance: Provenance): Panel {
  const width = edges[1] - edges[0]
  const whole = edges.every(Number.isInteger)
  // Counts stand in the middle of the bars that hold them.
  const x = seen.map((_, b) => edges[b] + (width - (whole ? 1 : 0)) / 2)
  const outside = seen.filter((share, b) => share < low[b] || share > high[b]).length
  const when = Number.isFinite(time) && time !== null ? `t = ${number(time)}` : 'at rest'
  return {
    ...{ id: `predicted:${quantity}:${time}`, title: `${quantity}, ${when}`, provenance },
    note: `${outside} of ${seen.length} bins outside 90 %`,
    x: { ...linear(quantity, [x[0] - width / 2, x[x.length - 1] + width / 2]), whole },
    y: linear('share of cells', [0, Math.max(...seen, ...high) * 1.05]),
    layers: [
      { kind: 'bars', name: 'measured', ink: 'muted', width, x, y: seen },
      { kind: 'band', name: '90 % of predicted data', ink: 0, meaning: 'quantiles', x, low, high },
      { kind: 'line', name: 'predicted', ink: 0, dash: 'solid', x, y: mean },
    ],
    summary: `Measured and predicted shares of ${quantity}, ${when}: ${outside} of ${seen.length} bins lie outside 90 % of what is predicted.`,
  }
}

const mostCourses = 12

function coursesPanel({ quantity, times, quantiles, courses }: PredictedCourses, provenance: Provenance): Panel {
  const [q5, q25, q50, q75, q95] = quantiles
  const shown = courses.slice(0, mostCourses)
  const seen = shown.flatMap(({ values }) => [...values].filter((x) => !Number.isNaN(x)))
  const band = (name: string, low: Float64Array, high: Float64Array): Layer => ({
    ...{ kind: 'band', name, ink: 0, meaning: 'quantiles', x: times, low, high },
  })
  return {
    ...{ id: `predicted:${quantity}`, title: quantity, provenance },
    note: courses.length > shown.length ? `${shown.length} of ${courses.length} courses` : undefined,
    x: linear('time', [times[0], times[times.length - 1]]),
    y: linear(quantity, domainOf([...seen, ...q5, ...q95])),
    layers: [
      band('predicted 90 %', q5, q95),
      band('predicted half', q25, q75),
      { kind: 'line', name: 'predicted median', ink: 0, dash: 'solid', x: times, y: q50 },
      ...shown.map(
        ({ name, times: x, values: y }): Layer => ({
          ...{ kind: 'points', name: name || 'measured', ink: 'text', mark: 'circle', x, y },
        }),
      ),
    ],
    summary: `Measured courses of ${quantity} over what the posterior predicts: 5, 25, 50, 75 and 95 % at ${times.length} times.`,
  }
}
