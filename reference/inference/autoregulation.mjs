/**
 * The posterior of the autoregulated gene's four rate constants from 10,000 cells at each of ten times: do its 95 %
 * regions hold the truth? Writes autoregulation.json: node reference/inference/autoregulation.mjs [draws] [method]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = new URL('.', import.meta.url).pathname
const network = join(here, 'autoregulation.crn')
const folder = mkdtempSync(join(tmpdir(), 'autoregulation-'))
const [draws = '1500', method = 'metropolis'] = process.argv.slice(2)
const cells = 10_000
const truth = { sigma_u: 0.94, sigma_b: 0.01, rho_u: 8.4, rho_b: 28.1 }

function propensity(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/propensity.mjs', ...args], {
    cwd: join(here, '../..'),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr)
  process.stderr.write(stderr)
  return JSON.parse(stdout)
}

/** Other cells at each time: a cell that is looked at is gone. */
const rows = ['time,P,cells']
for (let i = 0; i < 10; i++) {
  const time = (10 * i) / 9
  const flags = ['--times', String(time), '--observe', 'marginals', '--seed', String(100 + i)]
  const { solution } = propensity('solve', network, '--solver', 'ssa', '--options', `replicates=${cells}`, ...flags)
  const { shape, coords, data } = solution.observations.marginals.array
  const q = coords.quantity.indexOf('P')
  for (let n = 0; n < shape[2]; n++) {
    const count = Math.round(data[q * shape[2] + n] * cells)
    if (count > 0) rows.push(`${time},${n},${count}`)
  }
}
const csv = join(folder, 'cells.csv')
writeFileSync(csv, `${rows.join('\n')}\n`)
const mapping = ['--column', 'time=time,count=cells,P=P']
const options = ['--method', method, '--chains', '4', '--seed', '7', '--options', `draws=${draws},warmup=${draws}`]
const found = propensity('infer', network, '--data', csv, ...mapping, ...options)
rmSync(folder, { recursive: true })

/** Distance of the truth from the mean, in the covariance of the draws; its 95 % quantile is χ² on four degrees: 9.488. */
const names = found.draws.coords.parameter
const d = names.length
const n = found.draws.data.length / d
const column = (i) => Array.from({ length: n }, (_, k) => found.draws.data[k * d + i])
const columns = names.map((_, i) => column(i))
const means = columns.map((x) => x.reduce((a, b) => a + b, 0) / n)
const covariance = columns.map((a, i) =>
  columns.map((b, j) => a.reduce((sum, _, k) => sum + (a[k] - means[i]) * (b[k] - means[j]), 0) / (n - 1)),
)
const shift = names.map((name, i) => truth[name] - means[i])
const rowsLeft = covariance.map((row, i) => [...row, shift[i]])
for (let k = 0; k < d; k++) {
  for (let i = k + 1; i < d; i++) {
    const m = rowsLeft[i][k] / rowsLeft[k][k]
    for (let j = k; j <= d; j++) rowsLeft[i][j] -= m * rowsLeft[k][j]
  }
}
const solved = new Array(d).fill(0)
for (let i = d - 1; i >= 0; i--) {
  solved[i] =
    (rowsLeft[i][d] - rowsLeft[i].slice(i + 1, d).reduce((s, a, j) => s + a * solved[i + 1 + j], 0)) / rowsLeft[i][i]
}
const mahalanobis = solved.reduce((sum, x, i) => sum + x * shift[i], 0)
const { parameters, error, diagnostics, warnings, provenance } = found
const record = {
  method,
  cells,
  truth,
  parameters,
  mahalanobis,
  covered: mahalanobis < 9.488,
  error,
  diagnostics,
  warnings,
  provenance,
}
const path = join(here, method === 'metropolis' ? 'autoregulation.json' : `autoregulation-${method}.json`)
writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`)
console.log(readFileSync(path, 'utf8'))
