/** `npm start`: set up, build when something changed, serve on a free port or the one asked for, open a browser where there is one. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from './serve.mjs'
import { root, setUp } from './setup.mjs'
import { fingerprint } from './sources.mjs'

const help = `npm start [-- --port N]

Installs what is missing, builds the page where a source has changed, serves it to this machine alone and opens a browser
where there is one. Ctrl-C ends it.

  --port N   a port of your choice, 1 to 65535; any free one otherwise
  --help     this
`

const port = portAsked(process.argv.slice(2))
setUp()
build()
const { address } = await serve(join(root, 'dist'), port).catch(({ code, message }) => {
  const taken = code === 'EADDRINUSE' || code === 'EACCES'
  console.error(taken ? `port ${port} cannot be had (${code}); leave --port out, or name another` : message)
  process.exit(1)
})
console.log(`\n  Propensity is at ${address}   (Ctrl-C ends it)\n`)
openBrowser(address)

/** 0: any free one. Ends the program where help is wanted, or what is asked cannot be understood. */
function portAsked(args) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help)
    process.exit(0)
  }
  if (args.length === 0) return 0
  const [flag, value] = args[0].startsWith('--port=') ? ['--port', args[0].slice(7), ...args.slice(1)] : args
  const wanted = Number(value)
  const rest = args.length - (args[0].startsWith('--port=') ? 1 : 2)
  if (flag === '--port' && rest === 0 && Number.isInteger(wanted) && wanted >= 1 && wanted <= 65535) return wanted
  console.error(`npm start: cannot understand "${args.join(' ')}"\n\n${help}`)
  process.exit(2)
}

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
