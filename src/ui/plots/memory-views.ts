import { autocorrelation, type Curve, deviations, memory, spectrum } from '../../analysis/correlation'
import { type Paths, pathsOf } from '../../analysis/paths'
import type { Axis, Layer } from '../figure/figure'
import { number } from '../figure/ticks'
import { remembering } from './remember'
import { answers, type Outlook, pathProvenance, type Source, shown } from './sources'
import { spanOf } from './time-axis'
import { type Body, nothing } from './views'

/** Values that are transformed at once: a tenth of a second's work. More paths than this allows are left out. */
const mostValues = 400_000

/** Correlation with itself a while later, of each shown quantity. */
export function autocorrelations(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const found = curves(sources, outlook, 'Autocorrelation', correlated)
  if (!found || 'title' in found) return found
  const end = Math.max(...found.list.map(({ curve }) => shownUntil(curve)))
  const words = found.list.map(({ name, curve }) => {
    const tau = memory(curve)
    return tau === undefined
      ? `${name} remembers for longer than is seen`
      : `${name} forgets within ${number(round(tau))}`
  })
  return {
    title: 'Autocorrelation',
    note: found.note,
    x: { label: 'lag', scale: 'linear', domain: [0, end] },
    y: { label: 'autocorrelation', scale: 'linear', domain: correlationDomain(found.list.map(({ curve }) => curve)) },
    layers: [...found.list.flatMap(layersOf), { kind: 'rule', name: 'none', ink: 'muted', axis: 'y', at: 0 }],
    summary: `Autocorrelation, ${found.note}: ${words.join(', ')} (where it has fallen to 1/e).`,
    provenance: pathProvenance(sources, outlook, found.paths),
  }
}

/** Power over frequency, of each shown quantity. */
export function spectra(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const found = curves(sources, outlook, 'Power spectrum', decomposed)
  if (!found || 'title' in found) return found
  const all = found.list.map(({ curve }) => curve)
  const positive = all.flatMap(({ y }) => Array.from(y).filter((value) => value > 0))
  const [low, high] = spanOf([positive.length ? positive : [1]])
  const axis = (label: string, from: number, to: number): Axis => ({ label, scale: 'log', domain: [from, to] })
  const words = found.list.map(({ name, curve }) => {
    let top = 0
    for (let k = 1; k < curve.y.length; k++) if (curve.y[k] > curve.y[top]) top = k
    return top === 0
      ? `${name} fluctuates most slowly of all`
      : `${name} is strongest at frequency ${number(round(curve.x[top]))}, period ${number(round(1 / curve.x[top]))}`
  })
  return {
    title: 'Power spectrum',
    note: found.note,
    x: axis('frequency', all[0].x[0], all[0].x[all[0].x.length - 1]),
    y: axis('power density', 10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))),
    layers: found.list.flatMap(layersOf),
    summary: `Two-sided power spectrum, ${found.note}: ${words.join(', ')}.`,
    provenance: pathProvenance(sources, outlook, found.paths),
  }
}

interface Named {
  readonly name: string
  readonly ink: number
  readonly curve: Curve
  readonly faded?: boolean
}

function curves(
  sources: readonly Source[],
  outlook: Outlook,
  title: string,
  compute: (name: string, paths: Paths, first: number) => Curve | { readonly why: string },
): { list: Named[]; note: string; paths: number } | Body | undefined {
  const [answer] = answers(sources, 'trajectories')
  if (!answer) return undefined
  const { array } = answer.observation
  const times = array.coords.time
  // What the start has to say is forgotten in the second half, one hopes; the note says what is used.
  const first = times.length >> 1
  const most = Math.max(2, Math.floor(mostValues / Math.max(1, times.length)))
  let [paths, why] = [0, '']
  const list = shown([answer], outlook).flatMap(({ name, ink }): Named[] => {
    const all = pathsOf(array, name)
    const used = { times: all.times, values: all.values.slice(0, most) }
    paths = used.values.length
    const curve = compute(name, used, first)
    if ('why' in curve) why = curve.why
    else if (Number.isNaN(curve.y[1])) why = 'nothing varies'
    else return [{ name, ink, curve, faded: answer.source.faded }]
    return []
  })
  if (list.length === 0) return nothing(title, why || 'needs a quantity', outlook)
  return { list, note: `${paths} paths, t ≥ ${number(Number(times[first]))}`, paths }
}

const correlated = remembering((_: string, paths: Paths, first: number) => {
  const even = deviations(paths, first)
  return 'why' in even ? even : autocorrelation(even)
})

const decomposed = remembering((_: string, paths: Paths, first: number) => {
  const even = deviations(paths, first)
  if ('why' in even) return even
  // The mean over time is no frequency of a logarithmic axis.
  const { x, y, standardError } = spectrum(even)
  return { x: x.subarray(1), y: y.subarray(1), standardError: standardError.subarray(1) }
})

function layersOf({ name, ink, curve: { x, y, standardError }, faded }: Named): Layer[] {
  return [
    {
      kind: 'band',
      name: '± 1 SE',
      ink,
      meaning: 'SE',
      x,
      low: y.map((v, k) => v - standardError[k]),
      high: y.map((v, k) => v + standardError[k]),
      faded,
    },
    { kind: 'line', name: 'from paths', ink, dash: 'solid', x, y, label: name, faded },
  ]
}

/** To where it still differs from nothing, and half as far again. */
function shownUntil({ x, y, standardError }: Curve): number {
  let k = y.length - 1
  while (k > 8 && Math.abs(y[k]) < Math.max(0.05, 3 * standardError[k])) k--
  return x[Math.min(y.length - 1, Math.ceil(1.5 * k))]
}

function correlationDomain(all: readonly Curve[]): [number, number] {
  const [low] = spanOf(all.map(({ y }) => y))
  return [low < -0.3 ? -1 : -0.25, 1]
}

const round = (value: number) => Number(value.toPrecision(3))
