import { expect, test } from '@playwright/test'
import { alarm, law, open, problems, settled, steady, write } from './studio'

test('a typo is pointed at by line and column, mended by one click, and loses nothing', async ({ page }) => {
  await open(page)
  await settled(page)
  const before = await steady(law(page, 'U'))
  await write(page, 'species A = 5\nA -> 0, kk\n')
  await expect(problems(page)).toContainText(/Line 2.*kk is not defined/)
  expect(await law(page, 'U').getAttribute('aria-label')).toBe(before)
  await problems(page).getByRole('button', { name: /^Make/ }).click()
  await expect(page.getByRole('textbox', { name: 'kk', exact: true })).toHaveValue('1')
  await expect(law(page, 'A')).toBeVisible()
})

/** What a person or a stranger's link may try, and the words of the answer. */
const sentences: Record<string, readonly [text: string, method: string, says: RegExp]> = {
  'a count of a billion': [
    'species A = 1e9\nA -> 0, 1\n',
    'State-space projection',
    /1,000,000,000.*Try the solver "ssa"/,
  ],
  'a negative rate': ['species A = 5\nA -> 0, -1\n', 'Stochastic simulation', /r1.*-1.*guard the rate/],
  'a division by zero': ['species A = 5\nA => 0, 1/(A-3)\n', 'Stochastic simulation', /r1.*Infinity.*A = 3.*guard/],
  'a network that explodes': ['species X = 1\nX -> 2X, 1\n', 'Stochastic simulation', /without limit.*Stop before/],
}

for (const [what, [text, method, says]] of Object.entries(sentences)) {
  test(`${what} is answered by a sentence with the way out, and the page lives`, async ({ page }) => {
    await open(page)
    await write(page, text)
    await expect(alarm(page, method)).toContainText(says, { timeout: 40_000 })
    await write(page, 'species A = 5\nA -> 0, 1\n')
    await settled(page)
    await expect(law(page, 'A')).toHaveAttribute('aria-label', /A/)
    await expect(alarm(page, method)).toHaveCount(0)
  })
}

test('an empty text keeps the last picture and offers a beginning', async ({ page }) => {
  await open(page)
  await settled(page)
  await write(page, '')
  await expect(problems(page)).toContainText('There is no species yet')
  await expect(law(page, 'U')).toHaveAttribute('aria-label', /U has two likely values/)
})

test('a link of five megabytes is refused in words, and the studio opens all the same', async ({ page }) => {
  await open(page)
  await settled(page)
  await page.evaluate((size) => {
    location.hash = `#s=${'A'.repeat(size)}`
  }, 5_000_000)
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText(/5,000,000 characters.*as a file instead/)
  await expect(law(page, 'U')).toBeVisible()
})
