import type { Layer, Panel } from '../figure/figure'
import { grouped, nice, number } from '../figure/ticks'
import { answers, type Outlook, provenance, type Source, shown } from './sources'
import { spanOf, timeAxis } from './time-axis'

/** More than this many paths are a blot. */
export const maxPaths = 50

/** Single histories, as steps: each count holds until the next output time. What is not finished is not drawn. */
export function trajectories(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  const answer = answers(sources, 'trajectories')[0]
  if (!answer) return undefined
  const { array } = answer.observation
  const [replicates, quantities, times] = array.shape
  const x = array.coords.time.map(Number)
  // Of a single time there is no history: the law and the mean tell what it holds.
  if (x.length < 2) return undefined
  const list = shown([answer], outlook)
  const paths = (quantity: number) =>
    Array.from({ length: Math.min(replicates, maxPaths) }, (_, r) => {
      const from = (r * quantities + quantity) * times
      return array.data.subarray(from, from + times)
    }).filter((path) => path.length > 0 && !Number.isNaN(path[0]))
  const layers = list.map(
    ({ name, ink }): Layer => ({
      kind: 'steps',
      name,
      ink,
      x,
      paths: paths(array.coords.quantity.indexOf(name)),
      faded: answer.source.faded,
    }),
  )
  const all = layers.flatMap((layer) => (layer.kind === 'steps' ? layer.paths : []))
  const [low, high] = spanOf(all)
  const drawn = Math.round(all.length / Math.max(1, list.length))
  const total = answer.source.frame.diagnostics.replicates
  const count = total === undefined || total <= drawn ? `${drawn}` : `${drawn} of ${grouped(total)}`
  const names = list.map(({ name }) => name).join(' and ')
  return {
    id: 'trajectories',
    title: 'Trajectories',
    note: drawn > 4 ? `${count} replicates, the first in bold` : `${count} replicates`,
    x: timeAxis(x),
    y: { label: list.length === 1 ? list[0].name : 'count', scale: 'linear', domain: nice(Math.min(0, low), high) },
    layers,
    cursor: outlook.time,
    summary: `${count} sampled histories of ${names} up to time ${number(x.at(-1) ?? 0)}, between ${number(low)} and ${number(high)}.`,
    provenance: provenance([answer], outlook, 0),
  }
}
