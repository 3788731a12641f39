import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,cli,scripts,bench}/**/*.test.{ts,tsx}'],
    // Only to end what hangs: no test depends on the clock, and a busy machine takes its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // TensorFlow.js registers its gradients in a module that Node cannot load by itself.
    server: { deps: { inline: [/@tensorflow/] } },
    pool: 'forks',
    maxWorkers: 2,
  },
})
