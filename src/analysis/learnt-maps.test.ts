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

  it('is the same in shares, and has no cells beyond what was learnt', () => {
    const asked = question(axis('rb', 1, 60, 4), axis('sb', 0.01, 0.1, 3))
    const shared = [...learntMapRows(asked, artifact, 0, 2), ...learntMapRows(asked, artifact, 1, 2)]
    const whole = [...learntMapRows(asked, artifact)]
    expect(shared.sort((a, b) => (a?.row ?? 0) - (b?.row ?? 0))).toEqual(whole)
    const far = question(axis('rb', 1, 200, 4), axis('sb', 0.01, 0.1, 3))
    expect(() => [...learntMapRows(far, artifact)]).toThrow(/rb was learnt over/)
  })
})
