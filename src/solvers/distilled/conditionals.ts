/** What a student says of one count after others, at once, and how that changes with its prompt. */
import { asked } from '../../numerics/learning/asked'
import type { Pass } from '../../numerics/learning/density'
import type { Conditionals } from '../conditionals'
import { inputCount } from '../design'
import type { Model } from './model'
import { densityOf } from './student'

export function conditionalsOf({
  domain,
  variables,
  student,
}: Pick<Model, 'domain' | 'variables' | 'student'>): Conditionals {
  const density = densityOf(domain, variables, student)
  const work = asked(student.weights)
  const base = inputCount(domain)
  const after = (pass: Pass, before: readonly Int32Array[], i: number) => {
    for (const column of before.slice(0, i)) pass.take(column)
    return pass.logits()
  }
  return {
    domain,
    blocks: variables.map(({ species, cap }) => ({ of: [species], widths: [cap + 1] })),
    laws(i, prompts, before, rows) {
      const groups = prompts.length / base
      const laws = work.numbers((ops, p) =>
        ops.softmax(after(density.start(ops, p, rows, ops.constant(prompts, [groups, base])), before, i)),
      )
      return Float64Array.from(laws)
    },
    slopes(i, prompts, before, rows, charge) {
      const back = work.slope(prompts, [prompts.length / base, base], (ops, p, x) => {
        const logs = ops.logSoftmax(after(density.start(ops, p, rows, x), before, i))
        return ops.sum(ops.mul(ops.constant(charge, [rows, variables[i].cap + 1]), logs))
      })
      return Float64Array.from(back)
    },
  }
}
