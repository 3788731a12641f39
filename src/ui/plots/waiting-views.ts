import {
  dwells,
  firstPassages,
  meanOf,
  middleLevel,
  type Paths,
  pathsOf,
  switches,
  type Threshold,
} from '../../analysis/paths'
import { type Survival, survivalOf } from '../../analysis/survival'
import type { Ink, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { remembering } from './remember'
import { answers, askedQuantity, type Outlook, pathProvenance, type Source } from './sources'
import { type Body, nothing } from './views'

/** The share of paths that have not yet crossed the level, over time. */
export function passage(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const question = questionOf(sources, outlook)
  if (!question) return undefined
  const { name, ink, paths, threshold, faded } = question
  const survival = passed(name, paths, threshold)
  if (survival.durations === 0) return nothing(`First passage of ${name}`, 'needs a finished path', outlook)
  const end = paths.times[paths.times.length - 1] - paths.times[0]
  const { durations, censored } = survival
  return {
    title: `First passage of ${name} across ${number(threshold.level)}`,
    note: `${durations} paths, ${censored} never (censored)`,
    x: { label: 'time waited', scale: 'linear', domain: [0, end] },
    y: { label: 'share not yet across', scale: 'linear', domain: [0, 1] },
    layers: survivalLayers(survival, 'product-limit estimate', ink, end, faded),
    summary: `First passage of ${name} across ${number(threshold.level)}: ${durations - censored} of ${durations} paths crossed, ${timesOf(survival)}; ${resolution(paths)}.`,
    provenance: pathProvenance(sources, outlook, paths.values.length),
  }
}

/** How long stays above and below the level last: the share that goes on. */
export function dwelling(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const question = questionOf(sources, outlook)
  if (!question) return undefined
  const { name, ink, paths, threshold, faded } = question
  const { high, low } = stayed(name, paths, threshold)
  const title = `Stays of ${name} above and below ${number(threshold.level)}`
  if (high.durations + low.durations === 0) return nothing(title, 'no path has crossed the level', outlook)
  const end = Math.max(...[high, low].map(({ times }) => times[times.length - 1])) || 1
  const parts = (side: string, found: Survival) =>
    `${found.durations} stays ${side}, ${found.censored} not seen to end, ${timesOf(found)}`
  return {
    title,
    note: `${high.durations} above (${high.censored} censored), ${low.durations} below (${low.censored})`,
    x: { label: 'length of stay', scale: 'linear', domain: [0, end] },
    y: { label: 'share that goes on', scale: 'linear', domain: [0, 1] },
    layers: [...survivalLayers(high, 'above', ink, end, faded), ...survivalLayers(low, 'below', 'text', end, faded)],
    summary: `${parts('above', high)}; ${parts('below', low)}; ${resolution(paths)}.`,
    provenance: pathProvenance(sources, outlook, paths.values.length),
  }
}

/** How many times each path crosses the level. */
export function switching(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const question = questionOf(sources, outlook)
  if (!question) return undefined
  const { name, ink, paths, threshold, faded } = question
  const title = `Switches of ${name} across ${number(threshold.level)}`
  const counts = switched(name, paths, threshold)
  if (counts.length === 0) return nothing(title, 'needs a finished path', outlook)
  const { mean, standardError } = meanOf(counts)
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  const width = Math.max(1, Math.ceil((most + 1) / 60))
  const y = new Float64Array(Math.floor(most / width) + 1)
  for (const count of counts) y[Math.floor(count / width)] += 1 / counts.length
  const size = y.map((p) => Math.sqrt((p * (1 - p)) / counts.length))
  const span = paths.times[paths.times.length - 1] - paths.times[0]
  const doubt = Number.isNaN(standardError) ? '' : ` ± ${number(Number(standardError.toPrecision(2)))}`
  const words = `${number(Number(mean.toPrecision(3)))}${doubt} switches a path`
  const rate = span > 0 ? `, ${number(Number((mean / span).toPrecision(3)))} per unit of time` : ''
  return {
    title,
    note: `${counts.length} paths: ${words}`,
    x: {
      label: 'switches in a path',
      scale: 'linear',
      domain: [-width / 2, nice(0, most)[1] + width / 2],
      whole: true,
    },
    y: { label: 'share of paths', scale: 'linear', domain: nice(0, 1.04 * y.reduce((a, b) => Math.max(a, b), 0)) },
    layers: [
      {
        kind: 'bars',
        name: `sampled, n = ${counts.length}, ± 1 SE`,
        ink,
        x: y.map((_, k) => k * width + (width - 1) / 2),
        width,
        y,
        whiskers: { meaning: 'SE', size },
        faded,
      },
    ],
    summary: `${words} up to time ${number(paths.times[paths.times.length - 1])}${rate}, of ${counts.length} paths; ${resolution(paths)}.`,
    provenance: pathProvenance(sources, outlook, paths.values.length),
  }
}

const passed = remembering((_: string, paths: Paths, threshold: Threshold) =>
  survivalOf(firstPassages(paths, threshold)),
)
const stayed = remembering((_: string, paths: Paths, threshold: Threshold) => ({
  high: survivalOf(dwells(paths, threshold, 'high')),
  low: survivalOf(dwells(paths, threshold, 'low')),
}))
const switched = remembering((_: string, paths: Paths, threshold: Threshold) => switches(paths, threshold))
const halfway = remembering((_: string, paths: Paths) => middleLevel(paths))

function questionOf(sources: readonly Source[], outlook: Outlook) {
  const [answer] = answers(sources, 'trajectories')
  const asked = answer && askedQuantity([answer], outlook)
  if (!asked) return undefined
  const paths = pathsOf(answer.observation.array, asked.name)
  const { level = halfway(asked.name, paths), margin } = outlook.asked
  return { ...asked, paths, threshold: { level, margin }, faded: answer.source.faded }
}

/** A step curve with its band; drawn on to `end`, where the last value still holds. */
function survivalLayers(
  { times, survival, standardError, durations }: Survival,
  name: string,
  ink: Ink,
  end: number,
  faded?: boolean,
): Layer[] {
  if (durations === 0) return []
  const on = times[times.length - 1] < end ? [end] : []
  const x = Float64Array.from([...times, ...on])
  const hold = (values: Float64Array) => Float64Array.from([...values, ...on.map(() => values[values.length - 1])])
  const [s, error] = [hold(survival), hold(standardError)]
  // The band is drawn in steps, as the curve is.
  const corners = Float64Array.from({ length: 2 * x.length - 1 }, (_, k) => x[(k + 1) >> 1])
  const edge = (sign: number) => corners.map((_, k) => Math.min(1, Math.max(0, s[k >> 1] + sign * error[k >> 1])))
  return [
    {
      kind: 'band',
      name: '± 1 SE (Greenwood)',
      ink,
      meaning: 'SE',
      x: corners,
      low: edge(-1),
      high: edge(1),
      faded,
    },
    { kind: 'steps', name, ink, x, paths: [s], faded },
  ]
}

function timesOf({ mean, meanError, meanIsLower, median, durations }: Survival): string {
  if (durations === 0) return 'of unknown length'
  const half = median === undefined ? '' : `median ${number(Number(median.toPrecision(3)))}, `
  const least = meanIsLower ? 'mean at least' : 'mean'
  return `${half}${least} ${number(Number(mean.toPrecision(3)))} ± ${number(Number(meanError.toPrecision(2)))}`
}

/** What the grid of output times leaves unseen. */
function resolution({ times }: Paths): string {
  let widest = 0
  for (let k = 1; k < times.length; k++) widest = Math.max(widest, times[k] - times[k - 1])
  return `seen at output times only, ${number(Number(widest.toPrecision(3)))} apart`
}
