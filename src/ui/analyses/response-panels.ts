import type { Finding } from '../../analysis/inquiry'
import type { NamedArray } from '../../numerics/named-array'
import type { Fact, Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { lawAt, support } from '../plots/law'
import { timeIndex } from '../plots/sources'
import { spanOf, timeAxis } from '../plots/time-axis'
import { chosen } from './law-panels'
import { atMost, solved, statesWords } from './origin'
import type { Part, Scene } from './panels'

type Response = Extract<Finding, { kind: 'sensitivity' }>

/** ∂p/∂θ over counts at the cursor, and ∂mean/∂θ over time. */
export function responsePanels(finding: Response, { outlook }: Scene): readonly Part[] {
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
  const provenance = solved(outlook, `Sensitivities ${ways[way]}`, words)
  const beside = learntBeside(finding, name, k, slopes(means, q))
  const own = slopes(means, q)
  const span = spanOf([own, beside?.means ?? [], [0]])
  const [rise, fall] = [turn(x, p, 1), turn(x, p, -1)]
  return [
    {
      title: `∂P(${name})/∂${parameter}`,
      note: `t = ${t}`,
      x: { label: name, scale: 'linear', domain: [Math.max(0, x[first] - 1) - 0.5, x[last] + 1.5], whole: true },
      y: { label: `per unit of ${parameter}`, scale: 'linear', domain: [-reach, reach] },
      layers: [
        zero,
        { kind: 'curve', name: `∂P/∂${parameter}`, ink, dash: 'solid', x, y: p },
        ...(beside ? [{ kind: 'curve', name: 'network', ink, dash: 'dashed', ...beside.law } as const] : []),
      ],
      summary: `When ${parameter} grows, ${name} at time ${t} gains probability most at ${number(rise)} and loses it most at ${number(fall)}; its mean changes by ${number(own[k])} per unit of ${parameter}.${beside ? ` ${beside.words}.` : ''}`,
      facts: [...gradientFacts(finding, times.at(-1) ?? 0), ...learntFacts(finding, beside)],
      provenance,
    },
    {
      part: 'means',
      title: `∂mean(${name})/∂${parameter}`,
      x: timeAxis(times),
      y: { label: `per unit of ${parameter}`, scale: 'linear', domain: nice(...span) },
      layers: [
        zero,
        { kind: 'line', name: `∂mean/∂${parameter}`, ink, dash: 'solid', x: times, y: own, label: name },
        ...(beside
          ? [
              {
                kind: 'line',
                name: 'network',
                ink,
                dash: 'dashed',
                x: times,
                y: beside.means,
                label: 'network',
              } as const,
            ]
          : []),
      ],
      cursor: outlook.time,
      summary: `The mean of ${name} changes by ${number(own[k])} per unit of ${parameter} at time ${t}.`,
      provenance,
    },
  ]
}

const ways: Readonly<Record<Response['way'], string>> = {
  carried: 'carried forwards by uniformisation, and backwards',
  differences: 'by differences of certified laws',
  learnt: 'of what a network has learnt, by differences',
}

/** ∂mean/∂θ of a quantity along time. */
function slopes({ data, shape }: NamedArray, q: number): Float64Array {
  return Float64Array.from({ length: shape[0] }, (_, at) => data[at * shape[1] + q])
}

/** What a network says of the same quantity, and how far that is from the exact. */
function learntBeside({ learnt, marginals, parameter }: Response, name: string, k: number, exact: Float64Array) {
  if (!learnt || 'why' in learnt) return undefined
  const q = learnt.means.coords.quantity.indexOf(name)
  if (q < 0) return undefined
  const law = lawAt(learnt.marginals, k, q)
  const truth = lawAt(marginals, k, marginals.coords.quantity.indexOf(name))
  const means = slopes(learnt.means, q)
  const off = law.p.reduce((most, p, n) => Math.max(most, Math.abs(p - (truth.p[n] ?? 0))), 0)
  const [now, ever] = [
    Math.abs(means[k] - exact[k]),
    exact.reduce((m, e, at) => Math.max(m, Math.abs(e - means[at])), 0),
  ]
  const words = `The network's ∂mean/∂${parameter} is ${number(now)} off here and ${number(ever)} at most, its ∂P/∂${parameter} ${number(off)} at most`
  return { law: { x: law.x, y: law.p }, means, words }
}

function learntFacts({ learnt }: Response, beside: ReturnType<typeof learntBeside>): Fact[] {
  if (!learnt) return []
  if ('why' in learnt) return [{ label: 'Network', text: learnt.why }]
  return beside ? [{ label: 'Network', text: beside.words }] : []
}

/** Every parameter at the last time: per unit, and per cent for per cent. */
function gradientFacts({ gradient, quantity, mean, error, states }: Response, t: number): Fact[] {
  const sorted = [...gradient].sort((a, b) => Math.abs(b.value * b.at) - Math.abs(a.value * a.at))
  return [
    ...sorted.slice(0, 12).map(({ parameter, value, at }) => {
      const elasticity = mean > 0 ? `; 1 % more moves it by ${number((value * at) / mean)} %` : ''
      return { label: `∂mean(${quantity})/∂${parameter} at t = ${number(t)}`, text: `${number(value)}${elasticity}` }
    }),
    { label: 'Error', text: `∂mean ± ${atMost(error.mean)}, ∂p ± ${atMost(error.probability)}: ${error.how}` },
    ...(states > 0 ? [{ label: 'Solved on', text: statesWords(states) }] : []),
  ]
}

/** Where a curve is highest, or lowest. */
function turn(x: Float64Array, y: Float64Array, sign: 1 | -1): number {
  let best = 0
  for (let k = 1; k < y.length; k++) if (sign * y[k] > sign * y[best]) best = k
  return x[best] ?? 0
}
