import type { LeapStep } from '../../analysis/leap-microscope'
import type { Network } from '../../network/network'
import { propensityText } from '../../network/propensity'
import { grouped, number } from '../figure/ticks'

/** More rows than this are not read. */
const mostRows = 40

/** How often each reaction fires in the leap, beside how often it would on average. */
export function Firings({ network, step }: { network: Network; step: LeapStep }) {
  const { propensities, fired, free, from, at } = step
  const tau = at - from
  const rows = Array.from(fired, (_, r) => r)
    .sort((a, b) => fired[b] - fired[a] || propensities[b] - propensities[a])
    .slice(0, mostRows)
    .sort((a, b) => a - b)
  const top = rows.reduce((most, r) => Math.max(most, fired[r], propensities[r] * tau), 0)
  const percent = (value: number) => `${top > 0 ? (100 * value) / top : 0}%`
  return (
    <section aria-label="How often">
      <h3>
        How often? <small className="muted">bar: firings; line: propensity × tau at the start</small>
      </h3>
      <ol className="propensity-bars">
        {rows.map((r) => (
          <li key={network.reactions[r].name} data-chosen={fired[r] > 0}>
            <span className="bar-name">
              {network.reactions[r].name} <small>{propensityText(network, r)}</small>
              {!free[r] && propensities[r] > 0 && step.limit !== 'event' && <em> critical</em>}
            </span>
            <span className="bar expected" aria-hidden="true">
              <b style={{ width: percent(fired[r]) }} />
              <i style={{ left: percent(propensities[r] * tau) }} />
            </span>
            <span className="numeric" title={`propensity × tau: ${number(propensities[r] * tau)}`}>
              {grouped(fired[r])}
            </span>
          </li>
        ))}
      </ol>
      {rows.length < fired.length && (
        <p className="muted">
          The {rows.length} most frequent of {fired.length}.
        </p>
      )}
    </section>
  )
}
