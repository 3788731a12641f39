/**
 * The learning kernels in WGSL, on the adapter that Chromium makes of software, in a page with nothing else on it: every
 * operation and its gradients against the plain kernels, large shapes and steps of training against the emitted ones.
 */
import { expect, test } from '@playwright/test'
import { build, type Rolldown } from 'vite'
import { findBrowser } from '../scripts/browser.mjs'

const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
/** What a real adapter wants: see `gpu.spec.ts`. */
const more = process.env.PROPENSITY_CHROMIUM_ARGS?.split(' ') ?? []
test.use({ launchOptions: { executablePath: findBrowser(), args: [...root, '--enable-unsafe-webgpu', ...more] } })

type Asked = typeof import('./gpu-learning')

let script = ''
test.beforeAll(async () => {
  const rollupOptions = { input: 'e2e/gpu-learning.ts', preserveEntrySignatures: 'strict' as const }
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, rollupOptions },
  })
  script = (built as Rolldown.RolldownOutput).output[0].code
})

for (const name of ['operations', 'large', 'training', 'complaints'] as const satisfies readonly (keyof Asked)[]) {
  test(`learning on the device: ${name}`, async ({ page }) => {
    test.setTimeout(180_000)
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
    await page.route('**/gpu-learning.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
    await page.goto('/empty.html')
    const far = await page.evaluate(async ([file, key]) => (await import(file))[key](), [
      '/gpu-learning.js',
      name,
    ] as const)
    const worst = Object.entries(far as Record<string, number>).filter(([, distance]) => !(distance < 1e-5))
    expect(worst).toEqual([])
    expect(Object.keys(far).length).toBeGreaterThan(2)
    expect(said.filter((text) => /valid|error/i.test(text))).toEqual([])
  })
}
