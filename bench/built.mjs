/** Builds and runs a bench that is no ratio of two: `node bench/built.mjs paper-modes [NAME …]`, or `neural`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from '../scripts/setup.mjs'

const [name, ...wanted] = process.argv.slice(2)
// Inside the checkout, where the bundle finds its packages.
mkdirSync(join(root, '.cache'), { recursive: true })
const outDir = mkdtempSync(join(root, '.cache/bench-'))
const options = { ssr: `bench/${name}.ts`, outDir, emptyOutDir: true, target: 'node20', copyPublicDir: false }
await build({ root, configFile: false, logLevel: 'error', build: options })
try {
  const { main } = await import(pathToFileURL(join(outDir, `${name}.js`)).href)
  await main(wanted)
} finally {
  rmSync(outDir, { recursive: true })
}
