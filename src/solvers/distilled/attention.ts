/**
 * The student that attends: a causal transformer whose prompt is the setting and the time. The keys of the prompt are
 * computed once for all rows that share it, and the laws of all variables after a state's counts in one pass.
 */

import { cos, log } from '../../numerics/elementary'
import type { Density } from '../../numerics/learning/density'
import type { Backend, Learner, Ops, Parameters, Tensor, Weights } from '../../numerics/learning/ops'
import { transformer } from '../../numerics/learning/transformer'
import type { Stream } from '../../numerics/rng'
import { type Domain, encode, inputCount, type Setting } from '../design'
import { multiplyOut, type Variable, type Writer } from './chain'
import type { Conditional } from './course'

/** All that is learnt at one setting and time. */
export interface Lecture {
  readonly setting: Setting
  readonly t: number
  readonly conditionals: readonly Conditional[]
}

export interface Attention {
  readonly width: number
  readonly layers: number
}

/** Numbers per head of attention, and tokens that a prompt becomes. */
const perHead = 8
const prompt = 4
/** Lectures in one step. */
const batch = 24

export function densityOf(domain: Domain, variables: readonly Variable[], { width, layers }: Attention): Density {
  const caps = variables.map(({ cap }) => cap)
  const whole = Math.max(1, Math.round(width / perHead)) * perHead
  return transformer({ caps, context: inputCount(domain), width: whole, heads: whole / perHead, layers, prompt })
}

export interface AttentionProgress {
  readonly weights: () => Promise<Weights>
  readonly done: number
  readonly loss: number
  readonly held: number
}

export interface Schedule {
  readonly epochs: number
  readonly rate: number
}

/** Adam with a rate that falls along a half cosine; the weights that did best where held out are kept. */
export async function* attend(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  heldOut: readonly Lecture[],
  { epochs, rate }: Schedule,
  source: Stream,
  backend: Backend,
  from?: Weights,
): AsyncGenerator<AttentionProgress, Weights, void> {
  const learner = backend.learner(from ?? density.initial(source))
  const steps = Math.max(1, Math.ceil(lectures.length / batch))
  let [loss, held, best] = [Number.NaN, Number.NaN, Number.POSITIVE_INFINITY]
  let kept = await learner.weights()
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffled(lectures, source)
      let sum = 0
      for (let step = 0; step < steps; step++) {
        const chosen = order.slice(step * batch, (step + 1) * batch)
        const done = (epoch + step / steps) / epochs
        const now = rate * 0.5 * (1 + cos(Math.PI * done)) + rate / 100
        const report = await learner.step((ops, p) => missed(density, domain, chosen, ops, p), { rate: now, clip: 1 })
        sum += report.loss
        yield { weights: () => learner.weights(), done, loss, held }
      }
      loss = sum / steps
      held = heldOut.length ? await measureLoss(density, domain, heldOut, learner) : loss
      if (held < best) {
        best = held
        kept = await learner.weights()
      }
    }
  } finally {
    learner.dispose()
  }
  return kept
}

async function measureLoss(density: Density, domain: Domain, lectures: readonly Lecture[], learner: Learner) {
  let sum = 0
  for (let k = 0; k < lectures.length; k += batch) {
    const part = lectures.slice(k, k + batch)
    const [value] = await learner.run((ops, p) => ops.read(missed(density, domain, part, ops, p)))
    sum += value * part.length
  }
  return sum / lectures.length
}

/** Σ p log(p/q), over all variables of a state, on average over the lectures. */
function missed(density: Density, domain: Domain, lectures: readonly Lecture[], ops: Ops, p: Parameters): Tensor {
  const width = inputCount(domain)
  const prompts = new Float64Array(lectures.length * width)
  lectures.forEach(({ setting, t }, k) => {
    encode(domain, setting, t, prompts, k * width)
  })
  let total: Tensor | undefined
  let entropy = 0
  for (let i = 0; i < density.caps.length; i++) {
    const of = lectures.map(({ conditionals }) => conditionals.filter((one) => one.i === i))
    // Neighbouring rows share a prompt: every lecture is given as many rows as the one with the most, of no weight.
    const most = Math.max(...of.map((list) => list.length))
    const rows = most * lectures.length
    const counts = density.caps[i] + 1
    const target = new Float32Array(rows * counts)
    const before = Array.from({ length: i }, () => new Int32Array(rows))
    of.forEach((list, k) => {
      list.forEach(({ law, weight, before: prefix }, r) => {
        const row = k * most + r
        const share = weight / (list.length * lectures.length)
        for (let n = 0; n < law.p.length; n++) {
          const place = Math.min(counts - 1, law.low[0] + n)
          target[row * counts + place] += share * law.p[n]
          if (law.p[n] > 0) entropy += share * law.p[n] * log(law.p[n])
        }
        prefix.forEach((n, j) => {
          before[j][row] = Math.min(density.caps[j], n)
        })
      })
    })
    const pass = density.start(ops, p, rows, ops.constant(prompts, [lectures.length, width]))
    for (const column of before) {
      pass.logits()
      pass.take(column)
    }
    const term = ops.sum(ops.mul(ops.constant(target, [rows, counts]), ops.logSoftmax(pass.logits())))
    total = total ? ops.add(total, term) : term
  }
  return ops.affine(total as Tensor, -1, entropy)
}

function shuffled<T>(list: readonly T[], source: Stream): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}

/** Answers from weights, on the learner lent. */
export function attentionWriter(density: Density, domain: Domain, learner: Learner): Writer {
  const prompt = new Float64Array(inputCount(domain))
  const whole = density.caps.map((cap) => cap + 1)
  return {
    widths: async () => whole,
    write(setting, t, widths, into) {
      encode(domain, setting, t, prompt, 0)
      return multiplyOut(widths, into, async (i, counts, rows) => {
        const laws = await learner.run((ops, p) => {
          const pass = density.start(ops, p, rows, ops.constant(prompt, [1, prompt.length]))
          for (const column of counts) {
            pass.logits()
            pass.take(column)
          }
          return ops.read(ops.softmax(pass.logits()))
        })
        return (row) => Float64Array.from(laws.subarray(row * widths[i], (row + 1) * widths[i]))
      })
    },
    close: learner.dispose,
  }
}
