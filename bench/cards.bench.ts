/**
 * Published numbers that take a while, to their printed digits: CPU time of the solver in one thread at its smallest
 * tolerance, and the digits that differ. Those that take less are tests.
 */

import { complete } from '../src/analysis/complete'
import { relaxation } from '../src/analysis/relaxation'
import { type Answer, answers } from '../src/solvers/fsp/cards-answer'
import { boxAnswers, slowBoxes } from '../src/solvers/fsp/cards-box'
import { slow } from '../src/solvers/fsp/cards-models'
import { sampledAnswers, slowSampled } from '../src/solvers/fsp/cards-sampled'
import { problem } from '../src/solvers/fsp/trial'
import type { Line } from './measure'

export async function bench(): Promise<Line[]> {
  const lines: Line[] = []
  const jobs = [
    ...slow.map((card) => ({ name: card.name, work: () => answers(card) })),
    ...slowSampled.map((card) => ({ name: card.name, work: () => sampledAnswers(card) })),
    { name: '8.3 ToggleSwitch of SSIT: spectral gap', work: gap },
    ...slowBoxes.map((card) => ({ name: card.name, work: async () => boxAnswers(card) })),
  ]
  for (const { name, work } of jobs) {
    const before = process.cpuUsage()
    const all = await work()
    const { user, system } = process.cpuUsage(before)
    const wrong = all.filter(({ got, value, allowed }) => !(Math.abs(got - value) <= allowed))
    const differ = wrong.map(({ time, kind, of, got, value }) => `; ${kind} ${of} at ${time}: ${got} for ${value}`)
    lines.push({
      name,
      variant: `${all.length - wrong.length} of ${all.length} agree${differ.join('')}`,
      interceptMs: 0,
      perSecond: 1e6 / (user + system),
      unit: 'solves',
      ratio: 1,
    })
  }
  return lines
}

/** The gap to its printed digits, on the box that the law at rest asks for. */
async function gap(): Promise<Answer[]> {
  const { text } = slow.find(({ name }) => name.includes('ToggleSwitch')) ?? slow[0]
  const found = complete(relaxation(problem(text, [])))
  return [{ time: 'rest', kind: 'gap', of: 'x', value: 8.000468e-4, within: 5e-11, got: found.gap, allowed: 5e-11 }]
}
