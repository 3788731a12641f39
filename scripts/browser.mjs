/** Finds a Chrome or Chromium for the end-to-end tests, or installs one. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from './setup.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'chrome.exe']
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of an installed browser, or undefined. `CHROME_PATH` goes first. */
export function findBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [process.env.CHROME_PATH, ...onPath, ...places].find((path) => path && existsSync(path))
}

/** Install a browser: Debian's where apt works, else Playwright's own. Returns its path, or '' for Playwright's. */
export function installBrowser() {
  const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.log('no Chrome found: installing Debian’s chromium with apt')
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
    const found = findBrowser()
    if (found) return found
  }
  console.log('no Chrome found: installing Playwright’s own')
  const playwright = join(root, 'node_modules/playwright/cli.js')
  return run(process.execPath, [playwright, 'install', 'chromium']) === 0 ? '' : undefined
}
