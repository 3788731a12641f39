import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import type { Study } from '../src/solvers/study'
import { encodeStudy } from '../src/store/link'

/** What becomes of U is V: two Poisson counts, independent at every time, learnt in a second or two. */
const study: Study = {
  version: 1,
  network: 'species U = 0, V = 0\n0 -> U, 8\nU -> V, 1\nV -> 0, 0.5\n',
  times: [1, 4],
  observe: ['moments', 'marginals', 'joint:U,V'],
  solver: 'nncme',
  options: { replicates: 2000, updates: 100, width: 16, layers: 1 },
  compare: [{ solver: 'fsp' }],
  seed: 3,
}

async function train(page: Page): Promise<void> {
  await page.goto(`/#s=${encodeStudy(study)}`)
  const lane = page.getByRole('region', { name: 'Runs' }).getByRole('listitem').filter({ hasText: 'Neural master' })
  await expect(lane).toContainText('replicates', { timeout: 40_000 })
  await expect(lane.getByRole('button', { name: /^save/ })).toBeVisible({ timeout: 40_000 })
}

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

test('a sample of a network is watched count by count, by keyboard', async ({ page }) => {
  await train(page)
  await page.keyboard.press('m')
  const microscope = page.getByRole('dialog', { name: 'One count at a time' })
  const sentence = microscope.getByRole('status')
  await expect(sentence).toContainText(/^U comes first, from its own law: the uniform number [\d.]+ falls between/)
  const [, U] = /so U = (\d+)/.exec(await sentence.innerText()) ?? []
  await page.keyboard.press('ArrowRight')
  await expect(sentence).toContainText(`V given U = ${U}: the uniform number`)
  await expect(sentence).toContainText(/The state so far has ln q = −[\d.]+/)
  await expect(microscope.getByRole('img')).toHaveAttribute('aria-label', /V given U/)
  expect(await faults(page)).toEqual([])
  await page.keyboard.press('Home')
  await expect(sentence).toContainText('U comes first')
  await microscope.getByRole('spinbutton', { name: 'Sample' }).fill('7')
  await expect(microscope.getByRole('row', { name: /^U / })).toBeVisible()
  const download = page.waitForEvent('download')
  await microscope.getByRole('button', { name: 'Save the law as CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/law-of-u.*\.csv$/)
})

test('conditional laws follow the joint map, by pointer and by keyboard, and are kept', async ({ page }) => {
  await train(page)
  await page.getByRole('button', { name: 'P(V | U)' }).click()
  const slice = page.locator('[data-panel="view:slice"]')
  const map = page.getByRole('region', { name: 'Joint distribution' }).getByRole('img')
  await map.focus()
  await page.keyboard.press('ArrowRight')
  const reading = page.locator('[data-panel="joint"] output.plot-reading')
  await expect(reading).toContainText(/given U = \d+: V [\d.]+ ± [\d.]+ SD/)
  const [, first] = /given U = (\d+)/.exec(await reading.innerText()) ?? []
  await expect(slice.getByRole('heading')).toHaveText(`V given U = ${first}`)
  await page.keyboard.press('ArrowLeft')
  await expect(slice.getByRole('heading')).toHaveText(`V given U = ${Number(first) - 1}`)
  // Straight from the network, and how far that is from the exact law.
  await expect(slice).toContainText(/Neural master equation\s*[\d.]+ ± .*Hellinger distance 0\.[\d]+ from State-space/)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(slice.getByRole('heading')).toHaveText(`V given U = ${Number(first) - 1}`)
  expect(await faults(page)).toEqual([])
  const box = await map.boundingBox()
  if (!box) throw new Error('no map')
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height)
  await expect(slice.getByRole('heading')).not.toHaveText(`V given U = ${Number(first) - 1}`)
})
