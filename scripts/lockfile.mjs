/**
 * Is the lockfile complete? npm leaves out optional packages that its registry lacks for other platforms, and
 * `npm ci` then fails for everybody; so this is checked wherever the tests run.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup.mjs'

/** Names of optional dependencies that have no entry of their own in the lockfile. */
export function lacking({ packages }) {
  const present = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()))
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !present.has(name))
      .map((name) => `${name} (of ${path})`),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = lacking(lock)
  for (const name of found) console.error(`package-lock.json lacks ${name}`)
  console.log(`lockfile: ${Object.keys(lock.packages).length} entries, ${found.length} lacking`)
  process.exitCode = found.length ? 1 : 0
}
