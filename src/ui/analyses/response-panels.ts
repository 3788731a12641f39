import type { Finding } from '../../analysis/inquiry'
import type { Fact, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { lawAt, support } from '../plots/law'
import { timeIndex } from '../plots/sources'
import { spanOf, timeAxis } from '../plots/time-axis'
import { chosen } from './law-panels'
import { atMost, solved, statesWords } from './origin'
import type { Part, Scene } from './panels'

/** ∂p/∂θ over counts at the cursor, and ∂mean/∂θ over time. */
export function responsePanels(
  finding: Extract<Finding, { kind: 'sensitivity' }>,
  { outlook }: Scene,
): readonly Part[] {
  const { parameter, means, marginals } = finding
  const species = means.coords.quantity.map(String)
  const { name, ink } = chosen(species, { ...outlook, asked: { ...outlook.asked, quantity: finding.quantity } })
  const times = means.coords.time.map(Number)
  const k = timeIndex(means.coords.time, outlook.time)
  const q = species.indexOf(name)
  const { x, p } = lawAt(marginals, k, q)
  const [first, last] = support({ ...marginals, data: marginals.data.map(Math.abs) }, 2, q)
  const reach = nice(
    0,
    p.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
  )[1]
  const t = number(times[k])
  const { error, way } = finding
  const words = `∂p/∂θ within about ${atMost(error.probability)}, ∂mean/∂θ within about ${atMost(error.mean)} (${error.how})`
  const zero: Layer = { kind: 'rule', name: '0', ink: 'muted', axis: 'y', at: 0 }
  const how =
    way === 'carried' ? 'carried forwards by uniformisation, and backwards' : 'by differences of certified laws'
  const provenance = solved(outlook, `Sensitivities ${how}`, words)
  const slopes = Float64Array.from(times, (_, at) => means.data[at * species.length + q])
  const span = spanOf([slopes, [0]])
  const [rise, fall] = [turn(x, p, 1), turn(x, p, -1)]
  return [
    {
      title: `∂P(${name})/∂${parameter}`,
      note: `t = ${t}`,
      x: { label: name, scale: 'linear', domain: [Math.max(0, x[first] - 1) - 0.5, x[last] + 1.5], whole: true },
      y: { label: `per unit of ${parameter}`, scale: 'linear', domain: [-reach, reach] },
      layers: [zero, { kind: 'curve', name: `∂P/∂${parameter}`, ink, dash: 'solid', x, y: p }],
      summary: `When ${parameter} grows, ${name} at time ${t} gains probability most at ${number(rise)} and loses it most at ${number(fall)}; its mean changes by ${number(slopes[k])} per unit of ${parameter}.`,
      facts: gradientFacts(finding, times.at(-1) ?? 0),
      provenance,
    },
    {
      part: 'means',
      title: `∂mean(${name})/∂${parameter}`,
      x: timeAxis(times),
      y: { label: `per unit of ${parameter}`, scale: 'linear', domain: nice(...span) },
      layers: [
        zero,
        { kind: 'line', name: `∂mean/∂${parameter}`, ink, dash: 'solid', x: times, y: slopes, label: name },
      ],
      cursor: outlook.time,
      summary: `The mean of ${name} changes by ${number(slopes[k])} per unit of ${parameter} at time ${t}.`,
      provenance,
    },
  ]
}

/** Every parameter at the last time: per unit, and per cent for per cent. */
function gradientFacts(
  { gradient, quantity, mean, error, states }: Extract<Finding, { kind: 'sensitivity' }>,
  t: number,
): Fact[] {
  const sorted = [...gradient].sort((a, b) => Math.abs(b.value * b.at) - Math.abs(a.value * a.at))
  return [
    ...sorted.slice(0, 12).map(({ parameter, value, at }) => {
      const elasticity = mean > 0 ? `; 1 % more moves it by ${number((value * at) / mean)} %` : ''
      return { label: `∂mean(${quantity})/∂${parameter} at t = ${number(t)}`, text: `${number(value)}${elasticity}` }
    }),
    { label: 'Error', text: `∂mean ± ${atMost(error.mean)}, ∂p ± ${atMost(error.probability)}: ${error.how}` },
    { label: 'Solved on', text: statesWords(states) },
  ]
}

/** Where a curve is highest, or lowest. */
function turn(x: Float64Array, y: Float64Array, sign: 1 | -1): number {
  let best = 0
  for (let k = 1; k < y.length; k++) if (sign * y[k] > sign * y[best]) best = k
  return x[best] ?? 0
}
