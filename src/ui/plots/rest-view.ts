/** For a network of one species: its law, and where the rate equation stands still under it. */
import { type FixedPoint, fieldOf, fixedPoints } from '../../analysis/fixed-points'
import { readsTime } from '../../network/structure'
import { Failure, type Problem } from '../../solvers/contract'
import type { Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { lawAt, support } from './law'
import { counted, pointFacts, told } from './plane-views'
import {
  answers,
  errorWords,
  nameOf,
  type Outlook,
  problemOf,
  provenance,
  type Source,
  surest,
  timeIndex,
} from './sources'
import { type Body, nothing } from './views'

export function restPoints(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const title = 'Rest points'
  // A run under way may not have reached the cursor yet.
  const known = answers(sources, 'marginals').filter(({ observation: { array } }) => {
    return !Number.isNaN(lawAt(array, timeIndex(array.coords.time, outlook.time), 0).p[0])
  })
  const answer = surest(known)
  const problem = answer && problemOf(answer.source)
  if (!answer || !problem || problem.network.species.length !== 1) return undefined
  const { array, error } = answer.observation
  const { name } = problem.network.species[0]
  const q = array.coords.quantity.indexOf(name)
  const index = timeIndex(array.coords.time, outlook.time)
  const { x, p, width } = lawAt(array, index, q)
  if (q < 0 || Number.isNaN(p[0])) return undefined
  const high = x[support(array, 2, q)[1]] + width / 2
  let points: readonly FixedPoint[]
  try {
    points = pointsOf(problem, Number(array.coords.time[index]), high)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return nothing(title, thrown.message, outlook)
  }
  const y = p.map((value) => value / width)
  const top = nice(
    0,
    y.reduce((a, b) => Math.max(a, b), 0),
  )[1]
  const { faded } = answer.source
  const t = number(Number(array.coords.time[index]))
  const marks = [true, false].flatMap((stable): Layer[] => {
    const some = points.filter(({ kind }) => kind.startsWith('stable') === stable)
    if (some.length === 0) return []
    const at = some.map((point) => point.at[0])
    const mark = stable ? 'circle' : 'ring'
    const names = some.map(({ kind, at }) => `${kind} at ${name} = ${number(Number(at[0].toPrecision(4)))}`)
    const rules = at.map(
      (place): Layer => ({ kind: 'rule', name: names[at.indexOf(place)], ink: 'muted', axis: 'x', at: place }),
    )
    return [
      ...rules,
      {
        kind: 'points',
        name: stable ? 'stable' : 'unstable',
        ink: 'text',
        mark,
        x: at,
        y: at.map(() => 0.02 * top),
        rimmed: true,
        names,
      },
    ]
  })
  return {
    title: `Rest points of ${name}`,
    note: `t = ${t}`,
    x: { label: name, scale: 'linear', domain: [-0.5, high], whole: true },
    y: { label: width > 1 ? 'probability per count' : 'probability', scale: 'linear', domain: [0, top] },
    layers: [
      {
        kind: 'curve',
        name: nameOf(answer, [answer], index),
        ink: Math.max(0, outlook.palette.indexOf(name)),
        dash: 'solid',
        x,
        y,
        faded,
      },
      ...marks,
    ],
    summary: `${counted(points)} of the rate equation under the distribution of ${name} at time ${t}: ${told(points, [name]) || 'none in sight'} (law: ${errorWords(error, index)}).`,
    facts: pointFacts(points, [name]),
    provenance: provenance([answer], outlook, index),
  }
}

function pointsOf(problem: Problem, time: number, high: number): readonly FixedPoint[] {
  const key = `${readsTime(problem.network) ? time : 0} ${high}`
  const known = kept.get(problem)
  if (known?.key === key) return known.points
  const points = fixedPoints(fieldOf(problem, [0], time).field, { low: [0], high: [high] })
  kept.set(problem, { key, points })
  return points
}

const kept = new WeakMap<Problem, { readonly key: string; readonly points: readonly FixedPoint[] }>()
