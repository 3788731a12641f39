import { expect, test } from '@playwright/test'
import { open, runs, settled, write } from './studio'

const method = 'Neural master equation'

test('a network is trained, not disturbed by a slider, stopped, gone on with, and there after a reload', async ({
  page,
}) => {
  await open(page)
  await settled(page)
  await write(page, 'parameter k = 8 in [1, 20]\n0 -> X, k\nX -> 0, 1\n')
  await page.getByRole('checkbox', { name: `Compare with ${method}` }).check()
  const lane = runs(page, method)
  await expect(page.getByRole('region', { name: 'Training' })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('slider', { name: 'k', exact: true }).press('PageUp')
  await expect(lane.getByRole('progressbar')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Training' })).toContainText(/nats after/)
  // A checkpoint is made after every output time.
  await expect(lane).toContainText(/[1-9]\d? %/, { timeout: 60_000 })
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(lane).toContainText('cancelled')
  await page.getByRole('slider', { name: 'k', exact: true }).press('PageDown')
  await lane.getByRole('button', { name: /^train on/ }).click()
  await expect(lane).toContainText(/[1-9]\d? %/, { timeout: 60_000 })
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await lane.getByRole('button', { name: /^save/ }).click()
  expect((await download).suggestedFilename()).toMatch(/nncme\.safetensors$/)
  await page.waitForTimeout(2500)
  await page.reload()
  // What was learnt is on the shelf. A training that began anew would take 2,855 updates to a tenth of the times, one that
  // was stopped at the first of them takes some 1,900 more.
  const training = page.getByRole('region', { name: 'Training' })
  const goesOn = async () => {
    const percent = Number(/(\d+) %/.exec(await lane.innerText())?.[1] ?? 0)
    const words = (await training.count()) > 0 ? await training.innerText() : ''
    const updates = Number((/after ([\d,]+) updates/.exec(words)?.[1] ?? '0').replaceAll(',', ''))
    return percent >= 10 && updates < 2500
  }
  await expect.poll(goesOn, { timeout: 20_000, intervals: [100] }).toBe(true)
})
