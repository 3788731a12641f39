/** `npm start`: set up, build when something changed, serve on a free port, open a browser where there is one. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from './serve.mjs'
import { root, setUp } from './setup.mjs'
import { fingerprint } from './sources.mjs'

setUp()
build()
const { address } = await serve(join(root, 'dist'))
console.log(`\n  Propensity is at ${address}   (Ctrl-C ends it)\n`)
openBrowser(address)

function build() {
  const stamp = join(root, 'dist/.built-from')
  const sources = fingerprint(['src', 'workers', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
  console.log('building the page …')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    console.error('the build failed; its message stands above')
    process.exit(1)
  }
  writeFileSync(stamp, sources)
}

function openBrowser(url) {
  const { platform, env } = process
  const screen = platform === 'darwin' || platform === 'win32' || env.DISPLAY || env.WAYLAND_DISPLAY
  if (env.CI || !screen || !process.stdout.isTTY) return
  const [command, args] =
    platform === 'darwin'
      ? ['open', [url]]
      : platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : ['xdg-open', [url]]
  // No browser is no fault: the address is printed.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
