import type { Finding } from '../../analysis/inquiry'
import type { Fact, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { timeIndex } from '../plots/sources'
import { timeAxis } from '../plots/time-axis'
import { chosen, curve, lawAxes } from './law-panels'
import { atMost, solved } from './origin'
import type { Part, Scene } from './panels'

const dashes = ['solid', 'dashed', 'dotted'] as const
const names = ['total variation', 'Hellinger', 'Kullback–Leibler, nats'] as const

/** How far the present law is from that of the kept setting: over time, and the two laws at the cursor. */
export function distancePanels(finding: Extract<Finding, { kind: 'distance' }>, { outlook }: Scene): readonly Part[] {
  const { distances, bounds, here, there } = finding
  const quantities = distances.coords.quantity.map(String)
  const { name, ink } = chosen(quantities, outlook)
  const times = distances.coords.time.map(Number)
  const value = (k: number, measure: number, q: number) => distances.data[(k * 3 + measure) * quantities.length + q]
  const q = quantities.indexOf(name)
  const lines = dashes.map((dash, measure): Extract<Layer, { kind: 'line' }> => {
    const y = Float64Array.from(times, (_, k) => value(k, measure, q))
    return {
      kind: 'line',
      name: names[measure],
      ink,
      dash,
      x: times,
      y: y.map((v) => (Number.isFinite(v) ? v : Number.NaN)),
    }
  })
  const top = lines.reduce((most, { y }) => Math.max(most, ...Array.from(y).filter(Number.isFinite)), 0)
  const k = timeIndex(distances.coords.time, outlook.time)
  const t = number(times[k])
  const facts = quantities.map((one, i): Fact => {
    const [tv, h, kl] = [0, 1, 2].map((measure) => value(k, measure, i))
    const nats = Number.isFinite(kl)
      ? `${number(kl)} nats (no bound: tails may weigh more)`
      : 'infinite: it puts probability where the kept setting has none'
    return {
      label: `${one} at t = ${t}`,
      text: `total variation ${number(tv)} ± ${atMost(bounds.totalVariation[k])}, Hellinger ${number(h)} ± ${atMost(bounds.hellinger[k])}, Kullback–Leibler ${nats}`,
    }
  })
  const worst = bounds.totalVariation.reduce((a, b) => Math.max(a, b), 0)
  const provenance = solved(
    outlook,
    'Laws of both settings by state-space projection',
    `total variation within ${atMost(worst)}, proved`,
  )
  return [
    {
      title: `How far ${name} has moved`,
      x: timeAxis(times),
      y: { label: 'distance', scale: 'linear', domain: [0, top > 0 ? nice(0, top)[1] : 1] },
      layers: lines,
      cursor: outlook.time,
      summary: `At time ${t} the law of ${name} is at total variation ${number(value(k, 0, q))} (± ${atMost(bounds.totalVariation[k])}) from that of the kept setting.`,
      facts,
      provenance,
    },
    {
      part: 'laws',
      title: `${name}, now and kept`,
      note: `t = ${t}`,
      ...lawAxes(name, [here, there], k),
      layers: [
        curve(there, k, name, { name: 'kept setting', ink: 'muted', dash: 'dashed' }),
        curve(here, k, name, { name: 'this setting', ink, dash: 'solid' }),
      ],
      summary: `The laws of ${name} at time ${t} under this setting and the kept one.`,
      provenance,
    },
  ]
}
