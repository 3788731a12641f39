/** What every method asks that learns over settings: how many, how often each is looked at, and where they begin. */
import { z } from 'zod'
import type { Problem, Verdict } from './contract'
import { domainOf, maxAxes } from './design'

export const designFields = {
  settings: z.int().min(1).max(100_000).default(256).meta({
    title: 'Settings',
    help: 'How many values of the parameters that have a range to learn from. One where none has.',
  }),
  looks: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .meta({ title: 'Looks', help: 'Times at which each setting is looked at.' }),
  heldOut: z.int().min(1).max(100_000).default(32).meta({
    title: 'Held out',
    help: 'Settings that are not learnt from, but say how far off the answer is.',
  }),
}

export const startsField = {
  starts: z.int().min(0).max(1000).default(0).meta({
    title: 'Initial counts',
    help: 'Learn for every initial count up to this, of the same conserved totals; 0: only for those of the study.',
    advanced: true,
  }),
}

/** Whether a problem can be learnt over what varies in it, and over what that is. */
export function learnsOver(problem: Problem, starts: number): Verdict {
  const { axes } = domainOf(problem, starts)
  if (axes.length > maxAxes) {
    const why = `${axes.length} parameters have a range; this solver learns over ${maxAxes} at once`
    return { ok: false, why, instead: 'ssa' }
  }
  const over = axes.length
    ? `over ${axes.map(({ name }) => name).join(', ')} and time`
    : 'over time: no parameter has a range'
  return { ok: true, caution: `a law that was learnt, ${over}` }
}
