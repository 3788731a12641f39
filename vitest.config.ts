import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,cli,scripts,bench}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    // TensorFlow.js registers its gradients in a module that Node cannot load by itself.
    server: { deps: { inline: [/@tensorflow/] } },
    pool: 'forks',
    maxWorkers: 2,
  },
})
