/** What was learnt, opened to be asked one conditional law after the other, at the setting of a problem. */
import { fast } from '../../numerics/density-fit'
import type { ChainLaw } from '../../numerics/learning/chain-law'
import { ownBackend } from '../../numerics/learning/own'
import { chainOf } from '../../numerics/learning/sampling'
import type { Artifact, Opened, Problem } from '../contract'
import { encode, inputCount } from '../design'
import { still } from '../learnt'
import { densityOf } from './attention'
import { headFor, inputRows } from './chain'
import { type Model, type Student, unpack } from './model'

/** Undefined where it was learnt of another network. */
export function open(artifact: Artifact, problem: Problem): Opened | undefined {
  const model = unpack(artifact, problem)
  if (!model) return undefined
  const { domain, variables } = model
  const species = variables.map((variable) => variable.species)
  const { student } = model
  const { chainAt, close } =
    student.kind === 'dense' ? dense(model, student, problem) : attentive(model, student, problem)
  return {
    species,
    at(time) {
      // The initial state is known, and no network was asked to learn it.
      if (time === 0 || still(problem)) return { time, chain: certain(species.map((s) => problem.initial[s])) }
      const t = Math.min(time, domain.horizon)
      return { time: t, chain: chainAt(t) }
    },
    close,
  }
}

interface Laws {
  chainAt(t: number): ChainLaw
  close(): void
}

type Kind<K extends Student['kind']> = Extract<Student, { readonly kind: K }>

function dense({ domain, variables }: Model, student: Kind<'dense'>, problem: Problem): Laws {
  const backend = ownBackend()
  const works = student.nets.map((net) => fast(net, backend))
  const heads = variables.map((variable) => headFor(variable, student.components))
  const widths = variables.map(({ cap }) => cap + 1)
  return {
    chainAt: (t) => ({
      lows: variables.map(() => 0),
      widths,
      async laws(i, before, rows) {
        const numbers = await works[i].outputs(inputRows(domain, variables, problem, t, before, rows), rows)
        const out = new Float64Array(rows * widths[i])
        for (let row = 0; row < rows; row++) {
          // A mixture goes on beyond the counts that are answered: as elsewhere, these share what there is.
          const p = heads[i].law(numbers, row * heads[i].size, [0], [widths[i]])
          const total = p.reduce((sum, q) => sum + q, 0)
          for (let n = 0; n < p.length; n++) out[row * widths[i] + n] = p[n] / total
        }
        return out
      },
    }),
    close() {
      for (const work of works) work.close()
    },
  }
}

function attentive({ domain, variables }: Model, student: Kind<'transformer'>, problem: Problem): Laws {
  const density = densityOf(domain, variables, student)
  const learner = ownBackend().learner(student.weights)
  const lows = variables.map(() => 0)
  return {
    chainAt(t) {
      const prompt = new Float64Array(inputCount(domain))
      encode(domain, problem, t, prompt, 0)
      return chainOf(density, learner, lows, Float32Array.from(prompt))
    },
    close: learner.dispose,
  }
}

/** The law of a state that is known. */
const certain = (counts: readonly number[]): ChainLaw => ({
  lows: counts,
  widths: counts.map(() => 1),
  laws: async (_, __, rows) => new Float64Array(rows).fill(1),
})
