import { deflateRawSync } from 'node:zlib'
import { expect, type Page, test } from '@playwright/test'
import { law, runs, steady } from './studio'

// As a host without isolation headers answers, the first time.
test.use({ serviceWorkers: 'block' })

const ring = `species A = 30, B = 30, C = 30
0 -> A, 300 / (1 + (C / 40)^2); A -> 0, 5
0 -> B, 300 / (1 + (A / 40)^2); B -> 0, 5
0 -> C, 300 / (1 + (B / 40)^2); C -> 0, 5`
/** A box of some 220,000 states. */
const study = {
  version: 1,
  network: ring,
  times: [0.05, 0.1],
  observe: ['moments', 'marginals'],
  solver: 'fsp',
  options: { states: 'box', tolerance: 1e-9 },
}

async function answer(page: Page, workers: number): Promise<string> {
  await page.goto('about:blank')
  await page.goto(`/?workers=${workers}#s=${deflateRawSync(JSON.stringify(study)).toString('base64url')}`)
  expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false)
  await expect(runs(page, 'projection')).toContainText('propagator', { timeout: 40_000 })
  return await steady(law(page, 'A'))
}

test('a page that is not isolated solves on two threads what it solves on one', async ({ page }) => {
  await page.route('**/*', async (route) => {
    const response = await route.fetch()
    const headers = response.headers()
    delete headers['cross-origin-opener-policy']
    delete headers['cross-origin-embedder-policy']
    await route.fulfill({ response, headers })
  })
  const alone = await answer(page, 1)
  expect(alone).toContain('mean')
  const threads = page.workers().length
  expect(await answer(page, 2)).toBe(alone)
  expect(page.workers().length).toBeGreaterThan(threads)
})
