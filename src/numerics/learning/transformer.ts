/**
 * A causal transformer over the variables (Vaswani et al. 2017, arXiv 1706.03762; normalisation before each layer as in
 * Radford et al. 2019). Keys and values of what came before are kept, so that a pass computes one token per variable.
 * A context becomes prompt tokens that attend to each other and that every variable attends to.
 */
import { biasOf, codes, dependenceOf, freeOf } from './codes'
import type { Density } from './density'
import { constantWeights, normalWeights } from './initial'
import { type ConservedSum, keepSums } from './kept-sums'
import type { Ops, Parameters, Tensor, Weights } from './ops'

export interface TransformerShape {
  readonly caps: readonly number[]
  /** Width of the narrowest features of each variable's laws: see `countBasis`. */
  readonly widest?: readonly number[]
  readonly sums?: readonly ConservedSum[]
  readonly context?: number
  /** Numbers per token: a multiple of `heads`. */
  readonly width: number
  readonly heads: number
  readonly layers: number
  /** Tokens that a context becomes. */
  readonly prompt?: number
}

/** Hidden numbers of a dense layer per number of a token. */
const expansion = 4

export function transformer(shape: TransformerShape): Density {
  const { caps, widest, sums = [], context = 0, width, layers } = shape
  const prompt = context > 0 ? (shape.prompt ?? 4) : 0
  const N = caps.length
  const code = codes(caps, widest)
  return {
    caps,
    bases: code.bases,
    kept: keepSums(caps, sums),
    context,
    biasOf,
    dependenceOf,
    freeOf,
    initial(stream) {
      const small = (rows: number, columns: number, deviation = 1 / Math.sqrt(rows)) =>
        normalWeights(stream, [rows, columns], deviation)
      const weights: Record<string, Weights[string]> = {
        positions: small(N, width, 0.3),
        'norm.gain': constantWeights([width], 1),
        'norm.offset': constantWeights([width]),
      }
      if (context > 0) {
        weights.given = small(context, prompt * width)
        weights.promptPositions = normalWeights(stream, [prompt * width], 0.3)
      }
      for (let l = 0; l < layers; l++) {
        const residual = 1 / Math.sqrt(2 * layers)
        weights[`${l}.attend`] = small(width, 3 * width)
        weights[`${l}.attendOut`] = small(width, width, residual / Math.sqrt(width))
        weights[`${l}.rise`] = small(width, expansion * width)
        weights[`${l}.riseOffset`] = constantWeights([expansion * width])
        weights[`${l}.fall`] = small(expansion * width, width, residual / Math.sqrt(expansion * width))
        for (const norm of ['norm1', 'norm2']) {
          weights[`${l}.${norm}.gain`] = constantWeights([width], 1)
          weights[`${l}.${norm}.offset`] = constantWeights([width])
        }
      }
      for (let i = 0; i < N; i++) {
        Object.assign(weights, code.outputWeights(i, width))
        if (i < N - 1) Object.assign(weights, code.inputWeights(stream, i, width, 1))
      }
      return weights
    },
    start(ops, p, rows, given) {
      const blocks = stack(ops, p, shape)
      if (given) blocks.begin(promptTokens(ops, p, given, prompt, width), rows)
      let i = 0
      const position = () => ops.slice(p.positions, 0, i, i + 1)
      let token: Tensor = ops.add(ops.constant(new Float32Array(rows), [rows, 1]), position())
      let last: Tensor | undefined
      /** What attends to the tokens so far; later ones need its keys, whether or not its law was asked for. */
      const attend = () => {
        last ??= normed(ops, p, blocks.next(token, rows), 'norm')
        return last
      }
      return {
        logits: () => code.output(ops, p, i, rows, attend()),
        take(counts) {
          attend()
          last = undefined
          const x = code.input(ops, p, i, counts)
          i++
          token = ops.add(x, position())
        },
      }
    },
  }
}

/** Context [groups, context] as tokens [groups, prompt · width]. */
function promptTokens(ops: Ops, p: Parameters, given: Tensor, prompt: number, width: number): Tensor {
  const tokens = ops.add(ops.gelu(ops.matMul(given, p.given)), p.promptPositions)
  return ops.reshape(tokens, [given.shape[0], prompt, width])
}

function normed(ops: Ops, p: Parameters, x: Tensor, name: string): Tensor {
  return ops.add(ops.mul(ops.normalise(x), p[`${name}.gain`]), p[`${name}.offset`])
}

/** The layers, with the keys and values of the tokens so far, [rows · heads, tokens, width / heads] each. */
function stack(ops: Ops, p: Parameters, { width, heads, layers }: TransformerShape) {
  const size = width / heads
  const kept = Array.from({ length: layers }, (): { keys?: Tensor; values?: Tensor } => ({}))
  const scale = 1 / Math.sqrt(size)
  const column = (x: Tensor, k: number) => ops.slice(x, 1, k * width, (k + 1) * width)
  const attended = (queries: Tensor, keys: Tensor, values: Tensor) =>
    ops.matMul(ops.softmax(ops.affine(ops.matMul(queries, keys, false, true), scale, 0)), values)
  /** The dense half of a layer, and what attention gave before it. */
  const finish = (x: Tensor, given: Tensor, l: number) => {
    const middle = ops.add(x, ops.matMul(given, p[`${l}.attendOut`]))
    const risen = ops.add(ops.matMul(normed(ops, p, middle, `${l}.norm2`), p[`${l}.rise`]), p[`${l}.riseOffset`])
    return ops.add(middle, ops.matMul(ops.gelu(risen), p[`${l}.fall`]))
  }
  return {
    /** Prompt tokens [groups, tokens, width]; `rows` is a multiple of groups, neighbouring rows share one. */
    begin(tokens: Tensor, rows: number) {
      const [groups, T] = tokens.shape
      const share = Int32Array.from({ length: rows }, (_, r) => Math.floor((r * groups) / rows))
      const byHead = (x: Tensor) =>
        ops.reshape(ops.transpose(ops.reshape(x, [groups, T, heads, size]), [0, 2, 1, 3]), [groups * heads, T, size])
      const spread = (x: Tensor) =>
        ops.reshape(ops.gather(ops.reshape(x, [groups, T * width]), share), [rows * heads, T, size])
      let x = ops.reshape(tokens, [groups * T, width])
      for (let l = 0; l < layers; l++) {
        const all = ops.matMul(normed(ops, p, x, `${l}.norm1`), p[`${l}.attend`])
        const [queries, keys, values] = [0, 1, 2].map((k) => byHead(column(all, k)))
        kept[l] = { keys: spread(keys), values: spread(values) }
        const out = ops.transpose(ops.reshape(attended(queries, keys, values), [groups, heads, T, size]), [0, 2, 1, 3])
        x = finish(x, ops.reshape(out, [groups * T, width]), l)
      }
    },
    /** One more token per row, [rows, width]. */
    next(token: Tensor, rows: number): Tensor {
      let x = token
      for (let l = 0; l < layers; l++) {
        const all = ops.matMul(normed(ops, p, x, `${l}.norm1`), p[`${l}.attend`])
        const [query, key, value] = [0, 1, 2].map((k) => ops.reshape(column(all, k), [rows * heads, 1, size]))
        const before = kept[l]
        const keys = before.keys ? ops.concat([before.keys, key], 1) : key
        const values = before.values ? ops.concat([before.values, value], 1) : value
        kept[l] = { keys, values }
        x = finish(x, ops.reshape(attended(query, keys, values), [rows, width]), l)
      }
      return x
    },
  }
}
