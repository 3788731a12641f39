/**
 * Set-up with nothing but Node: installs the locked packages when they are missing or differ from the lockfile,
 * and says so in one line. Imports nothing from packages: it runs before there are any.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(import.meta.url), '../..')

const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Why the installed packages are not those of the lockfile, or undefined when they are. */
export function whyInstall(lock, installed) {
  if (!installed) return 'no packages are installed yet'
  for (const [path, { version, optional, devOptional }] of Object.entries(lock.packages)) {
    if (path === '') continue
    const found = installed.packages[path]
    // Optional packages are for other platforms: npm leaves them out, rightly.
    if (!found && !optional && !devOptional) return `${path} is missing`
    if (found && found.version !== version) return `${path} is ${found.version}, the lockfile says ${version}`
  }
}

/** Run npm in the checkout; returns its exit status (never throws). */
export function npm(...args) {
  const viaNode = process.env.npm_execpath?.endsWith('.js')
  const [command, first] = viaNode ? [process.execPath, [process.env.npm_execpath]] : ['npm', []]
  const shell = !viaNode && process.platform === 'win32'
  return spawnSync(command, [...first, ...args], { cwd: root, stdio: 'inherit', shell }).status ?? 1
}

/** Make the checkout ready; ends the process with one sentence when that fails. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`set-up: Node ${process.versions.node} is too old; install Node 20.19 or newer (https://nodejs.org)`)
    process.exit(1)
  }
  // npm writes this file last, so an interrupted installation counts as none.
  const hidden = 'node_modules/.package-lock.json'
  const why = whyInstall(read('package-lock.json'), existsSync(join(root, hidden)) ? read(hidden) : undefined)
  if (!why) return
  console.error(`set-up: installing packages with npm ci, because ${why}`)
  const status = npm('ci', '--no-audit', '--no-fund', '--loglevel=error')
  if (status !== 0) {
    console.error(
      `set-up: npm ci failed with status ${status}; its own message stands above. Is the network reachable?`,
    )
    process.exit(1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp()
