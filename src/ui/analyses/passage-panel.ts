import type { Finding } from '../../analysis/inquiry'
import type { Fact, Layer } from '../figure/figure'
import { number } from '../figure/ticks'
import { timeAxis } from '../plots/time-axis'
import { atMost, solved, statesWords } from './origin'
import type { Part, Scene } from './panels'

/** A band that is narrower than a line adds nothing to it. */
const visible = 2e-3

/** When a condition first holds: the law of the time, and its mean. */
export function passagePanels(finding: Extract<Finding, { kind: 'passage' }>, { outlook }: Scene): readonly Part[] {
  const { condition, mean, change, times, reached, missing, states } = finding
  const last = times.length - 1
  const doubt = missing.reduce((a, b) => Math.max(a, b), 0)
  const shut =
    change === 0 ? 'the box is complete' : `relative change when the box was last enlarged: ${atMost(change)}`
  const meanText =
    mean === 0 ? '0: it holds at the start' : `${number(mean)} (± ${atMost(Math.max(change, 1e-12) * mean)}; ${shut})`
  const exponential = Float64Array.from(times, (t) => (mean > 0 ? -Math.expm1(-t / mean) : 1))
  const name = doubt > 0 ? `reached, proved within ${atMost(doubt)}` : 'reached, exact'
  const layers: Layer[] = [
    ...(doubt > visible
      ? [
          {
            kind: 'band',
            name: 'proved',
            ink: 0,
            meaning: 'bound',
            x: times,
            low: reached,
            high: reached.map((p, k) => Math.min(1, p + missing[k])),
          } as const,
        ]
      : []),
    { kind: 'line', name: 'exponential with the same mean', ink: 'muted', dash: 'dashed', x: times, y: exponential },
    { kind: 'line', name, ink: 0, dash: 'solid', x: times, y: reached },
    ...(mean > 0 && mean <= (times[last] ?? 0)
      ? [{ kind: 'rule', name: 'mean', ink: 'muted', axis: 'x', at: mean } as const]
      : []),
  ]
  const median = reached.findIndex((p) => p >= 0.5)
  const facts: Fact[] = [
    { label: 'Mean time', text: meanText },
    ...(median > 0 ? [{ label: 'Median', text: number(between(times, reached, median, 0.5)) }] : []),
    ...(last >= 0
      ? [
          {
            label: `By t = ${number(times[last])}`,
            text: `${number(reached[last])} (+ at most ${atMost(missing[last])})`,
          },
        ]
      : []),
    { label: 'Solved on', text: statesWords(states) },
  ]
  const by = last >= 0 ? `; by time ${number(times[last])} it has held with probability ${number(reached[last])}` : ''
  return [
    {
      title: `Until ${condition}`,
      note: `mean ${number(mean)}`,
      x: timeAxis(times),
      y: { label: 'probability', scale: 'linear', domain: [0, 1] },
      layers,
      cursor: times.length && outlook.time <= times[last] ? outlook.time : undefined,
      summary: `${condition} first holds after a mean time of ${meanText}${by}.`,
      facts,
      provenance: solved(
        outlook,
        'First passage by elimination; its law by uniformisation',
        `mean: ${shut}; law: within ${atMost(doubt)}, proved`,
      ),
    },
  ]
}

/** Where a rising curve passes a level, between its points k − 1 and k. */
function between(x: Float64Array, y: Float64Array, k: number, level: number): number {
  return x[k - 1] + ((level - y[k - 1]) / (y[k] - y[k - 1])) * (x[k] - x[k - 1])
}
