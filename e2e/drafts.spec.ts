import { expect, type Page, test } from '@playwright/test'
import { open, runs, write } from './studio'

const text = (page: Page) => page.getByRole('textbox', { name: 'Network text' })
const notice = (page: Page) => page.getByRole('region', { name: 'Notices' })

/** Longer than the page waits before it keeps a draft. */
const kept = (page: Page) => page.waitForTimeout(1000)

test('a draft that crashes the page is offered at the next visit, not opened', async ({ context, page }) => {
  // Six openings of the page, and the seconds in which it proves that it lives.
  test.slow()
  await open(page)
  await write(page, 'species Trap = 3\nTrap -> 0, 1\n')
  await kept(page)
  // Its window is lost while it is being opened again: nothing that the page does itself could say so.
  await page.goto('about:blank')
  const doomed = await context.newPage()
  await open(doomed)
  await expect(text(doomed)).toContainText('Trap')
  await doomed.goto('chrome://crash').catch(() => {})
  await doomed.close()

  const next = await context.newPage()
  await open(next)
  await expect(notice(next)).toContainText('stopped while it was opening your last study')
  await expect(text(next)).not.toContainText('Trap')
  await expect(runs(next, 'Stochastic simulation')).toContainText('replicates')
  // And so at every visit, until the reader has decided.
  await next.reload()
  await expect(notice(next)).toContainText('was not opened again')

  const saving = next.waitForEvent('download')
  await notice(next).getByRole('button', { name: 'Save it as a file' }).click()
  expect((await saving).suggestedFilename()).toBe('last.study.json')
  await notice(next).getByRole('button', { name: 'Open it' }).click()
  await expect(text(next)).toContainText('Trap')
  await expect(notice(next)).not.toContainText('stopped')
  // It does no harm this time: once the page has answered for a while, the draft is trusted again.
  await next.waitForTimeout(5000)
  await next.reload()
  await expect(text(next)).toContainText('Trap')
  await expect(notice(next)).not.toContainText('stopped')
})

test('two windows keep a draft each, and neither is lost when both are closed', async ({ context, page }) => {
  await open(page)
  await write(page, 'species First = 3\nFirst -> 0, 1\n')
  await kept(page)
  const other = await context.newPage()
  await open(other)
  await expect(text(other)).toContainText('First')
  await write(other, 'species Second = 3\nSecond -> 0, 1\n')
  await kept(other)
  await page.reload()
  await expect(text(page)).toContainText('First')
  await page.close()
  await other.close()
  const third = await context.newPage()
  await open(third)
  // The one that was changed last; the other is among the earlier studies.
  await expect(text(third)).toContainText('Second')
  await third.keyboard.press('h')
  await third.getByRole('dialog').getByRole('button', { name: /First/ }).click()
  await expect(text(third)).toContainText('First')
})
