import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { grouped } from '../figure/ticks'

/** Steps a second while it plays; one for those who asked for less motion. */
const paces = [1, 3, 12] as const

interface ReelControlsProps {
  /** What a step is called. */
  readonly what: 'event' | 'leap' | 'count'
  readonly length: number
  readonly index: number
  onIndex(index: number): void
}

/** Forward, back, play and scrub through the steps; arrow keys, Home, End and the space bar do the same. */
export function ReelControls({ what, length, index, onIndex }: ReelControlsProps) {
  const [playing, setPlaying] = useState(false)
  const [pace, setPace] = useState<number>(paces[1])
  usePlaying(playing, pace, index, length, onIndex, () => setPlaying(false))
  const go = (to: number) => {
    setPlaying(false)
    onIndex(Math.min(Math.max(to, 0), length - 1))
  }
  const toggle = () => {
    if (!playing && index === length - 1) onIndex(0)
    setPlaying(!playing)
  }
  const slider = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // After the dialog has put the focus on its first button.
    const frame = requestAnimationFrame(() => slider.current?.focus())
    return () => cancelAnimationFrame(frame)
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target
    // These have their own use for the same keys.
    if (target instanceof HTMLSelectElement || (event.key === ' ' && target instanceof HTMLButtonElement)) return
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: length - 1 }[event.key]
    if (to !== undefined) go(to)
    else if (event.key === ' ') toggle()
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the slider inside, for the whole row
    <div className="reel" onKeyDown={onKeyDown}>
      <button
        type="button"
        className="icon"
        aria-label={`Previous ${what}`}
        disabled={index === 0}
        onClick={() => go(index - 1)}
      >
        ◀
      </button>
      <button type="button" aria-pressed={playing} onClick={toggle}>
        {playing ? 'Pause' : 'Play'}
      </button>
      <button
        type="button"
        className="icon"
        aria-label={`Next ${what}`}
        disabled={index === length - 1}
        onClick={() => go(index + 1)}
      >
        ▶
      </button>
      <input
        ref={slider}
        type="range"
        aria-label={`Number of the ${what}`}
        aria-valuetext={`${what} ${index + 1} of ${length}`}
        min={0}
        max={length - 1}
        value={index}
        onChange={({ target }) => go(Number(target.value))}
      />
      <span className="reel-place numeric">
        {grouped(index + 1)} / {grouped(length)}
      </span>
      <select aria-label={`How many a second`} value={pace} onChange={({ target }) => setPace(Number(target.value))}>
        {paces.map((value) => (
          <option key={value} value={value}>
            {value} a second
          </option>
        ))}
      </select>
    </div>
  )
}

function usePlaying(
  playing: boolean,
  pace: number,
  index: number,
  length: number,
  onIndex: (index: number) => void,
  onEnd: () => void,
): void {
  const latest = useRef({ index, onIndex, onEnd })
  latest.current = { index, onIndex, onEnd }
  useEffect(() => {
    if (!playing) return
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const timer = setInterval(
      () => {
        const { index: at, onIndex: show, onEnd: stop } = latest.current
        if (at + 1 < length) show(at + 1)
        else stop()
      },
      1000 / (calm ? 1 : pace),
    )
    return () => clearInterval(timer)
  }, [playing, pace, length])
}
