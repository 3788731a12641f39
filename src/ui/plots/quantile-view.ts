import { type Doubt, type Quantile, quantileWithin } from '../../analysis/quantiles'
import type { Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { lawAt } from './law'
import {
  type Answer,
  answers,
  errorWords,
  type Outlook,
  provenance,
  type Source,
  shown,
  surest,
  timeIndex,
} from './sources'
import { spanOf, timeAxis } from './time-axis'
import type { Body } from './views'

const shares = [0.05, 0.25, 0.5, 0.75, 0.95] as const
/** Times drawn, at most: more than there are columns of pixels would be wasted. */
const mostTimes = 400

/** Where half and nine tenths of all cells are, by the surest law; the median with its doubt. */
export function quantileBands(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const answer = surest(answers(sources, 'marginals'))
  if (!answer) return undefined
  const { array } = answer.observation
  const every = Math.ceil(array.coords.time.length / mostTimes)
  const indices = array.coords.time.map((_, t) => t).filter((t) => t % every === 0 || t === array.shape[0] - 1)
  const x = indices.map((t) => Number(array.coords.time[t]))
  const list = shown([answer], outlook)
  const now = timeIndex(x, outlook.time)
  const sentences: string[] = []
  const layers = list.flatMap(({ name, ink }): Layer[] => {
    const rows = indices.map((t) => quantilesAt(answer, t, array.coords.quantity.indexOf(name)))
    const pick = (s: number, key: keyof Quantile) => Float64Array.from(rows, (row) => row[s]?.[key] ?? Number.NaN)
    const { faded } = answer.source
    const band = (words: string, low: number, high: number): Layer => ({
      kind: 'band',
      name: words,
      ink,
      meaning: 'quantiles',
      x,
      low: pick(low, 'value'),
      high: pick(high, 'value'),
      faded,
    })
    const [, lower, median, upper] = rows[now]
    if (median) {
      const doubt = median.low < median.high ? ` (${number(median.low)} to ${number(median.high)})` : ''
      sentences.push(
        `half of ${name} lies between ${number(lower.value)} and ${number(upper.value)}, the median at ${number(median.value)}${doubt}`,
      )
    }
    const { error } = answer.observation
    return [
      band('5 % to 95 %', 0, 4),
      band('25 % to 75 %', 1, 3),
      ...(error.kind === 'sampling' || error.kind === 'bound'
        ? [
            {
              kind: 'band',
              name: error.kind === 'bound' ? 'median, proved' : 'median ± 1 SE',
              ink: 'text',
              meaning: error.kind === 'bound' ? 'bound' : 'SE',
              x,
              low: pick(2, 'low'),
              high: pick(2, 'high'),
              faded,
            } as const,
          ]
        : []),
      { kind: 'line', name: 'median', ink, dash: 'solid', x, y: pick(2, 'value'), label: name, faded },
    ]
  })
  const [low, high] = spanOf(layers.flatMap((layer) => (layer.kind === 'band' ? [layer.low, layer.high] : [])))
  return {
    title: 'Quantile bands',
    note: answer.source.title,
    x: timeAxis(x),
    y: { label: list.length === 1 ? list[0].name : 'count', scale: 'linear', domain: nice(Math.min(0, low), high) },
    layers,
    cursor: outlook.time,
    summary: `At time ${number(x[now])}, ${sentences.join('; ') || 'no law yet'} (${errorWords(answer.observation.error, indices[now])}).`,
    provenance: provenance([answer], outlook, indices[now]),
  }
}

/** Empty where the run has not come yet. */
function quantilesAt({ source, observation: { array, error } }: Answer, t: number, q: number): Quantile[] {
  const { p } = lawAt(array, t, q)
  if (!(p.length > 0) || Number.isNaN(p[0])) return []
  const n = source.frame.diagnostics.replicates
  const doubt: Doubt =
    error.kind === 'bound'
      ? { kind: 'bound', value: error.value[t] }
      : error.kind === 'sampling' && n
        ? { kind: 'samples', n }
        : { kind: 'none' }
  const counts = countsOf(array.coords.count)
  return shares.map((share) => quantileWithin({ counts, p }, share, doubt))
}

/** Made once per axis. */
function countsOf(coords: readonly (number | string)[]): readonly number[] {
  const known = counted.get(coords) ?? coords.map(Number)
  counted.set(coords, known)
  return known
}

const counted = new WeakMap<readonly (number | string)[], readonly number[]>()
