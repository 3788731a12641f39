/**
 * Effective draws per second of CPU: every method and likelihood on the same data. Writes speed.json and prints the
 * table of docs/inference.md: node reference/inference/speed.mjs
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = new URL('.', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'speed-'))

function propensity(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/propensity.mjs', ...args], {
    cwd: join(here, '../..'),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const network = join(folder, 'pool.crn')
writeFileSync(
  network,
  'species X\nparameter k = 12 in [1, 30]\nparameter d = 1.2 in [0.1, 10] log\n0 -> X, k\nX -> 0, d\n',
)

/** 60 independent cells at each of three times, from the model itself. */
const rows = ['time,X']
for (const [i, time] of [0.5, 1, 3].entries()) {
  const flags = ['--times', String(time), '--observe', 'marginals', '--seed', String(40 + i)]
  const { solution } = propensity('solve', network, '--solver', 'ssa', '--options', 'replicates=60', ...flags)
  const { data } = solution.observations.marginals.array
  data.forEach((share, n) => {
    for (let c = Math.round(share * 60); c > 0; c--) rows.push(`${time},${n}`)
  })
}
const cells = join(folder, 'cells.csv')
writeFileSync(cells, `${rows.join('\n')}\n`)

/** One cell at 16 times, through a normal error of 2. */
const values = [0.4, 4.9, 6.2, 8.8, 9.1, 12.9, 8.7, 10.4, 11.2, 7.9, 9.6, 12.1, 13.4, 9.9, 8.2, 11.7]
const course = join(folder, 'course.csv')
writeFileSync(course, `replicate,time,X\n${values.map((x, i) => `a,${i * 0.5},${x}`).join('\n')}\n`)

const noisy = ['--noise', 'gaussian:sd=2']
const runs = [
  ['cells', 'exact, Metropolis', cells, ['--method', 'metropolis', '--options', 'warmup=500,draws=1500']],
  ['cells', 'exact, NUTS', cells, ['--method', 'nuts', '--options', 'warmup=150,draws=250']],
  [
    'cells',
    '2000 simulated cells, Metropolis',
    cells,
    ['--likelihood', 'ssa', '--options', 'warmup=100,draws=150,cells=2000'],
  ],
  [
    'cells',
    'synthetic, 1000 cells, Metropolis',
    cells,
    ['--method', 'synthetic', '--options', 'warmup=150,draws=250,units=1000'],
  ],
  [
    'cells',
    'ABC-SMC, 150 particles',
    cells,
    ['--method', 'abc-smc', '--options', 'draws=150,units=180,simulations=2500'],
  ],
  [
    'cells',
    'sign vote (not the posterior)',
    cells,
    ['--method', 'vote', '--options', 'warmup=200,draws=800,voters=60'],
  ],
  [
    'course',
    'exact filter, Metropolis',
    course,
    ['--method', 'metropolis', '--options', 'warmup=500,draws=1500', ...noisy],
  ],
  ['course', '200 particles, PMMH', course, ['--method', 'pmmh', '--options', 'warmup=150,draws=350', ...noisy]],
]
const table = runs.map(([data, name, csv, flags]) => {
  const { parameters, diagnostics, provenance } = propensity(
    'infer',
    network,
    '--data',
    csv,
    '--chains',
    '2',
    '--seed',
    '5',
    ...flags,
  )
  const ess = Math.min(...parameters.map(({ essBulk }) => essBulk))
  const row = {
    ...{ data, name, cpuSeconds: provenance.cpuSeconds, evaluations: diagnostics.evaluations },
    ...{ ess, perSecond: ess / provenance.cpuSeconds, rHat: Math.max(...parameters.map(({ rHat }) => rHat)) },
    posterior: parameters.map(({ name: parameter, mean, sd }) => ({ parameter, mean, sd })),
  }
  console.error(`${name}: ${row.perSecond.toFixed(1)} per second`)
  return row
})
rmSync(folder, { recursive: true })
writeFileSync(join(here, 'speed.json'), `${JSON.stringify({ node: process.version, table }, null, 2)}\n`)
for (const { name, cpuSeconds, ess, perSecond, rHat, posterior } of table) {
  const told = posterior.map(({ mean, sd }) => `${mean.toPrecision(4)} ± ${sd.toPrecision(2)}`).join(' | ')
  console.log(
    `| ${name} | ${told} | ${rHat.toFixed(3)} | ${ess.toFixed(0)} | ${cpuSeconds.toFixed(1)} | ${perSecond.toFixed(1)} |`,
  )
}
