/** One count of a network's sample, in words and as a picture. */
import type { WatchedStep } from '../../analysis/learnt-law'
import type { Panel, Provenance } from '../figure/figure'
import { nice, number } from '../figure/ticks'

/** Counts of a law that are less likely than this are left out at its ends. */
const unlikely = 1e-4
/** Conditions that a sentence names, at most; the table has all. */
const mostNamed = 4

/** "V given U = 12, W = 3", or the species alone where nothing comes before it. */
export function lawWords(steps: readonly WatchedStep[], index: number): string {
  const { species } = steps[index]
  const before = steps.slice(0, index).map(({ species: name, count }) => `${name} = ${count}`)
  if (before.length === 0) return species
  const named = before.slice(-mostNamed)
  const more = before.length - named.length
  return `${species} given ${[...(more ? [`${more} before`] : []), ...named].join(', ')}`
}

/** Where the uniform number falls: P(less than the count) and P(at most the count). */
export function landing({ p, low, count }: WatchedStep): { from: number; to: number } {
  let sum = 0
  for (let n = 0; n < count - low; n++) sum += p[n]
  return { from: sum, to: sum + p[count - low] }
}

export function sampleSentence(steps: readonly WatchedStep[], index: number): string {
  const step = steps[index]
  const { species, uniform, count, logQ, p, low } = step
  const { from, to } = landing(step)
  const whence = index === 0 ? `${species} comes first, from its own law` : `${lawWords(steps, index)}`
  const place = `the uniform number ${number(uniform)} falls between ${number(from)} and ${number(to)}`
  const so = `so ${species} = ${count}, which has probability ${number(p[count - low])}`
  return `${whence}: ${place}, ${so}. The state so far has ln q = ${number(logQ)}.`
}

/** The conditional law as bars, the chosen one in the species' colour. */
export function samplePanel(
  steps: readonly WatchedStep[],
  index: number,
  palette: readonly string[],
  provenance: Provenance,
  time: number,
): Panel {
  const step = steps[index]
  const { species, p, low, count } = step
  const x = Float64Array.from(p, (_, n) => low + n)
  const top = p.reduce((a, b) => Math.max(a, b), 0)
  const seen = Array.from(x).filter((n, k) => p[k] > unlikely * top || n === count)
  const [first, last] = [Math.min(...seen), Math.max(...seen)]
  const words = lawWords(steps, index)
  return {
    id: 'sample',
    title: `Law of ${words}`,
    note: `t = ${number(time)}`,
    x: {
      label: species,
      scale: 'linear',
      domain: [(first < 0.4 * last ? Math.min(low, first) : first) - 0.5, last + 0.5],
      whole: true,
    },
    y: { label: 'probability', scale: 'linear', domain: [0, nice(0, top)[1]] },
    layers: [
      { kind: 'bars', name: words, ink: 'muted', x, width: 1, y: p.map((q, n) => (low + n === count ? 0 : q)) },
      {
        kind: 'bars',
        name: `chosen: ${species} = ${count}`,
        ink: Math.max(0, palette.indexOf(species)),
        x: Float64Array.of(count),
        width: 1,
        y: Float64Array.of(p[count - low]),
      },
    ],
    summary: sampleSentence(steps, index),
    provenance,
  }
}
