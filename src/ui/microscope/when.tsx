import type { Step } from '../../analysis/microscope'
import { number } from '../figure/ticks'

const [width, height, points] = [300, 84, 60]

/** The first random number: how long the wait is. */
export function When({ step, thinned }: { step: Step; thinned: boolean }) {
  const { exponential, total, from, at } = step
  const wait = exponential / total
  // Five mean waits hold 99 % of all.
  const span = Math.max(5 / total, 1.1 * wait)
  const x = (t: number) => (t / span) * width
  const y = (t: number) => height - Math.exp(-total * t) * (height - 6)
  const curve = Array.from({ length: points + 1 }, (_, k) => (k / points) * span)
  const line = curve.map((t, k) => `${k ? 'L' : 'M'}${x(t).toFixed(1)} ${y(t).toFixed(1)}`).join('')
  return (
    <section aria-label="When">
      <h3>When?</h3>
      <svg viewBox={`0 0 ${width} ${height + 16}`} aria-hidden="true" className="microscope-picture">
        <path d={`${line}L${width} ${height}L0 ${height}Z`} className="wait-area" />
        <path d={line} className="wait-curve" />
        <path d={`M0 ${height}H${width}`} className="axis" />
        <path d={`M${x(wait).toFixed(1)} ${height}V0`} className="mark" />
        <text x="0" y={height + 13}>
          0
        </text>
        <text x={width} y={height + 13} textAnchor="end">
          {number(span)}
        </text>
      </svg>
      <dl className="arithmetic">
        <dt>{thinned ? 'sum of the bounds' : 'sum of the propensities'} a₀</dt>
        <dd>{number(total)}</dd>
        <dt>exponential number e, mean 1</dt>
        <dd>{number(exponential)}</dd>
        <dt>wait e / a₀</dt>
        <dd>{number(wait)}</dd>
        <dt>time</dt>
        <dd className="together">
          {number(from)} → <strong>{number(at)}</strong>
        </dd>
      </dl>
    </section>
  )
}
