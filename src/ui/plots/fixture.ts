/**
 * Frames as the solvers shape them, for tests of what is drawn: two independent birth–death species U and V with
 * Poisson laws, whose every number is known.
 */

import { namedArray } from '../../numerics/named-array'
import type { Frame, Observation } from '../../solvers/contract'
import type { Outlook, Source } from './sources'

export const fixtureTimes = [0, 1, 2, 5, 10]
const names = ['U', 'V']
const cap = 40

/** Mean of quantity q at time t, starting from 0: k/d (1 − exp(−d t)) with d = 1. */
export const meanOf = (q: number, t: number) => [12, 5][q] * (1 - Math.exp(-t))

function poisson(mean: number, count: number): number {
  let p = Math.exp(-mean)
  for (let k = 1; k <= count; k++) p *= mean / k
  return p
}

const counts = Array.from({ length: cap + 1 }, (_, n) => n)

function laws(): Float64Array {
  return Float64Array.from(
    fixtureTimes.flatMap((t) => names.flatMap((_, q) => counts.map((n) => poisson(meanOf(q, t), n)))),
  )
}

function joints(): Float64Array {
  return Float64Array.from(
    fixtureTimes.flatMap((t) =>
      counts.flatMap((u) => counts.map((v) => poisson(meanOf(0, t), u) * poisson(meanOf(1, t), v))),
    ),
  )
}

const axes = {
  moments: [
    ['time', fixtureTimes],
    ['moment', ['mean', 'variance']],
    ['quantity', names],
  ],
  means: [
    ['time', fixtureTimes],
    ['moment', ['mean']],
    ['quantity', names],
  ],
  marginals: [
    ['time', fixtureTimes],
    ['quantity', names],
    ['count', counts],
  ],
  joint: [
    ['time', fixtureTimes],
    ['U', counts],
    ['V', counts],
  ],
} as const

const momentsData = () =>
  Float64Array.from(fixtureTimes.flatMap((t) => [0, 1].flatMap(() => names.map((_, q) => meanOf(q, t)))))

/** The exact answer, with a proven bound. */
export function exactSource(): Source {
  const bound = { kind: 'bound', norm: 'l1', value: fixtureTimes.map((t) => t * 1e-10) } as const
  const observations: Record<string, Observation> = {
    moments: { array: namedArray(axes.moments, momentsData()), error: bound },
    marginals: { array: namedArray(axes.marginals, laws()), error: bound },
    'joint:U,V': { array: namedArray(axes.joint, joints()), error: bound },
  }
  return source('exactOne', 'Projection', { observations, diagnostics: { states: cap ** 2 } })
}

/** Samples: the law disturbed by `shift` standard errors in alternating directions, and a few trajectories. */
export function sampledSource(replicates = 1000, shift = 0.8): Source {
  const p = laws()
  const errors = p.map((value) => Math.sqrt((value * (1 - value)) / replicates))
  const disturbed = p.map((value, k) => Math.max(0, value + (k % 2 ? shift : -shift) * errors[k]))
  const moments = momentsData()
  const meanErrors = moments.map((value) => Math.sqrt(value / replicates))
  const paths = Float64Array.from([0, 1, 2].flatMap((r) => names.flatMap((_, q) => path(r, q))))
  const sampling = (array: Float64Array, key: keyof typeof axes) =>
    ({ kind: 'sampling', standardError: namedArray(axes[key], array) }) as const
  const observations: Record<string, Observation> = {
    moments: { array: namedArray(axes.moments, moments), error: sampling(meanErrors, 'moments') },
    marginals: { array: namedArray(axes.marginals, disturbed), error: sampling(errors, 'marginals') },
    trajectories: {
      array: namedArray(
        [
          ['replicate', [0, 1, 2]],
          ['quantity', names],
          ['time', fixtureTimes],
        ],
        paths,
      ),
      error: { kind: 'exact' },
    },
  }
  return source('sampledOne', 'Sampler', { observations, diagnostics: { replicates } })
}

/** Rate equations: means only, and no word about their error. */
export function meansSource(): Source {
  const data = momentsData().filter((_, k) => k % 4 < 2)
  const error = { kind: 'none', why: 'rate equations leave the noise out' } as const
  return source('meansOne', 'Rate equations', {
    observations: { moments: { array: namedArray(axes.means, data), error } },
    diagnostics: {},
  })
}

/** The last replicate is unfinished after the second output time. */
function path(r: number, q: number): number[] {
  return fixtureTimes.map((t, k) => (r === 2 && k > 1 ? Number.NaN : Math.round(meanOf(q, t)) + r))
}

function source(id: string, title: string, parts: Pick<Frame, 'observations' | 'diagnostics'>): Source {
  return { id, title, word: id, seed: 7, frame: { ...parts, warnings: [], done: 1, phase: 'done' } }
}

export const fixtureOutlook: Outlook = {
  time: 5,
  joint: ['U', 'V'],
  quantities: ['U', 'V'],
  palette: ['U', 'V'],
  band: 'SD',
  asked: { views: [], margin: 0 },
  link: () => 'https://example.org/#s=abc',
}
