import { defineConfig } from '@playwright/test'
import { findBrowser } from './scripts/browser.mjs'

// The test run sets the port once; the processes Playwright starts inherit it.
process.env.PROPENSITY_PORT ??= String(20_000 + (process.pid % 20_000))
const url = `http://localhost:${process.env.PROPENSITY_PORT}/`
const executablePath = findBrowser()

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Simulations load the machine themselves: one browser at a time, so that a slow answer is the program's.
  workers: 1,
  timeout: 60_000,
  // A browser that stumbles on a busy machine gets one more try there; the report calls such a test flaky.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    baseURL: url,
    launchOptions: { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
  webServer: { command: `node scripts/serve.mjs dist ${process.env.PROPENSITY_PORT}`, url },
})
