import { expect, it } from 'vitest'
import type { Frame } from '../contract'
import { ask, lend } from '../testing'
import { nncme } from './index'
import { method } from './solve'

it('tells by its updates how far it has come, so that the first of many steps does not promise an hour', async () => {
  // To rest by t = 5: of sixty steps the first few move.
  const question = ask(
    '0 -> X, 10; X -> 0, 2',
    Array.from({ length: 60 }, (_, k) => (k + 1) / 2),
    { moments: true },
  )
  const options = { ...nncme.options.defaults, replicates: 1000, updates: 40, check: 0, width: 8, layers: 1 }
  const frames: Frame[] = []
  const solving = method.solve(question, options, { ...lend(1), due: () => true })
  for (let next = await solving.next(); !next.done; next = await solving.next()) frames.push(next.value())
  const all = frames[frames.length - 1].diagnostics.updates
  expect(all).toBeGreaterThan(80)
  for (const [k, { done }] of frames.entries()) expect(done).toBeGreaterThanOrEqual(k ? frames[k - 1].done : 0)
  // Halfway through the first step, which has twice the updates of others: what is foretold of all is no more than all
  // steps would take that may, where sixty times the first step's would be 4800.
  const early = frames.find(({ diagnostics }) => diagnostics.updates >= 40)
  if (!early) throw new Error('no frame')
  const foretold = early.diagnostics.updates / early.done
  expect(foretold).toBeGreaterThanOrEqual(all)
  expect(foretold).toBeLessThanOrEqual(22 * 40 * 3)
})
