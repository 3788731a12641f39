import { expect, test } from '@playwright/test'
import { open, settled } from './studio'

test('an analysis is asked, mended and answered by keyboard, and goes with the link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, '/?study=poisson')
  await settled(page)
  await page.keyboard.press('a')
  await expect(page.getByRole('button', { name: /^Law at rest/ })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const field = page.getByRole('textbox', { name: 'Condition to be reached' })
  await expect(field).toBeFocused()
  await page.keyboard.insertText('x >= 20')
  await expect(page.getByText(/Column 1: .*did you mean `X`/)).toBeVisible()
  await field.press('Home')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText('X')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'Until X >= 20' })
  // From 0, birth 10 and death 1: Σ π_j/(λ π_n) = 62.42 (reference formula).
  await expect(panel.getByText(/^62\.42 \(± /)).toBeVisible()
  await expect(panel.getByRole('img')).toHaveAttribute('aria-label', /first holds after a mean time of 62\.42/)
  await page.getByRole('button', { name: 'Copy link' }).click()
  const reader = await context.newPage()
  await open(reader, await page.evaluate(() => navigator.clipboard.readText()))
  const again = reader.getByRole('region', { name: 'Until X >= 20' })
  await expect(again.getByText(/^62\.42 \(± /)).toBeVisible()
  await again.getByLabel(/^Export and explore/).click()
  await again.getByRole('button', { name: 'Table of the numbers' }).click()
  await expect(reader.getByRole('dialog').getByText(/Mean time: 62\.42/)).toBeVisible()
})

test('two settings are compared while a slider moves', async ({ page }) => {
  await open(page, '/?study=small-bias')
  await settled(page)
  const panel = page.getByRole('region', { name: 'How far U has moved' })
  await expect(panel.getByText(/^total variation 0\.263/)).toBeVisible()
  await page.getByRole('slider', { name: /bias/ }).focus()
  await page.keyboard.press('ArrowLeft')
  // Of U and of V, which may lie in the same range.
  await expect(panel.getByText(/^total variation 0\.2[0-5]/).first()).toBeVisible()
})

test('views of the joint law and the projection are added and answer', async ({ page }) => {
  await open(page, '/?study=small-bias')
  await settled(page)
  for (const title of ['Probability current', 'Conditional slice', 'Leak ledger', 'State space over time']) {
    await page.getByText('Add a view').click()
    await page.getByRole('button', { name: new RegExp(`^${title}`) }).click()
  }
  await expect(
    page
      .getByRole('region', { name: 'Nullclines and rest points' })
      .getByText(/^stable node at U = /)
      .first(),
  ).toBeVisible()
  const current = page.getByRole('region', { name: 'Probability current' })
  await expect(current.getByRole('img')).toHaveAttribute('aria-label', /its largest arrow, over \d+ × \d+ counts/)
  const slice = page.getByRole('region', { name: /^V given U = / })
  await slice.getByRole('slider', { name: 'U is given as' }).focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('region', { name: 'V given U = 0' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Where probability left' }).getByRole('img')).toHaveAttribute(
    'aria-label',
    /has lost|No probability/,
  )
  await expect(page.getByRole('region', { name: 'States held' }).getByRole('img')).toHaveAttribute(
    'aria-label',
    /held up to [\d,]+ states/,
  )
})
