/** What a training is worth while it runs: its means beside exact samples, and the joint law as it is now. */
import { driftOf, inErrors } from '../../analysis/drift'
import type { Observation } from '../../solvers/contract'
import type { Layer, Panel } from '../figure/figure'
import { grouped, number, three } from '../figure/ticks'
import { joint, jointAnswers } from './joint'
import { learnt, type Outlook, provenance, type Source, shown } from './sources'
import { timeAxis } from './time-axis'

/** Two standard errors hold 95 % of what chance does. */
const usual = 2
/** Fewer samples say little of a mean. */
const fewest = 100
/** Up to so many times each is marked; of a single one there is no line. */
const mostMarks = 24

/** Means against those of exact samples, in standard errors of the difference, of every method that was trained. */
export function drift(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  const found = sources.flatMap((source) => {
    const moments = source.frame.observations.moments
    const beside = moments && learnt(source) ? samplesBeside(source, sources) : undefined
    const made = beside && driftOf(moments, beside.observation)
    return made && beside ? [{ source, moments, beside, made, z: inErrors(made) }] : []
  })
  const reached = found.filter(({ z }) => z.some(Number.isFinite))
  if (reached.length === 0) return undefined
  const [{ made: first }] = reached
  const list = shown(
    reached.map(({ source, moments }) => ({ source, observation: moments })),
    outlook,
  )
  const layers: Layer[] = reached.flatMap(({ source, made, z, beside }, k) =>
    list.flatMap(({ name, ink }): Layer[] => {
      const q = made.quantities.indexOf(name)
      if (q < 0) return []
      const y = Float64Array.from(made.times, (_, t) => z[t * made.quantities.length + q])
      const words = `${source.title} less ${beside.words}`
      const dash = (['solid', 'dashed', 'dotted', 'dash-dot'] as const)[k % 4]
      const shared = { ink, dash, x: made.times, y, faded: source.faded }
      return made.times.length > mostMarks
        ? [{ kind: 'line', name: words, label: name, ...shared }]
        : [{ kind: 'curve', name: `${name}, ${words}`, ...shared }]
    }),
  )
  const ends = [first.times[0] ?? 0, first.times.at(-1) ?? 1]
  const band = { kind: 'band', name: '± 2 standard errors: chance', ink: 'muted', meaning: 'interval' } as const
  const tops = layers.flatMap((one) =>
    one.kind === 'line' || one.kind === 'curve' ? Array.from(one.y).filter(Number.isFinite) : [],
  )
  const reach = 1.15 * tops.reduce((a, b) => Math.max(a, Math.abs(b)), usual)
  const worst = reached.map((one) => ({ ...one, ...worstOf(one) }))
  return {
    id: 'drift',
    title: 'Drift of means',
    note: `against ${reached[0].beside.words}`,
    x: timeAxis(reached.length ? reached[0].moments.array.coords.time.map(Number) : ends),
    y: { label: 'difference', unit: 'standard errors', scale: 'linear', domain: [-reach, reach] },
    layers: [{ ...band, x: ends, low: [-usual, -usual], high: [usual, usual] }, ...layers],
    cursor: outlook.time,
    summary: `${worst.map(({ source, words }) => `${source.title}: ${words}`).join('; ')}.`,
    facts: worst.map(({ source, words }) => ({ label: source.title, text: words })),
    provenance: provenance(
      reached.map(({ source, moments }) => ({ source, observation: moments })),
      outlook,
      0,
    ),
  }
}

interface Beside {
  readonly observation: Observation
  readonly words: string
}

/** The exact samples to measure by: an ensemble on the screen that is larger, or the method's own. */
function samplesBeside({ frame, study }: Source, sources: readonly Source[]): Beside | undefined {
  const own = frame.independent
  const best = sources
    .filter((other) => !other.faded && !learnt(other) && sameQuestion(other.study, study))
    .flatMap(({ frame: { observations, diagnostics }, title }) => {
      const { moments } = observations
      const n = diagnostics.replicates ?? 0
      // A bias says that it is no exact sampler.
      return moments?.error.kind === 'sampling' && !moments.error.bias ? [{ observation: moments, n, title }] : []
    })
    .sort((a, b) => b.n - a.n)[0]
  if (best && best.n >= (own?.paths ?? fewest)) {
    return { observation: best.observation, words: `${best.title}, n = ${grouped(best.n)}` }
  }
  return own && { observation: own.moments, words: `${grouped(own.paths)} independent paths` }
}

function sameQuestion(a: Source['study'], b: Source['study']): boolean {
  const text = (study: Source['study']) =>
    study && JSON.stringify([study.network, study.parameters, study.initial, study.times])
  return text(a) === text(b)
}

function worstOf({ made, z }: { made: NonNullable<ReturnType<typeof driftOf>>; z: Float64Array }): { words: string } {
  const known = Array.from(z.keys()).filter((k) => !Number.isNaN(z[k]))
  const at = known.reduce((worst, k) => (Math.abs(z[k]) > Math.abs(z[worst]) ? k : worst), known[0])
  const Q = made.quantities.length
  // What never changes has no error, and no chance.
  const unsure = known.filter((k) => made.standardError[k] > 0)
  const beyond = unsure.filter((k) => Math.abs(z[k]) > usual).length
  const where = `${made.quantities[at % Q]} at time ${number(made.times[Math.floor(at / Q)])}`
  const size = `${three(made.difference[at])} ± ${three(made.standardError[at])}`
  return {
    words: `furthest off is ${where}, by ${size} (${three(z[at])} standard errors); ${beyond} of ${unsure.length} means are beyond two, where chance puts one in twenty`,
  }
}

/** The joint law in the midst of training, at the time that it has come to, where the cursor's is not reached. */
export function jointNow(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  for (const source of sources) {
    const { frame } = source
    if (!learnt(source) || !(frame.done < 1)) continue
    const { time, observations, words } = frame.now
      ? { ...frame.now, words: 'in training' }
      : { time: latest(source, outlook), observations: frame.observations, words: 'the latest that is learnt' }
    if (time === undefined) continue
    const panel = joint([{ ...source, frame: { ...frame, observations } }], { ...outlook, time, jointOf: source.id })
    if (!panel) continue
    const updates = frame.diagnostics.updates
    const after = updates ? `, after ${grouped(updates)} updates` : ''
    return {
      ...panel,
      id: 'joint-now',
      title: 'Joint law now',
      note: `t = ${number(time)}, ${words}${after}`,
      summary: `${source.title}, ${words}${after}. ${panel.summary}`,
    }
  }
  return undefined
}

/** The latest time at which a source has the joint law. */
function latest(source: Source, outlook: Outlook): number | undefined {
  const [a, b] = outlook.joint
  const { observations } = source.frame
  const array = (observations[`joint:${a},${b}`] ?? observations[`joint:${b},${a}`])?.array
  if (!array) return undefined
  const known = array.coords.time
    .map(Number)
    .filter((time) => jointAnswers([source], { ...outlook, time }).length > 0 && time > 0)
  return known.at(-1)
}
