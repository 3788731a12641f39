import { type ChangeEvent, useEffect, useMemo } from 'react'
import { outputTimes } from '../../solvers/study'
import { number } from '../figure/ticks'
import { useStudies, useStudio, useView } from '../studio'
import { timeIndex } from './sources'

/** Playing passes through all times in this many seconds. */
const playSeconds = 8

/** Scrubs every panel through the output times. */
export function TimeCursor() {
  const { view } = useStudio()
  const grid = useStudies(({ good }) => good.times)
  const times = useMemo(() => Array.from(outputTimes(grid)), [grid])
  const index = useView(({ time }) => timeIndex(times, time))
  const playing = useView((state) => state.playing)
  usePlaying(times, playing)
  if (times.length === 0) return <p className="muted">The study asks for no output times.</p>

  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    view.getState().setPlaying(false)
    view.getState().setTime(times[Number(target.value)])
  }
  const onPlay = () => {
    const { setPlaying, setTime } = view.getState()
    if (!playing && index === times.length - 1) setTime(times[0])
    setPlaying(!playing)
  }
  return (
    <div className="time-cursor">
      <button
        type="button"
        className="icon"
        aria-pressed={playing}
        aria-label={playing ? 'Pause' : 'Play'}
        onClick={onPlay}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">
          <path d={playing ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.5v11l9-5.5z'} />
        </svg>
      </button>
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={`time ${number(times[index])}`}
        min={0}
        max={times.length - 1}
        step={1}
        value={index}
        onChange={onChange}
      />
      <output className="numeric">t = {number(times[index])}</output>
    </div>
  )
}

/** Moves the cursor while playing: smoothly, or once a second for those who asked for less motion. */
function usePlaying(times: readonly number[], playing: boolean): void {
  const { view } = useStudio()
  useEffect(() => {
    if (!playing || times.length < 2) return
    const last = times[times.length - 1]
    const start = times[timeIndex(times, view.getState().time)]
    const startedMs = performance.now()
    const pace = (last - times[0]) / (playSeconds * 1000)
    const advance = () => {
      const time = start + pace * (performance.now() - startedMs)
      const shown = times[timeIndex(times, time)]
      if (shown !== view.getState().time) view.getState().setTime(shown)
      if (time >= last) view.getState().setPlaying(false)
    }
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      const timer = setInterval(advance, 1000)
      return () => clearInterval(timer)
    }
    let frame = requestAnimationFrame(function next() {
      advance()
      frame = requestAnimationFrame(next)
    })
    return () => cancelAnimationFrame(frame)
  }, [times, playing, view])
}
