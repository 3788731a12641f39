import { type Step, stretch } from '../../analysis/microscope'
import type { Network } from '../../network/network'
import { propensityText } from '../../network/propensity'
import { number } from '../figure/ticks'

/** More rows than this are not read; the chosen one is always among them. */
const mostRows = 40

/** The second random number: which reaction it is. */
export function Which({ network, step, thinned }: { network: Network; step: Step; thinned: boolean }) {
  const { weights, total, reaction, uniform, fires } = step
  const { from, to, at } = stretch(step)
  const top = weights.reduce((a, b) => Math.max(a, b), 0)
  const percent = (share: number) => `${(100 * share).toFixed(3)}%`
  const rows = rowsOf(weights, reaction)
  const { name } = network.reactions[reaction]
  return (
    <section aria-label="Which">
      <h3>Which?</h3>
      <div className="stretch" aria-hidden="true">
        {rows.complete &&
          segments(weights, total).map(({ r, left, share }) => (
            <span
              key={network.reactions[r].name}
              style={{ left: percent(left), width: percent(share) }}
              data-odd={r % 2 === 1}
            />
          ))}
        <span className="chosen" style={{ left: percent(from), width: percent(to - from) }} />
        <i style={{ left: percent(at) }} />
      </div>
      <dl className="arithmetic">
        <dt>uniform number u, 0 … 1</dt>
        <dd>{number(uniform)}</dd>
        <dt>u · a₀</dt>
        <dd>
          {number(uniform * total)} falls on <strong>{name}</strong>, {number(from * total)} … {number(to * total)}
        </dd>
      </dl>
      {!fires && (
        <p className="muted">
          This far into the stretch the rate of the moment does not reach: the draw is thinned out, and the clock goes
          on.
        </p>
      )}
      <ol className="propensity-bars" aria-label={thinned ? 'Bounds of the propensities' : 'Propensities'}>
        {rows.list.map((r) => (
          <li key={network.reactions[r].name} data-chosen={r === reaction}>
            <span className="bar-name">
              {r === reaction ? '▸ ' : ''}
              {network.reactions[r].name} <small>{propensityText(network, r)}</small>
            </span>
            <span className="bar" aria-hidden="true">
              <b style={{ width: percent(top > 0 ? weights[r] / top : 0) }} />
            </span>
            <span className="numeric">{number(weights[r])}</span>
          </li>
        ))}
      </ol>
      {!rows.complete && (
        <p className="muted">
          The {rows.list.length} largest of {weights.length}.
        </p>
      )}
    </section>
  )
}

function segments(weights: ArrayLike<number>, total: number) {
  let left = 0
  return Array.from(weights, (weight, r) => {
    const segment = { r, left, share: weight / total }
    left += weight / total
    return segment
  })
}

/** All reactions, or the heaviest and the chosen one, in the network's order. */
function rowsOf(weights: Float64Array, chosen: number): { list: number[]; complete: boolean } {
  const all = Array.from(weights, (_, r) => r)
  if (all.length <= mostRows) return { list: all, complete: true }
  const heaviest = [...all].sort((a, b) => weights[b] - weights[a]).slice(0, mostRows)
  const list = heaviest.includes(chosen) ? heaviest : [...heaviest.slice(0, -1), chosen]
  return { list: list.sort((a, b) => a - b), complete: false }
}
