import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { law, open, settled } from './studio'

test('by keyboard alone: open an example, change a parameter, lock the seed, take a figure', async ({ page }) => {
  await open(page)
  await settled(page)
  await page.getByRole('button', { name: 'Gallery' }).press('Enter')
  await page.getByRole('searchbox').pressSequentially('telegraph')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/telegraph/i)
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
  test(`nothing stands in the way of assistive technology on a ${name}, and nothing scrolls sideways`, async ({
    page,
  }) => {
    await page.setViewportSize(viewport)
    await open(page)
    await settled(page)
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await expect(law(page, 'U')).toBeVisible()
  })
}
