/** What a student says of one count after others, at once, and how that changes with its prompt. */
import { asWeights, forward } from '../../numerics/density-fit'
import { type Asked, asked } from '../../numerics/learning/asked'
import type { Density, Pass } from '../../numerics/learning/density'
import type { Perceptron } from '../../numerics/perceptron'
import { type Conditionals, chargeHead } from '../conditionals'
import { type Domain, inputCount } from '../design'
import { densityOf } from './attention'
import { chainInputs, encodeCount, headFor, perCount, type Variable } from './chain'
import type { Model } from './model'

export function conditionalsOf({ domain, variables, student }: Pick<Model, 'domain' | 'variables' | 'student'>) {
  if (student.kind === 'dense') return dense(domain, variables, student.nets, student.components)
  return attentive(domain, variables, densityOf(domain, variables, student), asked(student.weights))
}

const shapeOf = (domain: Domain, variables: readonly Variable[]) => ({
  domain,
  blocks: variables.map(({ species, cap }) => ({ of: [species], widths: [cap + 1] })),
})

function dense(
  domain: Domain,
  variables: readonly Variable[],
  nets: readonly Perceptron[],
  components: number,
): Conditionals {
  const base = inputCount(domain)
  const works = nets.map((net) => asked(asWeights(net)))
  const heads = variables.map((variable) => headFor(variable, components))
  const widthOf = (i: number) => variables[i].cap + 1
  const inputsOf = (i: number, prompts: Float64Array, before: readonly Int32Array[], rows: number) => {
    const width = chainInputs(domain, i)
    const each = (rows * base) / prompts.length
    const inputs = new Float32Array(rows * width)
    for (let row = 0; row < rows; row++) {
      const group = Math.floor(row / each)
      inputs.set(prompts.subarray(group * base, (group + 1) * base), row * width)
      for (let k = 0; k < i; k++) {
        encodeCount(before[k][row], variables[k], inputs, row * width + base + perCount * k)
      }
    }
    return { inputs, width }
  }
  const layers = nets.map(({ widths }) => widths.length - 1)
  const numbersOf = (i: number, inputs: Float32Array, width: number, rows: number) =>
    Float64Array.from(works[i].numbers((ops, p) => forward(ops, p, ops.constant(inputs, [rows, width]), layers[i])))
  return {
    ...shapeOf(domain, variables),
    laws(i, prompts, before, rows) {
      const { inputs, width } = inputsOf(i, prompts, before, rows)
      const numbers = numbersOf(i, inputs, width, rows)
      const laws = new Float64Array(rows * widthOf(i))
      for (let row = 0; row < rows; row++) {
        laws.set(heads[i].law(numbers, row * heads[i].size, [0], [widthOf(i)]), row * widthOf(i))
      }
      return laws
    },
    slopes(i, prompts, before, rows, charge) {
      const { inputs, width } = inputsOf(i, prompts, before, rows)
      const numbers = numbersOf(i, inputs, width, rows)
      // The head differentiates itself, in doubles; the tape carries that back to the inputs.
      const byNumbers = chargeHead(heads[i], numbers, [widthOf(i)], charge)
      const back = works[i].slope(inputs, [rows, width], (ops, p, x) =>
        ops.sum(ops.mul(forward(ops, p, x, layers[i]), ops.constant(byNumbers, [rows, heads[i].size]))),
      )
      const slopes = new Float64Array(prompts.length)
      const each = (rows * base) / prompts.length
      for (let row = 0; row < rows; row++) {
        const at = Math.floor(row / each) * base
        for (let k = 0; k < base; k++) slopes[at + k] -= back[row * width + k]
      }
      return slopes
    },
  }
}

function attentive(domain: Domain, variables: readonly Variable[], density: Density, work: Asked): Conditionals {
  const base = inputCount(domain)
  const after = (pass: Pass, before: readonly Int32Array[], i: number) => {
    for (const column of before.slice(0, i)) {
      pass.logits()
      pass.take(column)
    }
    return pass.logits()
  }
  return {
    ...shapeOf(domain, variables),
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
