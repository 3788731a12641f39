import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from '../network/parse'
import { readArtifact } from '../solvers/artifact-file'
import { learntMapRows } from './learnt-maps'
import { type MapAxis, type MapQuestion, type MapRow, mapRows } from './maps'

const read = readArtifact(readFileSync(new URL('../../public/models/autoregulation.safetensors', import.meta.url)))
if (!read.ok) throw new Error(read.why)
const { study, artifact } = read.value
const { network } = parse(study.network)
if (!network) throw new Error('network')
const index = (name: string) => network.parameters.findIndex((parameter) => parameter.name === name)

const axis = (name: string, min: number, max: number, count: number): MapAxis => ({
  ...{ name, index: index(name), min, max, count },
  log: false,
})
const unbound = Float64Array.from(network.parameters, ({ name, value }) => (name === 'su' || name === 'ru' ? 1 : value))
const question = (x: MapAxis, y: MapAxis): MapQuestion => ({
  ...{ network, parameters: unbound, initial: Float64Array.from(network.species, ({ initial }) => initial) },
  ...{ x, y, quantity: network.species.findIndex(({ name }) => name === 'P'), time: 10, tolerance: 1e-7 },
})
const bimodality = (rows: Iterable<MapRow | undefined>, { x }: MapQuestion) =>
  [...rows].flatMap((row) => (row ? [...row.values.subarray(0, x.count)] : []))

const unzip = (pairs: readonly number[][]) => [0, 1].map((k) => pairs.map((pair) => pair[k]))

/** Spearman's: of ranks. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]) => {
    const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j])
    const out = new Array<number>(values.length)
    order.forEach((i, rank) => {
      out[i] = rank
    })
    return out
  }
  const [r, s] = [ranks(a), ranks(b)]
  const n = a.length
  return 1 - (6 * r.reduce((sum, rank, i) => sum + (rank - s[i]) ** 2, 0)) / (n * (n * n - 1))
}

describe('the bimodality map from the network', () => {
  it('is that of numbers computed apart from this project', () => {
    const truth = [
      [0.3333, 0.0487, 0.0639, 0.0865, 0.1084, 0.1295],
      [0.3333, 0.1242, 0.2132, 0.298, 0.3744, 0.4422],
      [0.3333, 0.2671, 0.4503, 0.5757, 0.6596, 0.7172],
      [0.3334, 0.3866, 0.5892, 0.694, 0.7545, 0.7941],
      [0.3334, 0.4703, 0.654, 0.7349, 0.7819, 0.8137],
    ]
    const sigmas = [0.01, 0.025, 0.05, 0.075, 0.1]
    const found = sigmas.map((sigma) => {
      const asked = question(axis('rb', 1e-8, 100, 6), axis('sb', sigma, 0.1, 1))
      return bimodality(learntMapRows(asked, artifact), asked)
    })
    expect(rankCorrelation(found.flat(), truth.flat())).toBeGreaterThan(0.99)
    const gaps = found.flatMap((row, i) => row.map((value, j) => Math.abs(value - truth[i][j])))
    expect(Math.max(...gaps)).toBeLessThan(0.05)
  })

  it('is that by projection, edges included, and says how far its laws may be off', () => {
    const asked = question(axis('rb', 1e-8, 100, 9), axis('sb', 1e-8, 0.1, 9))
    const rows = [...learntMapRows(asked, artifact)].filter((row): row is MapRow => row !== undefined)
    const exact = bimodality(mapRows(asked), asked)
    const found = bimodality(rows, asked)
    expect(rankCorrelation(found, exact)).toBeGreaterThan(0.99)
    expect(Math.max(...found.map((value, i) => Math.abs(value - exact[i])))).toBeLessThan(0.05)
    for (const { error } of rows) {
      expect(error).toBeGreaterThan(0)
      expect(error).toBeLessThan(0.05)
    }
  })

  // Where the rates of the map above played no part: its limits were found there.
  it.each([
    [
      'binding against what the bound gene makes, at other rates',
      { su: 0.5, ru: 2 },
      ['rb', 1e-8, 100],
      ['sb', 1e-8, 0.1],
      7,
    ],
    ['production against unbinding', { sb: 0.02, rb: 20 }, ['ru', 0.1, 10], ['su', 0.02, 2], 5],
    ['production against binding', { su: 0.3, rb: 50 }, ['ru', 0.1, 10], ['sb', 1e-3, 0.1], 3],
  ] as const)('tells which of its cells hang on what is too rare to be learnt: %s', (_, values, x, y, time) => {
    const given: Readonly<Record<string, number>> = values
    const asked = {
      ...question(axis(x[0], x[1], x[2], 9), axis(y[0], y[1], y[2], 9)),
      parameters: Float64Array.from(network.parameters, ({ name, value }) => given[name] ?? value),
      time,
    }
    const rows = [...learntMapRows(asked, artifact)].filter((row): row is MapRow => row !== undefined)
    const doubt = rows.flatMap((row) => [...(row.doubt as Float64Array).subarray(0, 9)])
    const exact = bimodality(mapRows(asked), asked)
    const sure = bimodality(rows, asked).flatMap((value, i) => (doubt[i] <= 0.03 ? [[value, exact[i]]] : []))
    // Over 21 × 21 cells of each: within 0.03, and at most 5 % of them in doubt, at an edge; here an edge is a ninth.
    for (const [found, truth] of sure) expect(Math.abs(found - truth)).toBeLessThan(0.04)
    expect(sure.length).toBeGreaterThanOrEqual(0.88 * 81)
    expect(rankCorrelation(...(unzip(sure) as [number[], number[]]))).toBeGreaterThan(0.99)
  })

  it('is the same in shares, and has no cells beyond what was learnt', () => {
    const asked = question(axis('rb', 1, 60, 4), axis('sb', 0.01, 0.1, 3))
    const shared = [...learntMapRows(asked, artifact, 0, 2), ...learntMapRows(asked, artifact, 1, 2)]
    const whole = [...learntMapRows(asked, artifact)]
    expect(shared.sort((a, b) => (a?.row ?? 0) - (b?.row ?? 0))).toEqual(whole)
    const far = question(axis('rb', 1, 200, 4), axis('sb', 0.01, 0.1, 3))
    expect(() => [...learntMapRows(far, artifact)]).toThrow(/rb was learnt over/)
  })
})
