import { expect, test } from '@playwright/test'
import { alarm, law, open, runs, settled, steady } from './studio'

test('opens on the toggle switch, sampled and exact on the same axes, and they agree', async ({ page }) => {
  await open(page)
  await settled(page)
  await expect(law(page, 'U')).toHaveAttribute('aria-label', /U has two likely values/)
  await expect(page.getByRole('region', { name: 'Distribution of U' })).toContainText(/sampling alone explains/)
})

test('a long run shows progress, cancels within a second, and the next run works', async ({ page }) => {
  await open(page)
  await settled(page)
  const replicates = page.getByRole('textbox', { name: 'Replicates' })
  await replicates.fill('1000000')
  await replicates.press('Enter')
  const lane = runs(page, 'Stochastic simulation')
  await expect(lane.getByRole('progressbar')).toBeVisible()
  await expect(lane).toContainText(/left/)
  const asked = Date.now()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(lane).toContainText(/cancelled/i)
  expect(Date.now() - asked).toBeLessThan(1000)
  await replicates.fill('500')
  await replicates.press('Enter')
  await settled(page)
  await expect(lane).toContainText('500 replicates')
})

test('a crashed worker is reported as a failure, replaced, and the next run works', async ({ page }) => {
  await open(page)
  await settled(page)
  const replicates = page.getByRole('textbox', { name: 'Replicates' })
  await replicates.fill('1000000')
  await replicates.press('Enter')
  const lane = runs(page, 'Stochastic simulation')
  await expect(lane).toContainText(/left/)
  for (const worker of page.workers()) {
    await worker
      .evaluate(() =>
        setTimeout(() => {
          throw new Error('struck by lightning')
        }),
      )
      .catch(() => undefined)
  }
  await expect(alarm(page, 'Stochastic simulation')).toContainText(/struck by lightning.*fresh worker/)
  await replicates.fill('700')
  await replicates.press('Enter')
  await settled(page)
  await expect(lane).toContainText('700 replicates')
})

test('dragging a slider rewrites its number in the text and moves the law', async ({ page }) => {
  await open(page)
  await settled(page)
  const before = await steady(law(page, 'U'))
  const slider = page.getByRole('slider', { name: 'a', exact: true })
  await slider.focus()
  for (let i = 0; i < 8; i++) await page.keyboard.press('PageUp')
  await expect(page.getByRole('textbox', { name: 'Network text' })).toContainText(/parameter a = (?!40 )/)
  await expect(law(page, 'U')).not.toHaveAttribute('aria-label', before)
  await page.keyboard.press('ControlOrMeta+z')
})

test('a link brings another reader the same text, seed and numbers', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page)
  const seed = page.getByRole('textbox', { name: 'Seed' })
  await seed.fill('77')
  await seed.press('Enter')
  await page.getByRole('slider', { name: 'K' }).press('End')
  await settled(page)
  const seen = await steady(law(page, 'U'))
  await page.getByRole('button', { name: 'Copy link' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toContain('#s=')
  const reader = await context.newPage()
  await open(reader, link)
  await settled(reader)
  await expect(reader.getByRole('textbox', { name: 'Seed' })).toHaveValue('77')
  await expect(law(reader, 'U')).toHaveAttribute('aria-label', seen)
})

test('the same link tells the same law on one worker, two and eight', async ({ page }) => {
  const pictures = []
  for (const workers of [1, 2, 8]) {
    await open(page, `/?study=poisson&workers=${workers}`)
    await settled(page)
    const panel = page.getByRole('region', { name: /^Distribution/ }).first()
    pictures.push(await steady(panel.getByRole('img')))
  }
  expect(new Set(pictures).size).toBe(1)
})
