/**
 * Our own engine. Every operation runs on the emitted kernels and on their plain twins; values must agree to single
 * precision, gradients of both with central differences (step 10⁻², so that neither rounding, 10⁻⁷/10⁻², nor the third
 * derivative, 10⁻⁴, reaches the tolerance of 2·10⁻³ of the largest; a wrong formula is wrong by tenths).
 */
import { describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { normalWeights, xavier } from './initial'
import { type Case, cases, weighed, weightsOf } from './op-cases'
import type { Backend, Loss, Weights } from './ops'
import { ownBackend } from './own'

const backends = [ownBackend(), ownBackend({ plain: true })]

const output = (backend: Backend, test: Case, weights: Weights) =>
  backend.learner(weights).run((ops, p) => ops.read(test.make(ops, p)))

describe('operations', () => {
  it.each(Object.entries(cases))('%s: emitted and plain agree', async (_, test) => {
    const weights = weightsOf(test)
    const [a, b] = await Promise.all(backends.map((backend) => output(backend, test, weights)))
    expect(a.length).toBe(b.length)
    // Sums of up to 15 products of numbers around 1.
    a.forEach((x, i) => {
      expect(Math.abs(x - b[i]), `element ${i}`).toBeLessThan(4e-6 * (1 + Math.abs(b[i])))
    })
  })

  it.each(Object.entries(cases).filter(([name]) => !name.startsWith('stop')))('%s: gradients', async (_, test) => {
    const weights = weightsOf(test)
    const loss = weighed(test.make)
    for (const backend of backends) {
      const learner = backend.learner(weights)
      const { gradients } = await learner.gradients(loss)
      const h = 1e-2
      for (const name of Object.keys(weights)) {
        const largest = Math.max(...gradients[name].data.map(Math.abs))
        const { shape, data } = weights[name]
        for (let i = 0; i < data.length; i++) {
          const at = async (shift: number) => {
            const moved = data.slice()
            moved[i] += shift
            learner.restart({ ...weights, [name]: { shape, data: moved } })
            return { x: moved[i], value: (await learner.gradients(loss)).value }
          }
          const [above, below] = [await at(h), await at(-h)]
          const slope = (above.value - below.value) / (above.x - below.x)
          expect(Math.abs(slope - gradients[name].data[i]), `${backend.name} ${name}[${i}]`).toBeLessThan(
            2e-3 * (1 + largest),
          )
        }
      }
    }
  })

  it('stop lets no gradient through', async () => {
    for (const backend of backends) {
      const learner = backend.learner({ a: { shape: [2], data: Float32Array.of(3, 4) } })
      const { gradients } = await learner.gradients((ops, { a }) => ops.sum(ops.mul(ops.stop(a), a)))
      expect([...gradients.a.data]).toEqual([3, 4])
    }
  })

  it('elementary functions hold where numbers are large, small or masked', async () => {
    const x = [-1e30, -200, -90, -20, -1, -1e-4, 0, 1e-4, 1, 20, 80, 200]
    const truths: Record<string, (x: number) => number> = {
      sigmoid: (t) => 1 / (1 + Math.exp(-t)),
      tanh: Math.tanh,
      softplus: (t) => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t))),
      exp: (t) => Math.exp(Math.min(t, 88)),
    }
    const learner = backends[0].learner({ x: { shape: [x.length], data: Float32Array.from(x) } })
    for (const [name, truth] of Object.entries(truths)) {
      const y = await learner.run((ops, p) => ops.read(ops[name as 'exp'](p.x)))
      y.forEach((value, i) => {
        const exact = truth(Math.fround(x[i]))
        expect(Math.abs(value - exact), `${name}(${x[i]})`).toBeLessThan(1e-6 * Math.max(0.2, Math.abs(exact)))
      })
    }
  })
})

describe('a learner', () => {
  const inputs = normalWeights(stream(9, 0), [40, 3], 1).data
  const targets = Float32Array.from({ length: 40 }, (_, r) => Math.sin(inputs[3 * r]) * inputs[3 * r + 1])
  const initial = () => ({
    w1: xavier(stream(1, 0), [3, 16]),
    b1: normalWeights(stream(1, 1), [16], 0.1),
    w2: xavier(stream(1, 2), [16, 1]),
  })
  const loss: Loss = (ops, { w1, b1, w2 }) => {
    const hidden = ops.tanh(ops.add(ops.matMul(ops.constant(inputs, [40, 3]), w1), b1))
    return ops.mean(ops.square(ops.sub(ops.matMul(hidden, w2), ops.constant(targets, [40, 1]))))
  }

  it('fits, and both twins give the same losses to five digits', async () => {
    const losses = await Promise.all(
      backends.map(async (backend) => {
        const learner = backend.learner(initial())
        const values: number[] = []
        for (let k = 0; k < 7; k++) values.push((await learner.step(loss, { rate: 0.01 })).loss)
        for (let k = 0; k < 300; k++) await learner.step(loss, { rate: 0.02 })
        return { values, last: (await learner.step(loss, { rate: 0 })).loss }
      }),
    )
    losses[0].values.forEach((value, k) => {
      expect(Math.abs(value / losses[1].values[k] - 1)).toBeLessThan(1e-5)
    })
    // The targets' own mean square is 0.39.
    for (const { last } of losses) expect(last).toBeLessThan(0.02)
  })

  it('follows the formulas of AdamW with clipping', async () => {
    const learner = backends[0].learner({
      still: { shape: [2], data: Float32Array.of(1, -2) },
      w: { shape: [2, 1], data: Float32Array.of(1, -2) },
    })
    const steep: Loss = (ops, { w }) => ops.sum(ops.mul(w, ops.constant([3, 4], [2, 1])))
    const settings = { rate: 0.1, decay: 0.01, clip: 1 }
    const w = [1, -2]
    const [m, v] = [
      [0, 0],
      [0, 0],
    ]
    for (let t = 1; t <= 5; t++) {
      expect((await learner.step(steep, settings)).gradientNorm).toBeCloseTo(5, 5)
      ;[0.6, 0.8].forEach((g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        const update = m[i] / (1 - 0.9 ** t) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8)
        w[i] = w[i] * (1 - 0.1 * 0.01) - 0.1 * update
      })
    }
    const { w: moved, still } = await learner.weights()
    w.forEach((x, i) => {
      expect(moved.data[i]).toBeCloseTo(x, 5)
    })
    expect([...still.data]).toEqual([1, -2])
  })

  it('uses no more memory after many steps, nor after a loss that throws', async () => {
    const backend = ownBackend()
    const others = backend.memory()
    const learner = backend.learner(initial())
    await learner.step(loss, { rate: 0.01 })
    const before = backend.memory()
    for (let k = 0; k < 50; k++) await learner.step(loss, { rate: 0.01 })
    await expect(
      learner.step(
        (ops, p) => {
          loss(ops, p)
          throw new Error('no')
        },
        { rate: 0.01 },
      ),
    ).rejects.toThrow('no')
    expect(backend.memory()).toEqual(before)
    learner.dispose()
    expect(backend.memory()).toEqual(others)
  })

  it('says which weights do not fit', () => {
    const learner = backends[0].learner(initial())
    expect(() => learner.restart({ ...initial(), w1: xavier(stream(1, 0), [2, 16]) })).toThrow('3×16')
  })
})
