import { expect, test } from '@playwright/test'
import { open, settled, write } from './studio'

const network = 'species X\nparameter k = 10 in [1, 30]\nparameter d = 1 in [0.5, 2]\n0 -> X, k\nX -> 0, d\n'
const cells = [8, 11, 9, 13, 10, 7, 12, 9, 10, 11, 8, 14].map((x, i) => `${i % 2 ? 1 : 4},${x}`)
const table = {
  name: 'cells.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(['hours,reads', ...cells, '4,many'].join('\n')),
}

// Two chains of work and two dialogs: longer than most.
test.setTimeout(120_000)

test('a table of measurements becomes a posterior, and a map takes the sliders along', async ({ page }) => {
  await open(page)
  await write(page, network)
  await settled(page)
  await page.getByRole('heading', { name: 'Propensity' }).click()

  await page.keyboard.press('i')
  const infer = page.getByRole('dialog', { name: 'Infer parameters from data' })
  await infer.locator('input[type="file"]').setInputFiles(table)
  await expect(infer).toContainText('13 rows: 12 cells at 2 times.')
  await expect(infer).toContainText('Line 14 is left out: X is "many"')
  await infer.getByRole('checkbox', { name: 'd', exact: true }).uncheck()
  await infer.getByRole('textbox', { name: 'Draws' }).fill('200')
  await infer.getByRole('textbox', { name: 'Warm-up' }).fill('200')
  await infer.getByRole('button', { name: 'Infer', exact: true }).click()
  await expect(infer.getByText(/^Done in/)).toBeVisible({ timeout: 60_000 })
  await expect(infer.getByRole('region', { name: 'Posterior' }).getByRole('rowheader')).toHaveText(['k'])
  await expect(infer.getByRole('img', { name: /^Posterior of k: 95 % between/ })).toBeVisible()
  await expect(infer.getByRole('img', { name: /^Measured and predicted shares of X, t = 4/ })).toBeVisible()
  await infer.getByRole('button', { name: 'Move the sliders to the means' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Network text' })).not.toContainText('parameter k = 10 in')

  await page.getByRole('heading', { name: 'Propensity' }).click()
  await page.keyboard.press('p')
  const map = page.getByRole('dialog', { name: 'Map over two parameters' })
  await map.getByLabel('When').selectOption('rest')
  await map.getByRole('textbox', { name: 'Values of k' }).fill('3')
  await map.getByRole('textbox', { name: 'Values of d' }).fill('3')
  await map.getByRole('button', { name: 'Draw the map' }).click()
  const picture = map.getByRole('img', { name: /^Bimodality coefficient of X at rest over k and d/ })
  await expect(map.getByText(/^Done in/)).toBeVisible({ timeout: 30_000 })
  await picture.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(map).toContainText('k = 15.5, d = 0.5: bimodality coefficient 0.3333, Fano factor 1, mean 31')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Network text' })).toContainText('parameter k = 15.5')
})

test('hops that were learnt make an ensemble, and its drift is told', async ({ page }) => {
  await open(page)
  await page.getByRole('heading', { name: 'Propensity' }).click()
  await page.keyboard.press('n')
  const hops = page.getByRole('dialog', { name: 'Paths of learnt hops' })
  await hops.getByRole('button', { name: 'Hop', exact: true }).click()
  await expect(hops.getByRole('alert')).toContainText(/not learnt|nothing is learnt/)
  await hops.getByRole('button', { name: 'Open one that is learnt' }).click()
  await expect(page.getByRole('textbox', { name: 'Network text' })).toContainText('0 -> X, 0.1')
  await hops.getByRole('textbox', { name: 'Time of a hop' }).fill('5')
  await hops.getByRole('textbox', { name: 'Until' }).fill('20')
  await hops.getByRole('textbox', { name: 'Paths' }).fill('100')
  await hops.getByRole('button', { name: 'Hop', exact: true }).click()
  await expect(hops.getByText(/^Done in/)).toBeVisible({ timeout: 60_000 })
  await expect(hops).toContainText('All 400 hops began at counts that were learnt from.')
  await expect(hops.getByRole('img', { name: /Hellinger distance from the exact law after each hop/ })).toBeVisible()
})
