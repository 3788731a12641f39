/**
 * Fits a network whose outputs are a law to laws at many settings, by their cross-entropy. The learning rate is halved
 * whenever half a window of epochs brought the held-out loss less than a half per cent, and training ends after five
 * halvings (Sukys, Öcal & Grima 2022, doi:10.1016/j.isci.2022.105010); the best weights are kept.
 */
import type { Cells, Head } from './density-head'
import { cos } from './elementary'
import type { Trial } from './learning/backends'
import { StepsLost } from './learning/enduring'
import type { Backend, Learner, Ops, Parameters, Tensor, Weights } from './learning/ops'
import { lastBiases, type Perceptron, pass, perceptron } from './perceptron'
import type { Stream } from './rng'

/** A law at a setting and time. */
export interface Example {
  readonly inputs: Float64Array
  readonly law: Cells
  /** How much it counts beside others; 1 where it does not say. */
  readonly weight?: number
}

export interface Recipe {
  readonly head: Head
  readonly hidden: readonly number[]
  readonly rate: number
  readonly batch: number
  readonly epochs: number
  /** The rate falls along half a cosine over all epochs, instead of being halved where it brings no more. */
  readonly falling?: boolean
}

export interface Progress {
  /** The network as it stands: its weights are brought up to date at the end of each epoch. */
  readonly net: Perceptron
  readonly epoch: number
  /** 0…1, as if no epoch were spared. */
  readonly done: number
  /** Means of Σ p log(p/q) over the examples of the last epoch, and over those held out; in nats. */
  readonly loss: number
  readonly held: number
}

/** Epochs after which it is asked whether the held-out loss still falls; halvings of the rate before the end. */
const window = 50
const halvings = 5
const gain = 0.005

/** Yields after every batch, with what is known so far. `from`: go on from this network. */
export async function* fitDensity(
  examples: readonly Example[],
  heldOut: readonly Example[],
  recipe: Recipe,
  source: Stream,
  backend: Backend,
  from?: Perceptron,
): AsyncGenerator<Progress, Perceptron, void> {
  const { head, batch } = recipe
  const widths = [examples[0].inputs.length, ...recipe.hidden, head.size]
  const net: Perceptron = from ? { widths, weights: from.weights.slice() } : perceptron(widths, source)
  if (!from) lastBiases(net).set(head.begin(examples.map(({ law }) => law)))
  const learner = backend.learner(asWeights(net))
  const order = examples.map((_, i) => i)
  const past: number[] = []
  let best = { loss: Number.POSITIVE_INFINITY, weights: net.weights.slice() }
  let [rate, loss, held] = [recipe.rate, Number.NaN, Number.NaN]
  try {
    /** Over all examples once, to the end of which `net` stays as it is. */
    const epochOf = async function* (epoch: number): AsyncGenerator<Progress, number, void> {
      let sum = 0
      for (let first = 0; first < order.length; first += batch) {
        const chosen = order.slice(first, first + batch).map((e) => examples[e])
        const done = (epoch + first / order.length) / recipe.epochs
        const now = recipe.falling ? rate * (0.01 + 0.495 * (1 + cos(Math.PI * done))) : rate
        sum += await improve(learner, widths, chosen, head, now)
        yield { net, epoch, done, loss, held }
      }
      collect(net, await learner.weights())
      return sum
    }
    for (let epoch = 0; epoch < recipe.epochs; epoch++) {
      shuffle(order, source)
      let sum: number | undefined
      while (sum === undefined) {
        try {
          sum = yield* epochOf(epoch)
        } catch (thrown) {
          if (!(thrown instanceof StepsLost)) throw thrown
          // A device is gone: the epoch is passed again in the same order, from the weights it began with.
          learner.restart(asWeights(net))
        }
      }
      loss = sum / order.length
      held = heldOut.length ? meanDivergence(net, head, heldOut) : loss
      past.push(held)
      if (held < best.loss) best = { loss: held, weights: net.weights.slice() }
      if (!recipe.falling && past.length >= window && past.length % (window / 2) === 0) {
        const recent = mean(past.slice(-window / 2))
        const before = mean(past.slice(-window, -window / 2))
        if (recent > before * (1 - gain)) rate /= 2
        if (rate < recipe.rate / 2 ** halvings) break
      }
    }
  } finally {
    learner.dispose()
  }
  net.weights.set(best.weights)
  return net
}

