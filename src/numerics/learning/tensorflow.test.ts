/** Our engine against TensorFlow.js: one definition, equal losses to five digits over seven steps of Adam. */
import { beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { type Density, logProbability } from './density'
import { gru } from './gru'
import { maskedDense } from './masked-dense'
import type { Backend, Loss } from './ops'
import { ownBackend } from './own'
import { draw } from './sampling'
import { type TensorflowBackend, tensorflowBackend } from './tensorflow'
import { transformer } from './transformer'

const caps = [2, 13, 3]
const densities: Record<string, Density> = {
  'masked dense': maskedDense({ caps, width: 8, layers: 2 }),
  gru: gru({ caps, width: 8 }),
  transformer: transformer({ caps, width: 8, heads: 2, layers: 1 }),
}
/** 32 states, all different in their parts. */
const states = Int32Array.from({ length: 96 }, (_, k) => (7 * k + Math.floor(k / 5)) % (caps[k % 3] + 1))

describe.each<TensorflowBackend>(['cpu', 'wasm'])('TensorFlow.js on %s', (kind) => {
  let twin: Backend
  beforeAll(async () => {
    const found = await tensorflowBackend(kind)
    if (!found) throw new Error(`no ${kind} in this host`)
    twin = found
  })

  it.each(Object.entries(densities))('%s: the same losses, gradients and norms as ours', async (_, density) => {
    const loss: Loss = (ops, p) => ops.affine(ops.mean(logProbability(density, ops, p, states)), -1, 0)
    const weights = density.initial(stream(4, 0))
    const before = twin.memory()
    const [ours, theirs] = [ownBackend(), twin].map((backend) => backend.learner(weights))
    const settings = { rate: 0.01, clip: 1, decay: 0.1 }
    for (let k = 0; k < 7; k++) {
      const [a, b] = [await ours.step(loss, settings), await theirs.step(loss, settings)]
      expect(Math.abs(a.loss / b.loss - 1), `loss ${k}`).toBeLessThan(1e-5)
      expect(Math.abs(a.gradientNorm / b.gradientNorm - 1), `norm ${k}`).toBeLessThan(1e-3)
    }
    const [g, h] = [await ours.gradients(loss), await theirs.gradients(loss)]
    for (const name of Object.keys(weights)) {
      const far = g.gradients[name].data.reduce(
        (most, x, i) => Math.max(most, Math.abs(x - h.gradients[name].data[i])),
        0,
      )
      expect(far, name).toBeLessThan(1e-4)
    }
    ours.dispose()
    theirs.dispose()
    expect(twin.memory()).toEqual(before)
  })

  it('draws the same states from the same stream', async () => {
    const density = densities['masked dense']
    const weights = density.initial(stream(4, 0))
    const drawn = await Promise.all(
      [ownBackend(), twin].map((backend) => draw(density, backend.learner(weights), 200, stream(6, 6))),
    )
    // A uniform number that falls between two roundings of a sum may choose otherwise: not once in 600 draws here.
    expect(drawn[0].states).toEqual(drawn[1].states)
  })
})
