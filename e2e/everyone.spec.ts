import { expect, test } from '@playwright/test'
import { law, open, settled } from './studio'

test('by keyboard alone: open an example, change a parameter, lock the seed, take a figure', async ({ page }) => {
  await open(page)
  await settled(page)
  await page.getByRole('button', { name: 'Gallery' }).press('Enter')
  await page.getByRole('searchbox').pressSequentially('telegraph')
  await page.getByRole('button', { name: /^Telegraph promoter/ }).press('Enter')
  await expect(page.getByRole('textbox', { name: 'Name of the study' })).toHaveValue(/telegraph/i)
  const slider = page.getByRole('region', { name: 'Study' }).getByRole('slider').first()
  const value = await slider.inputValue()
  await slider.press('End')
  expect(await slider.inputValue()).not.toBe(value)
  await page.getByRole('button', { name: 'Lock the seed' }).press('Enter')
  await settled(page)
  const panel = page.getByRole('region', { name: /^Distribution/ }).first()
  const download = page.waitForEvent('download')
  await panel.locator('summary').first().press('Enter')
  await panel.getByRole('button', { name: /CSV/ }).press('Enter')
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)
})

for (const [name, viewport] of Object.entries({
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
})) {
  test(`nothing scrolls sideways on a ${name}`, async ({ page }) => {
    await page.setViewportSize(viewport)
    await open(page)
    await settled(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await expect(law(page, 'U')).toBeVisible()
    // On a desktop the columns scroll, and the page as a whole does not: a focus deep in one must not lift them all.
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    if (name === 'desktop') expect(height).toBeLessThanOrEqual(viewport.height)
  })
}
