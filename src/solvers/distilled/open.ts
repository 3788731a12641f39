/** What was learnt, opened to be asked one conditional law after the other, at the setting of a problem. */
import type { ChainLaw } from '../../numerics/learning/chain-law'
import type { Artifact, Opened, Problem } from '../contract'
import { encode, inputCount } from '../design'
import { still } from '../learnt'
import { unpack } from './model'
import { chainOf } from './voice'

/** Undefined where it was learnt of another network. */
export function open(artifact: Artifact, problem: Problem): Opened | undefined {
  const model = unpack(artifact, problem)
  if (!model) return undefined
  const { domain, variables } = model
  const species = variables.map((variable) => variable.species)
  return {
    species,
    at(time) {
      // The initial state is known, and no network was asked to learn it.
      if (time === 0 || still(problem)) return { time, chain: certain(species.map((s) => problem.initial[s])) }
      const t = Math.min(time, domain.horizon)
      const prompt = new Float64Array(inputCount(domain))
      encode(domain, problem, t, prompt, 0)
      return { time: t, chain: chainOf(model, prompt) }
    },
    close() {},
  }
}

/** The law of a state that is known. */
const certain = (counts: readonly number[]): ChainLaw => ({
  lows: counts,
  widths: counts.map(() => 1),
  laws: async (_, __, rows) => new Float64Array(rows).fill(1),
})
