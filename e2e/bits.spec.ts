import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { build } from 'vite'
import { models } from '../src/solvers/ssa/golden'

/** The kernels and their golden models as one module, from the same sources as the page; the page itself has none of it. */
async function bundled(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      lib: { entry: 'src/solvers/ssa/golden.ts', formats: ['es'], fileName: 'golden' },
      outDir: folder,
      copyPublicDir: false,
    },
  })
  return readFileSync(join(folder, 'golden.js'), 'utf8')
}

test('samples the same bits as Node, one replicate at a time and several, in the page and in a worker', async ({
  page,
}, info) => {
  const golden = Object.fromEntries(Object.entries(models).map(([name, model]) => [name, [model[3], model[3]]]))
  const kernels = await bundled(info.outputPath('bits'))
  const asked =
    'self.onmessage = ({ data }) => postMessage(data.map((name) => [name, [bitsOf(name), bitsOf(name, true)]]))'
  const serve = (body: string) => ({ contentType: 'text/javascript', body })
  await page.context().route('**/golden.js', (route) => route.fulfill(serve(kernels)))
  await page.context().route('**/golden-worker.js', (route) =>
    route.fulfill({
      ...serve(`import { bitsOf } from './golden.js'\n${asked}`),
      headers: { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin' },
    }),
  )
  await page.goto('/')
  const names = Object.keys(golden)
  const inPage = await page.evaluate(async (all) => {
    const address = '/golden.js'
    const { bitsOf } = await import(address)
    return all.map((name) => [name, [bitsOf(name), bitsOf(name, true)]])
  }, names)
  expect(Object.fromEntries(inPage)).toEqual(golden)
  const inWorker = await page.evaluate(
    (all) =>
      new Promise<[string, string[]][]>((done, fail) => {
        const worker = new Worker('/golden-worker.js', { type: 'module' })
        worker.onmessage = ({ data }) => done(data)
        worker.onerror = () => fail(new Error('the worker did not start'))
        worker.postMessage(all)
      }),
    names,
  )
  expect(Object.fromEntries(inWorker)).toEqual(golden)
})
