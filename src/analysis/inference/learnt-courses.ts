/** The likelihood of courses of which all is seen, as a product of hops that a network has learnt from any counts. */

import { log } from '../../numerics/elementary'
import { cellsOf } from '../../solvers/conditionals'
import { Failure } from '../../solvers/contract'
import { decodeSlope, encode, inputCount, outside, type Setting } from '../../solvers/design'
import { coordinates } from '../../solvers/fsp/space'
import type { Courses } from './data'
import type { Start } from './fsp-courses'
import { unlearnt } from './learnt-laws'
import { readLearnt, type Subject } from './learnt-reading'
import type { Likelihood } from './likelihood'
import type { Noise } from './noise'

/** One hop that was seen, and how often. */
interface Hop {
  readonly from: Float64Array
  readonly lag: number
  readonly to: Float64Array
  times: number
}

export function learntCourses(
  learner: string,
  subject: Subject,
  { courses }: Courses,
  noise: Noise,
  start: Start,
): Likelihood {
  const { observed } = subject
  const { network, quantities, initial } = observed
  const whole = noise.kind === 'none' && network.species.every((_, s) => quantities.includes(s))
  const complete = whole && courses.every(({ values }) => values.every(Number.isInteger))
  if (!complete) {
    const why = 'hops that were learnt judge courses of which every count is seen, without measurement noise'
    throw new Failure('unsupported', why, 'use "fsp" or "particle"')
  }
  const hops = hopsOf(subject, courses, start)
  const lags = hops.map(({ lag }) => lag)
  const { conditionals, perCell } = readLearnt(learner, subject, lags.length ? lags : [0])
  const { domain, blocks } = conditionals
  if (blocks.flatMap(({ of }) => [...of]).length < coordinates(network, initial).axes.length) {
    throw new Failure('learnt', 'what was learnt is not the law of the whole state', 'use "distilled" or "fsp"')
  }
  const setting = (from: Float64Array, parameters: Float64Array): Setting => ({ parameters, initial: from })
  for (const { from } of hops) checkFrom(domain, setting(from, subject.others), initial)
  const inputs = inputCount(domain)
  const prompts = new Float64Array(hops.length * inputs)
  const columns = blocks.map(({ of, widths }) =>
    Int32Array.from(hops, ({ to }) => {
      // −1: beyond all counts that were learnt.
      return of.some((s, k) => to[s] >= widths[k]) ? -1 : of.reduce((cell, s, k) => cell * widths[k] + to[s], 0)
    }),
  )
  const known = columns.map((column) => column.map((cell) => Math.max(0, cell)))
  const seen = hops.reduce((sum, { times }) => sum + times, 0)
  return {
    noisy: false,
    error: 'estimate',
    *at(parameters) {
      hops.forEach(({ from, lag }, h) => {
        encode(domain, setting(from, parameters), lag, prompts, h * inputs)
      })
      const p = blocks.map((block, i) => {
        const law = conditionals.laws(i, prompts, known.slice(0, i), hops.length)
        return columns[i].length
          ? Float64Array.from(columns[i], (cell, h) => (cell < 0 ? 0 : law[h * cellsOf(block) + cell]))
          : new Float64Array()
      })
      yield
      let [value, floored] = [0, 0]
      hops.forEach(({ times }, h) => {
        const q = p.reduce((product, column) => product * column[h], 1)
        value += times * log(Math.max(q, unlearnt))
        if (q < unlearnt) floored += times
      })
      const asked = parameters.slice()
      return {
        value,
        error: perCell * seen,
        floored,
        slope() {
          const into = new Float64Array(asked.length)
          blocks.forEach((block, i) => {
            const W = cellsOf(block)
            const charge = new Float64Array(hops.length * W)
            columns[i].forEach((cell, h) => {
              if (cell >= 0) charge[h * W + cell] = hops[h].times
            })
            const slopes = conditionals.slopes(i, prompts, known.slice(0, i), hops.length, charge)
            hops.forEach(({ from }, h) => {
              decodeSlope(domain, setting(from, asked), slopes, h * inputs, into)
            })
          })
          return into
        },
      }
    },
  }
}

/** The hops of all courses; those that are alike are told once. */
function hopsOf({ observed }: Subject, courses: Courses['courses'], start: Start): Hop[] {
  const { quantities, initial } = observed
  const Q = quantities.length
  const hops = new Map<string, Hop>()
  for (const { times, values } of courses) {
    const countsAt = (k: number) => {
      const counts = initial.slice()
      quantities.forEach((s, q) => {
        counts[s] = values[k * Q + q]
      })
      return counts
    }
    for (let k = 0; k < times.length; k++) {
      if (k === 0 && start === 'first') continue
      const from = k === 0 ? initial : countsAt(k - 1)
      const lag = times[k] - (k === 0 ? 0 : times[k - 1])
      const to = countsAt(k)
      if (lag === 0 && from.every((n, s) => n === to[s])) continue
      const key = `${from.join()};${lag};${to.join()}`
      const same = hops.get(key)
      if (same) same.times++
      else hops.set(key, { from, lag, to, times: 1 })
    }
  }
  return [...hops.values()]
}

function checkFrom(domain: Parameters<typeof outside>[0], setting: Setting, usual: Float64Array): void {
  const far = outside(domain, setting).find(({ kind }) => kind === 'initial')
  if (far) {
    const range = `${far.min} … ${far.max}`
    throw new Failure(
      'learnt',
      `a course passes ${far.name} = ${setting.initial[far.index]}; hops were learnt from ${range}`,
      'train with larger "starts", or use "fsp"',
    )
  }
  const fixed = setting.initial.findIndex(
    (n, s) => n !== usual[s] && domain.axes.every(({ kind, index }) => kind !== 'initial' || index !== s),
  )
  if (fixed >= 0)
    throw new Failure(
      'learnt',
      'what was learnt starts from the counts of the study alone',
      'train with "starts", or use "fsp"',
    )
}
