/** A step of training, value and gradient and Adam, on emitted kernels and on their plain twins. */
import { type Density, logProbability } from '../src/numerics/learning/density'
import { maskedDense } from '../src/numerics/learning/masked-dense'
import type { Backend } from '../src/numerics/learning/ops'
import { ownBackend } from '../src/numerics/learning/own'
import { stream } from '../src/numerics/rng'
import { compare } from './measure'

const caps = [79, 79, 79, 79]
const density: Density = maskedDense({ caps, width: 64, layers: 2 })
const rows = 1000
const states = Int32Array.from({ length: rows * caps.length }, (_, k) => (31 * k + Math.floor(k / 7)) % 80)

const training = (backend: Backend) => {
  const learner = backend.learner(density.initial(stream(1, 0)))
  return async (steps: number) => {
    for (let k = 0; k < steps; k++) {
      await learner.step((ops, p) => ops.affine(ops.mean(logProbability(density, ops, p, states)), -1, 0), {
        rate: 0.01,
      })
    }
    return steps
  }
}

export const bench = () =>
  compare(
    'a step of training, 4 species, 1000 states',
    'steps',
    { 'own WebAssembly': training(ownBackend()), 'plain TypeScript': training(ownBackend({ plain: true })) },
    [1, 4],
    2,
  )
