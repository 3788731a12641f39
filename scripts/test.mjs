/**
 * `npm test`: set up, then everything, cheap first, ending with the line `N passed, N failed`.
 * `npm test -- lint unit` runs only the steps named.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findBrowser, installBrowser } from './browser.mjs'
import { root, setUp } from './setup.mjs'

const bin = {
  tsc: 'node_modules/typescript/bin/tsc',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  knip: 'node_modules/knip/bin/knip.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  vite: 'node_modules/vite/bin/vite.js',
  playwright: 'node_modules/@playwright/test/cli.js',
}
const report = { unit: '.cache/test/vitest.json', e2e: '.cache/test/playwright.json' }
const counts = { passed: 0, failed: 0, skipped: 0 }
const failures = []

/** Each step: a name, and commands for Node, all of which must succeed. `count` reads a runner's own report. */
const steps = [
  {
    name: 'types',
    commands: [
      [bin.tsc, '--noEmit'],
      [bin.tsc, '--noEmit', '-p', 'tsconfig.pure.json'],
    ],
  },
  {
    name: 'lint',
    commands: [[bin.biome, 'ci', '--error-on-warnings'], ['scripts/layers.mjs'], ['scripts/lockfile.mjs'], [bin.knip]],
  },
  {
    name: 'unit',
    commands: [[bin.vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report.unit}`]],
    count: countUnit,
  },
  { name: 'build', commands: [[bin.vite, 'build', '--logLevel', 'warn'], ['scripts/size.mjs']] },
  {
    name: 'e2e',
    commands: [[bin.playwright, 'test', '--reporter=list,json']],
    count: countEndToEnd,
    prepare: needBrowser,
  },
]

let running
let finished = false
// Whatever happens, the last line tells: also when this script itself breaks, or is told to stop.
process.on('uncaughtException', (error) => finish(error.stack))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => finish(`stopped by ${signal}`))

setUp()
mkdirSync(join(root, '.cache/test'), { recursive: true })
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length) finish(`no step ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}`)
else {
  for (const step of steps) if (!wanted.length || wanted.includes(step.name)) await take(step)
  finish()
}

async function take({ name, commands, count, prepare }) {
  console.log(`\n── ${name} ──`)
  const started = Date.now()
  prepare?.()
  for (const file of Object.values(report)) rmSync(join(root, file), { force: true })
  for (const command of commands) {
    const status = await node(command)
    const counted = count?.() ?? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
    // A runner that fails without a failed test has failed in another way: that counts too.
    if (status !== 0 && counted.failed === 0) counted.failed = 1
    if (counted.failed) failures.push(`${name}: ${command.join(' ')}`)
    for (const key of Object.keys(counts)) counts[key] += counted[key]
  }
  console.log(`   ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** Run Node on `args`; resolves to the exit status. A step that hangs is ended. */
function node(args) {
  const limitMs = 20 * 60_000
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: join(root, report.e2e) }
  return new Promise((done) => {
    running = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env, timeout: limitMs })
    running.on('error', () => done(1))
    running.on('close', (code) => done(code ?? 1))
  })
}

function countUnit() {
  const json = readReport(report.unit)
  if (!json) return { passed: 0, failed: 1, skipped: 0 }
  // A file that cannot be loaded has no tests, and is a failure all the same.
  const broken = json.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  )
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken.length,
    skipped: json.numPendingTests + json.numTodoTests,
  }
}

function countEndToEnd() {
  const stats = readReport(report.e2e)?.stats
  if (!stats) return { passed: 0, failed: 1, skipped: 0 }
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }
}

function readReport(path) {
  return existsSync(join(root, path)) ? JSON.parse(readFileSync(join(root, path), 'utf8')) : undefined
}

function needBrowser() {
  if (!findBrowser() && installBrowser() === undefined)
    console.log('no browser could be installed: set CHROME_PATH to one')
}

function finish(trouble) {
  if (finished) return
  finished = true
  running?.kill()
  if (trouble) {
    counts.failed++
    failures.push(trouble)
  }
  if (failures.length) console.log(`\nfailed:\n${failures.map((line) => `  ${line}`).join('\n')}`)
  if (counts.skipped) console.log(`${counts.skipped} skipped`)
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
  process.exit(counts.failed ? 1 : 0)
}
