/** Sets of states that are never left: nothing happens there, so that their probability is that of having come there. */
import { readCondition } from '../../network/condition'
import type { Expr } from '../../network/network'
import { print } from '../../network/print'
import { Failure, type Problem } from '../contract'

const nothing: Expr = { kind: 'number', value: 0 }

/** The problem in which no reaction happens where the condition holds. Throws a Failure where it cannot be read. */
export function withTrap(problem: Problem, condition: string): Problem {
  if (condition.trim() === '') return problem
  const { network } = problem
  const read = readCondition(print(network), condition)
  const wrong = read.diagnostics.find(({ severity }) => severity === 'error')
  if (wrong || !read.network) throw new Failure('trap', `column ${wrong?.column} of the trap: ${wrong?.message}`)
  const test = read.network.observables[read.network.observables.length - 1].expr
  const reactions = network.reactions.map((reaction) => ({
    ...reaction,
    rate: { kind: 'conditional', test, yes: nothing, no: reaction.rate } as const,
  }))
  return { ...problem, network: { ...network, reactions } }
}

/** Why a trap cannot be set, if it cannot. */
export function whyNoTrap(problem: Problem, condition: string): string | undefined {
  try {
    withTrap(problem, condition)
    return undefined
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.message
    throw thrown
  }
}
