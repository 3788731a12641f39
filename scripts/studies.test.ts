/**
 * Every study of the gallery does what it says: its check numbers come out of each method that it names. The numbers
 * are formulas, or were computed by programs that share nothing with this one (reference/studies).
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { complete } from '../src/analysis/complete'
import { answer } from '../src/analysis/inquire'
import type { Finding, Kind } from '../src/analysis/inquiry'
import { at } from '../src/numerics/named-array'
import type { Observation, Solution } from '../src/solvers/contract'
import { solvers } from '../src/solvers/registry'
import { runStudy } from '../src/solvers/run'
import { type Check, readStudy, type Study } from '../src/solvers/study'
import { inquiryOf } from '../src/store/inquiries'
import { indexOf, readStudies } from './studies.mjs'

const studies = readStudies() as { name: string; study: Study }[]

describe('the gallery', () => {
  it('has an index that is current', () => {
    expect(readFileSync('public/studies/index.json', 'utf8')).toBe(indexOf(studies))
  })

  it.each(studies)(
    '$name is a valid study without warnings, with a figure, a source and numbers to check',
    ({ study }) => {
      const read = readStudy(study)
      expect(read.ok ? read.value.diagnostics : read.issues).toEqual([])
      expect(study).toMatchObject({ title: expect.any(String), about: expect.any(String), figure: expect.any(String) })
      expect(study.cite).toBeTruthy()
      expect(study.checks?.length).toBeGreaterThan(0)
    },
  )
})

const runs = studies.flatMap(({ name, study }) => {
  const methods = [{ solver: study.solver ?? 'ssa', options: study.options }, ...(study.compare ?? [])]
  // The rate equation is in the gallery to be compared with the truth, not to be it.
  return methods.filter(({ solver }) => solver !== 'ode').map((method) => ({ name, study, ...method }))
})

describe('check numbers of the gallery', () => {
  it.each(runs)('$name by $solver', async ({ study, solver, options }) => {
    const checks = study.checks ?? []
    const times = [...new Set(checks.map((check) => check.time))].sort((a, b) => a - b)
    // A rare tail weighs little in the law and much in a variance: ask for more than six digits of the law.
    const sharp = solvers[solver].options.fields.some(({ name }) => name === 'tolerance') && { tolerance: 1e-11 }
    // The numbers are moments, which the states of a step hold by themselves: no long training is needed to have them.
    const brief = solvers[solver].traits.trains && { updates: 60, replicates: 20_000, check: 0 }
    const asked = { ...study, times, observe: ['moments'], solver, options: { ...options, ...sharp, ...brief } }
    const outcome = await runStudy(asked, host)
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
    const wrong = checks.flatMap((check) => compare(outcome.solution, check))
    expect(wrong).toEqual([])
  })
})

const inquiries = studies.flatMap(({ name, study }) => (study.findings ?? []).map((check) => ({ name, study, check })))

describe('findings of the gallery', () => {
  it.each(inquiries)('$name: $check.analysis', ({ study, check }) => {
    const inquiry = inquiryOf(study, check.analysis as Kind)
    if (!inquiry) throw new Error(`the study's view does not ask for ${check.analysis}`)
    expect(Math.abs(numberOf(complete(answer(inquiry))) - check.value)).toBeLessThan(check.within)
  })
})

/** The number by which a finding is known; of several times, at the last. */
function numberOf(finding: Finding): number {
  switch (finding.kind) {
    case 'gap':
      return finding.gap
    case 'passage':
      return finding.mean
    case 'quasi':
      return finding.rate
    case 'information':
      return finding.spectra[finding.spectra.length - 1].values[0]
    case 'distance': {
      const { distances } = finding
      const { time, measure, quantity } = distances.coords
      return at(distances, { time: time[time.length - 1], measure: measure[0], quantity: quantity[0] })
    }
    default:
      throw new Error(`${finding.kind} has no one number`)
  }
}

const host = {
  now: () => performance.now(),
  breathe: () => Promise.resolve(),
  cancelled: () => false,
  wanted: () => false,
  onFrame: () => {},
}

/** A sentence when the number is off by more than its own error and the reference's explain. */
function compare({ observations: { moments } }: Solution, check: Check): string[] {
  const { quantity, time, moment, value, within } = check
  const coords = { quantity, time, moment }
  const given = at(moments.array, coords)
  const allowed = within + ownError(moments, coords, value)
  return Math.abs(given - value) <= allowed
    ? []
    : [`${moment} of ${quantity} at ${time}: ${given}, not ${value} ± ${allowed}`]
}

function ownError({ error }: Observation, coords: Record<string, string | number>, value: number): number {
  switch (error.kind) {
    // 4.5 standard errors: p ≈ 7·10⁻⁶ per comparison, some hundred comparisons, seeds fixed.
    case 'sampling':
      // A method that is not exact adds what it has measured of that, and the noise in it.
      return (
        4.5 * at(error.standardError, coords) +
        (error.bias ? Math.abs(at(error.bias.value, coords)) + at(error.bias.noise, coords) : 0)
      )
    // The proved bound is on the law; of its moments six digits are asked for.
    default:
      return 1e-6 * Math.abs(value)
  }
}
