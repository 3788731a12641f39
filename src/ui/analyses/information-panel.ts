import type { Finding } from '../../analysis/inquiry'
import type { Fact } from '../figure/figure'
import { grouped, number } from '../figure/ticks'
import { timeIndex } from '../plots/sources'
import { atMost, solved, statesWords } from './origin'
import type { Part, Scene } from './panels'

/** So many cells are looked at in the sentences about what they tell. */
const cells = 1000
/** Directions that are spelt out, from the stiffest and from the sloppiest end. */
const spelt = 3

/** The information matrix in relative units, as colours, and its directions in words. */
export function informationPanels(
  finding: Extract<Finding, { kind: 'information' }>,
  { outlook }: Scene,
): readonly Part[] {
  const { parameters, times, matrices, spectra, missing, leaked, states } = finding
  const k = timeIndex(times, outlook.time)
  const n = parameters.length
  const [matrix, { values, vectors }] = [matrices[k], spectra[k]]
  const top = matrix.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  const t = number(times[k])
  const direction = (at: number) => combination(parameters, vectors.subarray(at * n, (at + 1) * n))
  const side = { from: 0, step: 1, count: n }
  const domain = [-0.5, n - 0.5] as const
  const axis = { label: '', scale: 'linear', domain, names: parameters } as const
  const error = `derivatives miss ${atMost(missing)} outside the box, where ${atMost(leaked)} of the probability is (proved)`
  // What rounding and the box leave of an eigenvalue cannot be told from 0.
  const floor = top * Math.max(1e-9, missing)
  const shown = Array.from({ length: n }, (_, at) => at).filter((at) => at < spelt || at >= n - spelt)
  const facts: Fact[] = [
    ...shown.map((at) => ({
      label: `${at === 0 ? 'Stiffest' : at === n - 1 ? 'Sloppiest' : `Direction ${at + 1}`}: ${direction(at)}`,
      text:
        values[at] > floor
          ? `λ = ${number(values[at])}; ${grouped(cells)} cells fix it to ± ${number(Number((100 / Math.sqrt(cells * values[at])).toPrecision(2)))} %`
          : 'λ = 0 within the error: no number of cells tells',
    })),
    { label: 'Solved on', text: `${statesWords(states)}; ${error}` },
  ]
  return [
    {
      title: 'Fisher information',
      note: `t = ${t}, relative changes`,
      x: axis,
      y: axis,
      layers: [
        {
          kind: 'heat',
          name: 'one cell, all counts seen',
          map: 'puor',
          x: side,
          y: side,
          values: matrix,
          top: top > 0 ? top : 1,
          label: 'information',
        },
      ],
      summary:
        n === 1
          ? `At time ${t} one cell tells of a relative change of ${parameters[0]} with information ${number(matrix[0])}.`
          : `At time ${t} cells fix ${direction(0)} best (${number(values[0])}) and ${direction(n - 1)} worst (${values[n - 1] > floor ? number(values[n - 1]) : '0 within the error'}).`,
      facts,
      provenance: solved(outlook, 'Fisher information from forward sensitivities', error),
    },
  ]
}

/** A unit vector over logarithms of parameters, without what hardly counts. */
function combination(names: readonly string[], vector: ArrayLike<number>): string {
  const terms = names
    .map((name, i) => ({ name, weight: vector[i] }))
    .filter(({ weight }) => Math.abs(weight) > 0.15)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  return terms
    .map(({ name, weight }, i) => {
      const size = Math.abs(weight) > 0.985 ? '' : `${Math.abs(weight).toFixed(2)} `
      const sign = weight < 0 ? '− ' : i > 0 ? '+ ' : ''
      return `${sign}${size}ln ${name}`
    })
    .join(' ')
}
