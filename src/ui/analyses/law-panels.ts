/** Laws that need no time: at rest, of the two lasting states, and before extinction. */

import type { Finding } from '../../analysis/inquiry'
import { commonBins, totalVariation } from '../../numerics/distances'
import { at, type NamedArray } from '../../numerics/named-array'
import type { Axis, Fact, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { type Law, lawAt, shapeOf, support } from '../plots/law'
import { answers, errorWords, type Outlook, type Source, surest, timeIndex } from '../plots/sources'
import { atMost, solved, statesWords } from './origin'
import type { Part, Scene } from './panels'

/** The quantity asked about, in the colour that it has everywhere. */
export function chosen(
  names: readonly string[],
  { asked, quantities, palette }: Outlook,
): { name: string; ink: number } {
  const name = [asked.quantity, ...quantities].find((one) => one !== undefined && names.includes(one)) ?? names[0] ?? ''
  return { name, ink: Math.max(0, palette.indexOf(name)) }
}

/** Counts worth showing of these arrays [time, quantity, count], and the highest probability at a time, or at any. */
export function lawAxes(name: string, arrays: readonly NamedArray[], time?: number): { x: Axis; y: Axis } {
  let [low, high, top] = [Number.POSITIVE_INFINITY, 0, 0]
  for (const array of arrays) {
    const q = array.coords.quantity.indexOf(name)
    const [first, last] = support(array, 2, q)
    const counts = array.coords.count
    low = Math.min(low, Number(counts[first]))
    high = Math.max(high, Number(counts[last]))
    for (let t = time ?? 0; t <= (time ?? array.shape[0] - 1); t++)
      top = lawAt(array, t, q).p.reduce((a, b) => Math.max(a, b), top)
  }
  if (low < 0.4 * high) low = 0
  return {
    x: { label: name, scale: 'linear', domain: [low - 0.5, Math.max(high, low + 1) + 0.5], whole: true },
    y: { label: 'probability', scale: 'linear', domain: [0, nice(0, top)[1]] },
  }
}

export function curve(
  array: NamedArray,
  time: number,
  name: string,
  look: Pick<Extract<Layer, { kind: 'curve' }>, 'name' | 'ink' | 'dash'>,
): Layer {
  const { x, p } = lawAt(array, time, array.coords.quantity.indexOf(name))
  return { kind: 'curve', ...look, x, y: p }
}

const shapeFacts = (law: Law): Fact[] => {
  const { mean, sd, modes } = shapeOf(law)
  const peaks = modes.length > 1 ? [{ label: 'Modes', text: modes.map(number).join(' and ') }] : []
  return [{ label: 'Mean ± SD', text: `${number(mean)} ± ${number(sd)}` }, ...peaks]
}

export function stationaryPanels(
  finding: Extract<Finding, { kind: 'stationary' }>,
  { sources, outlook }: Scene,
): readonly Part[] {
  const { array, error } = finding.marginals
  const { name, ink } = chosen(array.coords.quantity.map(String), outlook)
  const words = errorWords(error, 0)
  const law = lawAt(array, 0, array.coords.quantity.indexOf(name))
  const now = presentLaw(sources, outlook, name)
  const layers: Layer[] = [
    ...(now
      ? [
          {
            kind: 'curve',
            name: `law at t = ${number(now.time)}`,
            ink: 'muted',
            dash: 'dashed',
            x: now.law.x,
            y: now.law.p.map((p) => p / now.law.width),
          } as const,
        ]
      : []),
    curve(array, 0, name, { name: 'at rest', ink, dash: 'solid' }),
  ]
  const facts: Fact[] = [
    ...shapeFacts(law),
    { label: 'l1 error', text: words },
    ...(now
      ? [
          {
            label: `Distance at t = ${number(now.time)}`,
            text: `total variation ${number(apart(now.law, law))} from rest`,
          },
        ]
      : []),
    { label: 'Solved on', text: statesWords(finding.states) },
  ]
  const { mean, sd } = shapeOf(law)
  return [
    {
      title: `${name} at rest`,
      ...lawAxes(name, [array]),
      layers,
      summary: `The law of ${name} at rest has mean ${number(mean)} and standard deviation ${number(sd)} (${words}).`,
      facts,
      provenance: solved(outlook, 'Stationary law by elimination', words),
    },
  ]
}

/** The surest law at the cursor. */
function presentLaw(sources: readonly Source[], outlook: Outlook, name: string) {
  const answer = surest(
    answers(sources, 'marginals').filter(({ observation }) => observation.array.coords.quantity.includes(name)),
  )
  if (!answer) return undefined
  const { array } = answer.observation
  const t = timeIndex(array.coords.time, outlook.time)
  const law = lawAt(array, t, array.coords.quantity.indexOf(name))
  return Number.isNaN(law.p[0]) ? undefined : { time: Number(array.coords.time[t]), law }
}

/** Below this the slowest mode is not a switch between two lasting states. */
export const sharpEnough = 0.9

export function gapPanels(finding: Extract<Finding, { kind: 'gap' }>, { outlook }: Scene): readonly Part[] {
  const { gap, residual, distance, states, halves } = finding
  const { weights, rates, moments, marginals, sharpness } = halves
  const { name, ink } = chosen(marginals.coords.quantity.map(String), outlook)
  const mean = (half: number) => at(moments, { time: half, moment: 'mean', quantity: name })
  const order = mean(0) <= mean(1) ? [0, 1] : [1, 0]
  const switches = sharpness >= sharpEnough
  const called = (half: number) => `${name} ≈ ${number(Number(mean(half).toPrecision(3)))}`
  const share = (half: number) => `${number(Number((100 * weights[half]).toPrecision(3)))} %`
  const layers = switches
    ? order.map((half, place) =>
        curve(marginals, half, name, {
          name: `${called(half)} (${share(half)})`,
          ink: place === 0 ? ink : 'text',
          dash: place === 0 ? 'solid' : 'dashed',
        }),
      )
    : [whole(marginals, name, ink)]
  const relative = `relative residual ${atMost(residual)}`
  const alone = residual < 1e-4 ? relative : `${relative}: the slowest mode swings, or is not alone`
  const facts: Fact[] = [
    { label: 'Spectral gap', text: `${number(gap)} per unit time (${alone})` },
    { label: 'The start is forgotten in', text: `1/gap = ${number(1 / gap)}` },
    ...(switches
      ? order.map((half, place) => {
          const other = order[1 - place]
          return {
            label: `${called(half)} → ${called(other)}`,
            text: `rate ${number(rates[half])}, once in ${number(1 / rates[half])}`,
          }
        })
      : [
          {
            label: 'Switching',
            text: `none: only ${number(Number((100 * sharpness).toPrecision(2)))} % of the slowest mode’s variance lies between two halves`,
          },
        ]),
    { label: 'Solved on', text: `${statesWords(states)}; law at rest within ${atMost(distance)}` },
  ]
  const words = switches
    ? `Two lasting states: ${order.map((half) => `${called(half)} with ${share(half)}, left once in ${number(1 / rates[half])}`).join(', and ')}`
    : 'There are no two lasting states'
  return [
    {
      title: switches ? `Two lasting states of ${name}` : `Relaxation of ${name}`,
      note: `gap ${number(gap)}`,
      ...lawAxes(name, [marginals]),
      layers,
      summary: `The spectral gap is ${number(gap)} per unit time, so that the start is forgotten in about ${number(1 / gap)}. ${words}.`,
      facts,
      provenance: solved(
        outlook,
        'Spectral gap by inverse iteration',
        `${relative}; law at rest within ${atMost(distance)}; rates to first order in the gap`,
      ),
    },
  ]
}

/** Both halves together. */
function whole(marginals: NamedArray, name: string, ink: number): Layer {
  const q = marginals.coords.quantity.indexOf(name)
  const [low, high] = [lawAt(marginals, 0, q), lawAt(marginals, 1, q)]
  return { kind: 'curve', name: 'law at rest', ink, dash: 'solid', x: low.x, y: low.p.map((p, k) => p + high.p[k]) }
}

export function quasiPanels(finding: Extract<Finding, { kind: 'quasi' }>, { outlook }: Scene): readonly Part[] {
  const { rate, residual, change, marginals, states } = finding
  const { name, ink } = chosen(marginals.coords.quantity.map(String), outlook)
  const law = lawAt(marginals, 0, marginals.coords.quantity.indexOf(name))
  const error = change === 0 ? 'the box is complete' : `change when the box was last enlarged: ${atMost(change)}`
  const { mean, sd } = shapeOf(law)
  return [
    {
      title: `${name} before extinction`,
      note: `dies at ${number(rate)}`,
      ...lawAxes(name, [marginals]),
      layers: [curve(marginals, 0, name, { name: 'as long as it lasts', ink, dash: 'solid' })],
      summary: `As long as it lasts, ${name} has mean ${number(mean)} and standard deviation ${number(sd)}; it is left at rate ${number(rate)}, after ${number(1 / rate)} on average (${error}).`,
      facts: [
        {
          label: 'Left at rate',
          text: `${number(rate)} per unit time (± ${atMost(Math.max(change, residual) * rate)})`,
        },
        { label: 'Mean time left', text: number(1 / rate) },
        ...shapeFacts(law),
        { label: 'Solved on', text: `${statesWords(states)}; ${error}` },
      ],
      provenance: solved(outlook, 'Quasi-stationary law by inverse iteration', error),
    },
  ]
}

/** Total variation between two laws of one quantity, in cells that both can fill. */
function apart(a: Law, b: Law): number {
  const counts = ({ x, width }: Law) => Array.from(x, (middle) => middle - (width - 1) / 2)
  return totalVariation(commonBins({ counts: counts(a), p: a.p }, { counts: counts(b), p: b.p }))
}
