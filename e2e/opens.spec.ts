import { expect, test } from '@playwright/test'

test('the built page opens on the toggle switch, under its own security policy, without a complaint', async ({
  page,
}) => {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  const response = await page.goto('/')
  await expect(page.getByText('birth_U').first()).toBeVisible()
  await expect(page.locator('canvas').first()).toBeVisible()
  expect(complaints).toEqual([])
  expect(response?.headers()['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';")
  // What a hostile text would try to become.
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "run"'
    document.head.append(script)
    return document.title
  })
  expect(ran).toBe('Propensity')
})
