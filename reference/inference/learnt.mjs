/**
 * Effective draws per second of CPU from learnt likelihoods and from the exact one, on the data of `autoregulation.mjs`:
 * 10,000 cells of the autoregulated gene at each of ten times. Writes learnt.json and prints the table of
 * docs/inference.md: node reference/inference/learnt.mjs MIXTURE.safetensors
 *
 * The mixture's file is made by
 *     npx propensity solve public/models/autoregulation.study.json --solver mixtureDensity --observe marginals \
 *       --options settings=1000,looks=8,heldOut=500,hidden=128 --keep MIXTURE.safetensors
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = new URL('.', import.meta.url).pathname
const root = join(here, '../..')
const study = join(root, 'public/models/autoregulation.study.json')
const [mixture] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'learnt-'))
const cells = 10_000
const truth = { su: 0.94, sb: 0.01, ru: 8.4, rb: 28.1 }

function propensity(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/propensity.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const rows = ['time,P,cells']
for (let i = 0; i < 10; i++) {
  const time = (10 * i) / 9
  const flags = ['--times', String(time), '--observe', 'marginals', '--seed', String(100 + i)]
  const { solution } = propensity('solve', study, '--solver', 'ssa', '--options', `replicates=${cells}`, ...flags)
  const { shape, coords, data } = solution.observations.marginals.array
  const q = coords.quantity.indexOf('P')
  for (let n = 0; n < shape[2]; n++) {
    const count = Math.round(data[q * shape[2] + n] * cells)
    if (count > 0) rows.push(`${time},${n},${count}`)
  }
}
const csv = join(folder, 'cells.csv')
writeFileSync(csv, `${rows.join('\n')}\n`)

const walk = ['--method', 'metropolis', '--options', 'warmup=1500,draws=1500']
const paths = (draws) => ['--method', 'nuts', '--options', `warmup=300,draws=${draws}`]
const distilled = ['--likelihood', 'distilled', '--learnt', join(root, 'public/models/autoregulation.safetensors')]
const mixtures = ['--likelihood', 'mixtureDensity', '--learnt', mixture]
const runs = [
  ['exact, Metropolis', walk],
  ['exact, NUTS by differences', paths(200)],
  ['distilled, Metropolis', [...walk, ...distilled]],
  ['distilled, NUTS by its own gradient', [...paths(400), ...distilled]],
  ...(mixture
    ? [
        ['mixture density, Metropolis', [...walk, ...mixtures]],
        ['mixture density, NUTS by its own gradient', [...paths(400), ...mixtures]],
      ]
    : []),
]
const common = ['--data', csv, '--column', 'time=time,count=cells,P=P', '--chains', '4', '--seed', '7']
const record = runs.map(([name, flags]) => {
  const { parameters, error, diagnostics, provenance } = propensity('infer', study, ...common, ...flags)
  const ess = Math.min(...parameters.map(({ essBulk }) => essBulk))
  const covered = parameters.every(({ name, low, high }) => low < truth[name] && truth[name] < high)
  const rHat = Math.max(...parameters.map((one) => one.rHat))
  return { name, parameters, error, diagnostics, ess, rHat, covered, cpuSeconds: provenance.cpuSeconds }
})
rmSync(folder, { recursive: true })
writeFileSync(join(here, 'learnt.json'), `${JSON.stringify(record, null, 2)}\n`)
const short = (x) => String(Number(x.toPrecision(3)))
for (const { name, parameters, rHat, ess, cpuSeconds, covered, error } of record) {
  const cell = ({ mean, sd }) => `${Number(mean.toPrecision(4))} ± ${short(sd)}`
  const row = [
    name,
    ...parameters.map(cell),
    covered ? 'yes' : 'no',
    rHat.toFixed(3),
    Math.round(ess),
    cpuSeconds.toFixed(1),
    short(ess / cpuSeconds),
    short(error.value),
  ]
  console.log(`| ${row.join(' | ')} |`)
}
