/** Builds and runs `paper-modes.ts`: `npm run bench:paper [NAME …]`, where a case runs if its name contains one of them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from '../scripts/setup.mjs'

// Inside the checkout, where the bundle finds its packages.
mkdirSync(join(root, '.cache'), { recursive: true })
const outDir = mkdtempSync(join(root, '.cache/paper-modes-'))
const options = { ssr: 'bench/paper-modes.ts', outDir, emptyOutDir: true, target: 'node20', copyPublicDir: false }
await build({ root, configFile: false, logLevel: 'error', build: options })
const { main } = await import(pathToFileURL(join(outDir, 'paper-modes.js')).href)
rmSync(outDir, { recursive: true })
await main(process.argv.slice(2))
