/** What a learnt law says at once, and how that changes with its prompt. */
import { asWeights, forward } from '../../numerics/density-fit'
import { asked } from '../../numerics/learning/asked'
import { type Conditionals, cellsOf, chargeHead } from '../conditionals'
import { type Domain, inputCount } from '../design'
import { headOf, type Learnt } from './model'

/** Of the one law: one block of one quantity or of two. */
export function conditionalsOf(domain: Domain, learnt: Learnt): Conditionals {
  const { net, widths } = learnt
  const base = inputCount(domain)
  const head = headOf(learnt)
  const work = asked(asWeights(net))
  const layers = net.widths.length - 1
  const block = { of: learnt.key.split(',').map(Number), widths }
  const cells = cellsOf(block)
  const low = widths.map(() => 0)
  const numbersOf = (inputs: Float32Array, rows: number) =>
    Float64Array.from(work.numbers((ops, p) => forward(ops, p, ops.constant(inputs, [rows, base]), layers)))
  const spread = (prompts: Float64Array, rows: number) => {
    const each = (rows * base) / prompts.length
    const inputs = new Float32Array(rows * base)
    for (let row = 0; row < rows; row++) {
      const group = Math.floor(row / each)
      inputs.set(prompts.subarray(group * base, (group + 1) * base), row * base)
    }
    return inputs
  }
  return {
    domain,
    blocks: [block],
    laws(_, prompts, __, rows) {
      const numbers = numbersOf(spread(prompts, rows), rows)
      const laws = new Float64Array(rows * cells)
      for (let row = 0; row < rows; row++) laws.set(head.law(numbers, row * head.size, low, widths), row * cells)
      return laws
    },
    slopes(_, prompts, __, rows, charge) {
      const inputs = spread(prompts, rows)
      const numbers = numbersOf(inputs, rows)
      const byNumbers = chargeHead(head, numbers, widths, charge)
      const back = work.slope(inputs, [rows, base], (ops, p, x) =>
        ops.sum(ops.mul(forward(ops, p, x, layers), ops.constant(byNumbers, [rows, head.size]))),
      )
      const slopes = new Float64Array(prompts.length)
      const each = (rows * base) / prompts.length
      for (let row = 0; row < rows; row++) {
        const at = Math.floor(row / each) * base
        for (let k = 0; k < base; k++) slopes[at + k] -= back[row * base + k]
      }
      return slopes
    },
  }
}
