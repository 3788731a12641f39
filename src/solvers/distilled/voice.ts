/**
 * What a student says of one count after others, and how that changes with its prompt: opened once, and asked by all that
 * follows from it, whole laws, samples, likelihoods and hops.
 */
import { asked } from '../../numerics/learning/asked'
import type { ChainLaw } from '../../numerics/learning/chain-law'
import { type Density, keeping } from '../../numerics/learning/density'
import type { Asking, Ops, Parameters, Tensor, Weights } from '../../numerics/learning/ops'
import type { Conditionals } from '../conditionals'
import { inputCount } from '../design'
import type { Model } from './model'
import { densityOf } from './student'

export interface Voice {
  readonly density: Density
  readonly asking: Asking
  /** Laws of variable i after columns of counts, [row, cap + 1]; neighbouring rows share a prompt, see `Conditionals`. */
  laws(i: number, prompts: Float64Array, before: readonly Int32Array[], rows: number): Float32Array
  slopes: Conditionals['slopes']
}

/** Of weights that were opened before: a dragged slider asks the same network again and again. */
const opened = new WeakMap<Weights, Voice>()

export function voiceOf({ domain, variables, student }: Pick<Model, 'domain' | 'variables' | 'student'>): Voice {
  const known = opened.get(student.weights)
  if (known) return known
  const density = densityOf(domain, variables, student)
  const work = asked(student.weights)
  const base = inputCount(domain)
  const logits = (
    ops: Ops,
    p: Parameters,
    i: number,
    prompts: Tensor,
    before: readonly Int32Array[],
    rows: number,
  ): Tensor => {
    const pass = keeping(density, ops, p, rows, prompts)
    for (const column of before.slice(0, i)) pass.take(column)
    return pass.logits()
  }
  const voice: Voice = {
    density,
    asking: work,
    laws: (i, prompts, before, rows) =>
      work.numbers((ops, p) => {
        const given = ops.constant(prompts, [prompts.length / base, base])
        return ops.softmax(logits(ops, p, i, given, before, rows))
      }),
    slopes(i, prompts, before, rows, charge) {
      const back = work.slope(prompts, [prompts.length / base, base], (ops, p, x) => {
        const logs = ops.logSoftmax(logits(ops, p, i, x, before, rows))
        return ops.sum(ops.mul(ops.constant(charge, [rows, variables[i].cap + 1]), logs))
      })
      return Float64Array.from(back)
    },
  }
  opened.set(student.weights, voice)
  return voice
}

/** As a likelihood or a hop asks. */
export function conditionalsOf(model: Pick<Model, 'domain' | 'variables' | 'student'>): Conditionals {
  const { laws, slopes } = voiceOf(model)
  return {
    domain: model.domain,
    blocks: model.variables.map(({ species, cap }) => ({ of: [species], widths: [cap + 1] })),
    laws: (i, prompts, before, rows) => Float64Array.from(laws(i, prompts, before, rows)),
    slopes,
  }
}

/** At one prompt, as a chain of laws. */
export function chainOf(model: Pick<Model, 'domain' | 'variables' | 'student'>, prompt: Float64Array): ChainLaw {
  const { laws } = voiceOf(model)
  return {
    lows: model.variables.map(() => 0),
    widths: model.variables.map(({ cap }) => cap + 1),
    laws: async (i, before, rows) => laws(i, prompt, before, rows),
  }
}
