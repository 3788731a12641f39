import { expect, type Page, test } from '@playwright/test'
import { open } from './studio'

/** `n` reactions among 2000 species, as a file that is dropped on the page. */
async function drop(page: Page, n: number): Promise<void> {
  await page.evaluate((count) => {
    const lines = Array.from({ length: count }, (_, i) => `S${i % 2000} -> S${(7 * i + 1) % 2000}, ${1 + (i % 9)}`)
    const data = new DataTransfer()
    data.items.add(new File([`species S0 = 10\n${lines.join('\n')}\n`], 'long.crn', { type: 'text/plain' }))
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }))
    }
  }, n)
}

test('a text of 10⁵ reactions is read while the page lives, and gives way to what is done meanwhile', async ({
  page,
}) => {
  await open(page)
  const reading = page.getByText(/^reading… [\d,]+ of 100,002 lines$/)
  await drop(page, 100_000)
  await expect(reading).toBeVisible()
  // It takes seconds: the page answers at once, and another study takes the place of what is being read.
  await drop(page, 10)
  await expect(reading).toHaveCount(0)
  const text = page.getByRole('textbox', { name: 'Network text' })
  await expect(text).toContainText('S9 -> S64, 1')
  await expect(page.getByRole('region', { name: 'Trajectories' })).toBeVisible()
  await drop(page, 100_000)
  await expect(reading).toBeVisible()
  await expect(reading).toHaveCount(0, { timeout: 40_000 })
  await expect(page.getByRole('button', { name: /Show more \(99,940 left\)/ })).toBeVisible({ timeout: 20_000 })
})
