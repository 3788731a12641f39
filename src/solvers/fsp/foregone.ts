/** Choices of states that were made before: choosing takes paths and a trial, and depends on nothing but the question. */
import type { Problem } from '../contract'
import type { FspOptions } from './index'
import type { Plan } from './plan'

/** So many questions are kept, each in at most so many letters. */
const [most, longest] = [8, 50_000]

const made = new Map<string, Plan>()

/** Everything of a question that a choice depends on; undefined where that is long to tell. */
export function askedFor({ network, parameters, initial, times }: Problem, options: FspOptions): string | undefined {
  if (network.reactions.length > 200 || times.length > 1000) return undefined
  const text = JSON.stringify([network, ...[parameters, initial, times].map((numbers) => Array.from(numbers)), options])
  return text.length <= longest ? text : undefined
}

export function chosenBefore(asked: string | undefined): Plan | undefined {
  return asked === undefined ? undefined : made.get(asked)
}

/** Keeps a choice of states that follow the probability; a box is begun without one. */
export function keepChoice(asked: string | undefined, plan: Plan): void {
  if (asked === undefined || plan.kind !== 'window' || plan.start) return
  made.delete(asked)
  made.set(asked, plan)
  for (const oldest of made.keys()) if (made.size > most) made.delete(oldest)
}
