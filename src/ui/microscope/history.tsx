import type { PointerEvent } from 'react'
import type { Network } from '../../network/network'

const [width, height, mostSpecies, mostCorners] = [620, 120, 6, 1200]
const dashes = ['', '7 3', '2 3', '9 3 2 3', '4 4', '12 4']

/** What a path needs of a step. */
interface Moment {
  readonly from: number
  readonly at: number
  readonly counts: ArrayLike<number>
  readonly after: ArrayLike<number>
}

interface HistoryProps {
  readonly network: Network
  readonly steps: readonly Moment[]
  readonly index: number
  readonly end: number
  onIndex(index: number): void
}

/** The path so far, as it grows event by event; a press on it goes to the event nearest in time. */
export function History({ network, steps, index, end, onIndex }: HistoryProps) {
  const last = steps[steps.length - 1].at
  const until = Math.max(Math.min(end, 1.15 * last), last) || 1
  const first = Math.max(0, index + 1 - mostCorners)
  const shown = steps.slice(first, index + 1)
  const species = network.species.slice(0, mostSpecies)
  const top = Math.max(1, ...shown.flatMap(({ counts, after }) => species.flatMap((_, s) => [counts[s], after[s]])))
  const x = (t: number) => ((t / until) * width).toFixed(1)
  const y = (count: number) => (height - (count / top) * (height - 8)).toFixed(1)
  const path = (s: number) =>
    `M${x(shown[0].from)} ${y(shown[0].counts[s])}` +
    shown.map(({ at, counts, after }) => `V${y(counts[s])}H${x(at)}V${y(after[s])}`).join('')
  const onPointer = (event: PointerEvent) => {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    const time = ((event.clientX - box.left) / box.width) * until
    const next = steps.findIndex(({ at }) => at >= time)
    onIndex(next < 0 ? steps.length - 1 : next)
  }
  const names = species.map(({ name }) => name).join(', ')
  return (
    <section className="microscope-history" aria-label="Path so far">
      <h3>
        Path so far{' '}
        <small className="muted">
          {names}
          {network.species.length > mostSpecies ? ' …' : ''}, up to {top}
        </small>
      </h3>
      <svg
        viewBox={`0 0 ${width} ${height + 4}`}
        className="microscope-picture"
        aria-hidden="true"
        onPointerDown={onPointer}
        onPointerMove={onPointer}
      >
        <path d={`M0 ${height}H${width}M0 ${height}V0`} className="axis" />
        {species.map(({ name }, s) => (
          <path key={name} d={path(s)} className="species-path" data-ink={s} strokeDasharray={dashes[s]} />
        ))}
        <path d={`M${x(steps[index].at)} ${height}V0`} className="mark" />
      </svg>
    </section>
  )
}
