import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,cli,scripts,bench}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
