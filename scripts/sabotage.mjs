/**
 * Breaks the program on purpose, one small mutation at a time, and sees whether the tests notice. Works on a copy of
 * the sources in a temporary folder. Exit status 1 when a mutation survives, 2 when the run itself is at fault.
 *
 *   npm run sabotage             all of them
 *   npm run sabotage -- leak     those whose name contains "leak"
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mutations } from './mutations.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** A mutation may make a loop endless: that is noticed as well. */
const patienceMs = 120_000

const wanted = process.argv.slice(2)
const chosen = mutations.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))

const copy = mkdtempSync(join(tmpdir(), 'sabotage-'))
for (const item of ['src', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
  cpSync(join(root, item), join(copy, item), { recursive: true })
}
const report = join(copy, 'report.json')
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')

try {
  process.exitCode = await main()
} finally {
  rmSync(copy, { recursive: true, force: true })
}

async function main() {
  if (chosen.length === 0) {
    console.error(
      `no mutation is called ${wanted.join(', ')}; there are ${mutations.map(({ name }) => name).join(', ')}`,
    )
    return 2
  }
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))]
  const before = await runTests(files)
  if (before !== 'green') {
    console.error(`the tests are ${before} before anything was broken: ${failures().join('; ') || files.join(', ')}`)
    return 2
  }
  let [survived, faults] = [0, 0]
  for (const mutation of chosen) {
    const verdict = await attempt(mutation)
    if (verdict === 'survived') survived++
    if (verdict.startsWith('fault')) faults++
    console.log(`${verdict.padEnd(9)} ${mutation.name} (${mutation.file})`)
  }
  console.log(`${chosen.length - survived - faults} of ${chosen.length} mutations were noticed`)
  if (faults > 0) return 2
  return survived > 0 ? 1 : 0
}

/** Mutate one file of the copy, run the tests, put it back. */
async function attempt({ file, find, replace, tests, only }) {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  const places = text.split(find).length - 1
  if (places !== 1) return `fault: the text to replace occurs ${places} times`
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
  try {
    const colour = await runTests(tests, only)
    if (colour === 'green') return 'survived'
    return colour === 'not loadable' ? 'fault: the mutated file does not load' : 'killed'
  } finally {
    writeFileSync(path, text)
  }
}

/** Names of the tests that failed in the last run. */
function failures() {
  if (!existsSync(report)) return []
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = testResults.flatMap((file) => file.assertionResults.filter(({ status }) => status === 'failed'))
  return failed.map(({ fullName }) => fullName)
}

/** Run test files: `green`, `red`, `endless` or `not loadable`. */
function runTests(files, only) {
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [
    vitest,
    'run',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${report}`,
    ...(only ? ['-t', only] : []),
    ...files,
  ]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: copy, stdio: 'ignore', detached: true })
    let endless = false
    const timer = setTimeout(() => {
      endless = true
      // The group: workers in an endless loop do not listen to their parent.
      process.kill(-child.pid, 'SIGKILL')
    }, patienceMs)
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (endless) return resolve('endless')
      if (code === 0) return resolve('green')
      const { numTotalTests } = JSON.parse(readFileSync(report, 'utf8'))
      resolve(numTotalTests > 0 ? 'red' : 'not loadable')
    })
  })
}
