/** Fingerprints of source trees, so that a build is made again exactly when something it is made of has changed. */
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'

const isSource = (name) => !/\.test\.tsx?$/.test(name)

/** A hash over the names, sizes and modification times of all files under `paths` (tests left out). */
export function fingerprint(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false })
    if (!stats) return
    if (!stats.isDirectory()) return hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`)
    for (const name of readdirSync(join(root, path)).sort()) if (isSource(name)) visit(`${path}/${name}`)
  }
  paths.forEach(visit)
  return hash.digest('hex').slice(0, 16)
}
