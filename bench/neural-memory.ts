/** Tensors and memory of a training of 10,000 updates: `npm run bench:neural-memory`. They must not grow. */
import { ownBackend } from '../src/numerics/learning/own'
import { nncme } from '../src/solvers/nncme'
import { method } from '../src/solvers/nncme/solve'
import { ask, lend } from '../src/solvers/testing'

const text = `species Gx = 1, Gy = 1, Px = 0, Py = 0
Gx -> Gx + Px, 50; Gy -> Gy + Py, 50; Px -> 0, 1; Py -> 0, 1
2Px + Gy => 0, 1e-4 * Px^2 * Gy; 2Py + Gx => 0, 1e-4 * Py^2 * Gx
0 => 2Px + Gy, 0.1 * (1 - Gy); 0 => 2Py + Gx, 0.1 * (1 - Gx)`

export async function main(): Promise<void> {
  const problem = ask(text, [0.25, 0.5, 0.75, 1], { moments: true })
  const options = { ...nncme.options.defaults, check: 0, replicates: 2000, updates: 2000, batch: 256 }
  const seen = new Map<string, number>()
  const megabytes = () => Math.round(process.memoryUsage().rss / 1e6)
  let next = 1000
  const generator = method.solve(
    problem,
    options,
    lend(1, () => true),
  )
  for (let step = await generator.next(); !step.done; step = await generator.next()) {
    const { tensors, bytes, updates } = step.value().diagnostics
    if (!(updates > 0)) continue
    const key = `${tensors} tensors, ${bytes} bytes`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    if (updates < next) continue
    console.log(`${updates} updates: ${key}; the process holds ${megabytes()} MB`)
    next += 1000
  }
  for (const [key, looks] of seen) console.log(`${looks} looks: ${key}`)
  const { tensors, bytes } = ownBackend().memory()
  console.log(`done: ${tensors} tensors, ${bytes} bytes`)
}
