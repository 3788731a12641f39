import { expect, test } from '@playwright/test'
import { law, open, settled, steady } from './studio'

test('a page once visited opens, samples and solves without a network, and brings the gallery along', async ({
  page,
  context,
}) => {
  await open(page)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await context.setOffline(true)
  await open(page, '/?study=birth-death-critical')
  await settled(page)
  expect(await steady(law(page, 'X'))).toContain('mean 10')
  await page.keyboard.press('?')
  await expect(page.getByText('it opens without a network')).toBeVisible()
})
