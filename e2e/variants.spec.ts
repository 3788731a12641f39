import { expect, test } from '@playwright/test'
import { open, runs } from './studio'

test('one method stands beside itself, told apart by what differs, and a link brings both back', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, '/?study=poisson')
  await page.getByRole('radio', { name: 'Tau-leaping' }).check()
  await page.getByRole('button', { name: 'once more, with other options Tau-leaping', exact: true }).click()
  const change = page.getByRole('group', { name: /no\. 2/ }).getByRole('textbox', { name: 'Largest change' })
  await change.fill('0.3')
  await change.press('Enter')
  const bothThere = async () => {
    await expect(runs(page, 'Tau-leaping · ε 0.03')).toContainText(/10,000 replicates/)
    await expect(runs(page, 'Tau-leaping · ε 0.3')).toContainText(/10,000 replicates/)
    const law = page.getByRole('region', { name: 'Distribution of X' })
    await expect(law).toContainText(/Tau-leaping · ε 0\.3 against .*: total variation/)
  }
  await bothThere()
  await page.getByRole('button', { name: 'Copy link' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await page.goto('about:blank')
  await page.goto(link)
  await bothThere()
  // Going back to one: the lane that stays keeps its name until it is alone.
  await page.getByRole('button', { name: 'remove Tau-leaping · ε 0.3', exact: true }).click()
  await expect(runs(page, 'Tau-leaping')).toHaveCount(1)
  await expect(runs(page, 'ε')).toHaveCount(0)
})
