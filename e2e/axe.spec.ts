import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the page has no accessibility fault that a machine can find (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/')
    await expect(page.locator('canvas').first()).toBeVisible()
    expect(await faults(page)).toEqual([])
  })

  test(`views and the microscope have none either (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/')
    await page.getByText('Add a view').click()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: /^Dwell times/ }).click()
    await expect(page.getByRole('region', { name: /^Stays of U/ })).toBeVisible()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'One event at a time' }).click()
    await expect(page.getByRole('heading', { name: 'Which?' })).toBeVisible()
    expect(await faults(page)).toEqual([])
  })

  test(`inference and maps have none either (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/')
    await expect(page.locator('canvas').first()).toBeVisible()
    await page.keyboard.press('p')
    await expect(page.getByRole('button', { name: 'Draw the map' })).toBeVisible()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('i')
    const infer = page.getByRole('dialog', { name: 'Infer parameters from data' })
    const table = { name: 'cells.csv', mimeType: 'text/csv', buffer: Buffer.from('time,U\n1,3\n1,x') }
    await infer.locator('input[type="file"]').setInputFiles(table)
    await expect(infer.getByRole('heading', { name: 'How' })).toBeVisible()
    expect(await faults(page)).toEqual([])
  })

  test(`analyses have none either (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/?study=sis')
    await expect(page.getByText(/^Mean time$/).first()).toBeVisible()
    await page.keyboard.press('a')
    await expect(page.getByRole('button', { name: /^Law at rest/ })).toBeFocused()
    expect(await faults(page)).toEqual([])
  })
}

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}
