#!/usr/bin/env node
/** The command `propensity` of a checkout: bundles the command line when a source has changed, then runs it. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../scripts/setup.mjs'
import { fingerprint } from '../scripts/sources.mjs'

const cache = join(root, '.cache/cli')
const bundle = join(cache, fingerprint(['src', 'cli', 'bench', 'package-lock.json']))

if (!existsSync(bundle)) {
  if (!existsSync(join(root, 'node_modules/vite'))) {
    console.error('propensity: the packages are not installed yet; run npm run setup (or npm start) once')
    process.exit(2)
  }
  await build()
}
const { main } = await import(pathToFileURL(join(bundle, 'main.js')).href)
process.exitCode = await main(process.argv.slice(2))

/** Builds beside the place and moves it there whole, so that commands started together do not meet half a bundle. */
async function build() {
  const { build } = await import('vite')
  const draft = `${bundle}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  const older = readdirSync(cache)
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      rollupOptions: { input: { main: 'cli/main.ts', thread: 'cli/thread.ts' } },
      outDir: draft,
      emptyOutDir: true,
      target: 'node20',
      copyPublicDir: false,
    },
  })
  try {
    renameSync(draft, bundle)
    for (const name of older) if (!name.includes('.')) rmSync(join(cache, name), { recursive: true, force: true })
  } catch {
    // Another command was first: its bundle is the same.
    rmSync(draft, { recursive: true, force: true })
  }
}
