import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'propensity-infer-'))
afterAll(() => rmSync(folder, { recursive: true }))

const network = 'parameter k = 10 in [2, 30]\nparameter d = 1\n0 -> X, k\nX -> 0, d\n'
const csv = join(folder, 'cells.csv')
writeFileSync(csv, 'hours,reads\n2,9\n2,8\n2,x\n2,11\n')

/** The real command line, in its own process, on a network from standard input. */
function propensity(...args: string[]) {
  return spawnSync(process.execPath, ['cli/propensity.mjs', ...args], { input: network, encoding: 'utf8' })
}

const model = 'public/models/autoregulation.safetensors'
const columns = ['--column', 'time=hours,X=reads']
const short = ['--chains', '2', '--seed', '7', '--options', 'draws=60,warmup=60']

describe('propensity infer', () => {
  it('gives draws, what they say, and what they predict', () => {
    const told = propensity('infer', '-', '--data', csv, ...columns, ...short, '--predict')
    const { draws, parameters, predicted, error, provenance } = JSON.parse(told.stdout)
    expect(draws.shape).toEqual([2, 60, 1])
    expect(draws.coords.parameter).toEqual(['k'])
    expect(parameters[0].low).toBeGreaterThan(5)
    expect(parameters[0].high).toBeLessThan(20)
    expect(predicted[0]).toMatchObject({ kind: 'cells', quantity: 'X', time: 2 })
    expect(error.kind).toBe('bound')
    expect(provenance.seed).toBe(7)
    expect(told.stderr).toMatch(/cells\.csv:4: left out: X is "x"/)
    expect(told.stderr).toMatch(/R-hat/)
  })

  it('ranks the truth among posteriors of simulated data', () => {
    const told = propensity('infer', '-', '--data', csv, ...columns, ...short, '--calibrate', '3')
    const { ranks, uniform } = JSON.parse(told.stdout)
    expect(ranks.length).toBe(3)
    expect(uniform[0].name).toBe('k')
    expect(told.stderr).toMatch(/3 data sets are too few for a test/)
  })

  it.each([
    [[], 2, /--data cells\.csv/],
    [['--data', join(folder, 'no.csv')], 2, /there is no such file/],
    [['--data', csv, '--column', 'X=counts'], 2, /no column counts \(columns are hours, reads\)/],
    [['--data', csv, ...columns, '--infer', 'q'], 2, /no parameter q/],
    [['--data', csv, ...columns, '--method', 'gibbs'], 2, /no method gibbs/],
    [['--data', csv, ...columns, '--method', 'pmmh'], 1, /needs time courses/],
    [['--data', csv, ...columns, '--likelihood', 'distilled'], 2, /nothing learnt by "distilled"/],
    [['--data', csv, ...columns, '--learnt', csv], 2, /cells\.csv cannot be used: it does not begin like/],
    [['--data', csv, ...columns, '--likelihood', 'distilled', '--learnt', model], 2, /of another network/],
  ] as const)('complains of %j', (args, status, words) => {
    const told = propensity('infer', '-', ...args)
    expect(told.stderr).toMatch(words)
    expect(told.status).toBe(status)
  })
})

describe('propensity map', () => {
  it('gives three maps over two parameters', () => {
    const told = propensity('map', '-', '--x', 'k=5:20:4', '--y', 'd=0.5:2:3:log', '--of', 'X', '--at', 'rest')
    const { maps, error } = JSON.parse(told.stdout)
    expect(maps.fano.dims).toEqual(['d', 'k'])
    expect(maps.fano.coords.k).toEqual([5, 10, 15, 20])
    for (const fano of maps.fano.data) expect(fano).toBeCloseTo(1, 6)
    expect(maps.mean.data[4]).toBeCloseTo(5, 6)
    // Births let the law reach any count: what lies beyond the box is estimated.
    expect(error.kind).toBe('estimate')
  })

  it('complains where it does not know what is meant', () => {
    expect(propensity('map', '-', '--at', '1').stderr).toMatch(/--x k=0\.1:10:25/)
    expect(propensity('map', '-', '--x', 'k', '--y', 'd', '--at', '1').stderr).toMatch(/d has no range/)
    expect(propensity('map', '-', '--x', 'k=3:1:5', '--y', 'k', '--at', '1').stderr).toMatch(/MIN < MAX/)
  })
})

describe('propensity ensemble', () => {
  const hops = 'public/models/birth-death-hops.safetensors'
  const pool = (...args: string[]) =>
    spawnSync(process.execPath, ['cli/propensity.mjs', 'ensemble', '-', ...args], {
      input: 'species X = 0\n0 -> X, 0.1\nX -> 0, 0.01\n',
      encoding: 'utf8',
    })

  it('composes hops, and says how far they drift', () => {
    const told = pool('--learnt', hops, '--hop', '5', '--until', '20', '--paths', '50')
    const { species, hops: own, drift, logProbability } = JSON.parse(told.stdout)
    expect(species).toEqual(['X'])
    expect(own.mean[0].length).toBe(5)
    expect(logProbability.length).toBe(50)
    expect(drift.kind).toBe('composed')
    expect(told.stderr).toMatch(/X at t = 20: hops .* sample paths .* exact 1\.813/)
    expect(told.stderr).toMatch(/Hellinger distance from the exact law: .* after 4 hops/)
  })

  it.each([
    [[], /--learnt FILE/],
    [['--learnt', hops], /--hop 5 --until 100/],
    [['--learnt', hops, '--hop', '9', '--until', '20'], /a hop of 9 is longer than 5/],
    [['--learnt', model, '--hop', '1', '--until', '2'], /of another network/],
  ] as const)('complains of %j', (args, words) => {
    const told = pool(...args)
    expect(told.stderr).toMatch(words)
    expect(told.status).toBe(2)
  })
})
