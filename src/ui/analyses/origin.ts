/** What the figures of analyses have in common: where their numbers come from, and how errors are written. */
import { version } from '../../version'
import type { Provenance } from '../figure/figure'
import { grouped, number } from '../figure/ticks'
import type { Outlook } from '../plots/sources'

/** Solved on the states, not sampled: no seed matters. */
export function solved(outlook: Outlook, title: string, error: string): Provenance {
  return { version, seed: 0, methods: [{ solver: 'analysis', title, error }], link: outlook.link }
}

/** An error to one digit, rounded up. */
export function atMost(value: number): string {
  if (!(value > 0)) return '0'
  const near = Number(value.toPrecision(1))
  const unit = 10 ** Math.floor(Math.log10(value))
  return number(near >= value ? near : Number((near + unit).toPrecision(1)))
}

/** Some states, in words. */
export const statesWords = (states: number): string => `${grouped(states)} states`