/** What a step takes. */
export function trialOf(examples: readonly Example[], recipe: Recipe, source: Stream, now: () => number): Trial {
  const widths = [examples[0].inputs.length, ...recipe.hidden, recipe.head.size]
  const some = examples.slice(0, recipe.batch)
  const step = (learner: Learner) => improve(learner, widths, some, recipe.head, 1e-3)
  return { weights: asWeights(perceptron(widths, source)), step, now }
}

/** One step on some examples; returns the sum of their losses. */
async function improve(
  learner: Learner,
  widths: readonly number[],
  chosen: readonly Example[],
  head: Head,
  rate: number,
): Promise<number> {
  const rows = chosen.length
  const inputs = new Float32Array(rows * widths[0])
  chosen.forEach(({ inputs: own }, row) => {
    inputs.set(own, row * widths[0])
  })
  const outputs = widths[widths.length - 1]
  const layers = (ops: Ops, parameters: Parameters) =>
    forward(ops, parameters, ops.constant(inputs, [rows, widths[0]]), widths.length - 1)
  const numbers = Float64Array.from(await learner.run((ops, parameters) => ops.read(layers(ops, parameters))))
  const byNumbers = new Float64Array(numbers.length)
  let sum = 0
  chosen.forEach(({ law, weight = 1 }, row) => {
    sum += weight * head.divergence(numbers, row * outputs, law, byNumbers)
    for (let i = row * outputs; i < (row + 1) * outputs; i++) byNumbers[i] *= weight / rows
  })
  // The head differentiates itself, in doubles: what goes back through the layers is its gradient times their outputs.
  await learner.step(
    (ops, parameters) => ops.sum(ops.mul(layers(ops, parameters), ops.constant(byNumbers, [rows, outputs]))),
    { rate },
  )
  return sum
}

/** The layers of `perceptron.ts` on a backend. */
export function forward(ops: Ops, parameters: Parameters, inputs: Tensor, layers: number): Tensor {
  let x = inputs
  for (let l = 0; l < layers; l++) {
    x = ops.add(ops.matMul(x, parameters[`w${l}`]), parameters[`b${l}`])
    if (l + 1 < layers) x = ops.mul(x, ops.sigmoid(x))
  }
  return x
}

export function asWeights({ widths, weights }: Perceptron): Weights {
  const list: [string, Weights[string]][] = []
  let at = 0
  for (let l = 0; l + 1 < widths.length; l++) {
    const [inner, out] = [widths[l], widths[l + 1]]
    list.push([`w${l}`, { shape: [inner, out], data: Float32Array.from(weights.subarray(at, at + inner * out)) }])
    at += inner * out
    list.push([`b${l}`, { shape: [out], data: Float32Array.from(weights.subarray(at, at + out)) }])
    at += out
  }
  return Object.fromEntries(list)
}

function collect(net: Perceptron, weights: Weights): void {
  let at = 0
  for (let l = 0; l + 1 < net.widths.length; l++) {
    for (const name of [`w${l}`, `b${l}`]) {
      net.weights.set(weights[name].data, at)
      at += weights[name].data.length
    }
  }
}

/** Examples that are read at once. */
const chunk = 256

/** Mean of Σ p log(p/q) over examples. */
export function meanDivergence(net: Perceptron, head: Head, examples: readonly Example[]): number {
  const work = pass(net)
  const [inputs, outputs] = [net.widths[0], net.widths[net.widths.length - 1]]
  const rows = new Float64Array(chunk * inputs)
  let sum = 0
  for (let first = 0; first < examples.length; first += chunk) {
    const part = examples.slice(first, first + chunk)
    part.forEach((example, row) => {
      rows.set(example.inputs, row * inputs)
    })
    const numbers = work.forward(rows, part.length)
    part.forEach(({ law, weight = 1 }, row) => {
      sum += weight * head.divergence(numbers, row * outputs, law)
    })
  }
  return sum / examples.length
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** Fisher and Yates. */
function shuffle(order: number[], source: Stream): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
}
