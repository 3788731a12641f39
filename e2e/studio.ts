import { expect, type Locator, type Page } from '@playwright/test'

/** The studio as a person meets it: words on the screen, never its insides. */
export async function open(page: Page, address = '/'): Promise<void> {
  await page.goto(address)
  await expect(page.getByRole('region', { name: 'Trajectories' })).toBeVisible()
}

export function runs(page: Page, method: string): Locator {
  return page.getByRole('region', { name: 'Runs' }).getByRole('listitem').filter({ hasText: method })
}

/** Every lane has come to its end: nothing can be stopped any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('region', { name: 'Runs' }).getByRole('button', { name: /^(Stop|Cancel)/ })).toHaveCount(
    0,
    {
      timeout: 40_000,
    },
  )
  await expect(runs(page, 'Stochastic simulation')).toContainText('replicates')
}

export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Network text' }).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

/** The sentence that a screen reader hears of the law of one quantity. */
export function law(page: Page, quantity: string): Locator {
  return page.getByRole('region', { name: `Distribution of ${quantity}` }).getByRole('img')
}

/** What it says once it has said the same for half a second: pictures are drawn a little after the last run has ended. */
export async function steady(image: Locator): Promise<string> {
  let [said, since] = ['', 0]
  await expect
    .poll(
      async () => {
        const now = (await image.getAttribute('aria-label')) ?? ''
        if (now !== said) [said, since] = [now, Date.now()]
        return said !== '' && Date.now() - since >= 500
      },
      { intervals: [100], timeout: 20_000 },
    )
    .toBe(true)
  return said
}

/** What is wrong with the text, below it. */
export function problems(page: Page): Locator {
  return page.getByRole('list', { name: 'Problems in the text' })
}

/** The sentence that says why a method's run failed. */
export function alarm(page: Page, method: string): Locator {
  return page.getByRole('region', { name: 'Runs' }).getByRole('alert').filter({ hasText: method })
}
