/** A case of the test suite as two figures: what was found, and how far it is from the table. */
import { type CaseVerdict, limits } from '../../analysis/conformance'
import type { Axis, Layer, Panel } from '../figure/figure'
import type { TrustRecord } from './record'

/** Room above the largest value. */
const headroom = 1.08

/** Mean and standard deviation over time, by quantity. */
export function foundPanel(record: TrustRecord, one: CaseVerdict, link: () => string): Panel {
  const layers = one.quantities.flatMap(({ name, mean, sd }, q): Layer[] => {
    const [low, high] = [mean.map((m, k) => Math.max(0, m - sd[k])), mean.map((m, k) => m + sd[k])]
    return [
      { kind: 'band', name: `${name} ± 1 SD`, ink: q, meaning: 'SD', x: one.times, low, high },
      { kind: 'line', name: `${name}, mean`, ink: q, dash: 'solid', x: one.times, y: mean, label: name },
    ]
  })
  const top = Math.max(1, ...one.quantities.flatMap(({ mean, sd }) => mean.map((m, k) => m + sd[k])))
  return {
    ...common(record, one, link),
    id: `trust-${one.name}-found`,
    title: 'Mean and spread',
    y: { label: 'count', scale: 'linear', domain: [0, top * headroom] },
    layers,
    summary: `Case ${one.name}: mean and standard deviation of ${listed(one)} over time.`,
  }
}

/** Z and Y over time, with the intervals in which they should be. */
export function residualPanel(record: TrustRecord, one: CaseVerdict, link: () => string): Panel {
  const points = one.quantities.flatMap(({ name, z, y }, q): Layer[] => [
    { kind: 'points', name: `Z of ${name}`, ink: q, mark: 'circle', x: one.times, y: finite(z) },
    { kind: 'points', name: `Y of ${name}`, ink: q, mark: 'square', x: one.times, y: finite(y) },
  ])
  const rules = [-limits.y, -limits.z, 0, limits.z, limits.y].map(
    (at): Layer => ({ kind: 'rule', name: at === 0 ? 'as tabulated' : String(at), ink: 'muted', axis: 'y', at }),
  )
  const far = Math.max(
    limits.y,
    ...one.quantities.flatMap(({ z, y }) => [...z, ...y].filter(Number.isFinite).map(Math.abs)),
  )
  return {
    ...common(record, one, link),
    id: `trust-${one.name}-residuals`,
    title: 'Residuals',
    y: { label: 'Z (mean), Y (spread)', scale: 'linear', domain: [-far * headroom, far * headroom] },
    layers: [...rules, ...points],
    summary: `Case ${one.name}: ${outside(one)}; worst Z ${one.worstZ.toFixed(2)}, worst Y ${one.worstY.toFixed(2)}.`,
  }
}

function common(record: TrustRecord, { times }: CaseVerdict, link: () => string) {
  const x: Axis = { label: 'time', scale: 'linear', domain: [times[0] ?? 0, times.at(-1) ?? 1] }
  const { version, seed, replicates, solver } = record
  const method = { solver, title: solver, replicates, error: 'that of sampling' }
  return { x, provenance: { version, seed, methods: [method], link } }
}

/** Values that miss what is certain are infinite, and have no place on an axis. */
const finite = (values: readonly (number | null)[]): number[] =>
  values.map((value) => (value !== null && Number.isFinite(value) ? value : Number.NaN))

const listed = ({ quantities }: CaseVerdict): string => quantities.map(({ name }) => name).join(' and ')

/** How many values lie outside, in a phrase. */
export function outside({ excursions, unexplained, suite, verdict }: CaseVerdict): string {
  const counted = excursions.length > 1 ? `${excursions.join(', then ')} outside` : `${excursions[0] ?? 0} outside`
  return suite === verdict ? counted : `${counted}; ${unexplained} beyond what its heavy tails explain`
}
