import { useEffect, useState } from 'react'
import type { Kind } from '../../analysis/inquiry'
import { useAnalyses, useStudio } from '../studio'

/** A wait shorter than this is not worth a word. */
const shortMs = 250

/** What the worker is doing, how to stop it, and why it came to nothing. */
export function AnalysisStatus({ kind }: { kind: Kind }) {
  const { analyses } = useStudio()
  const lane = useAnalyses(({ lanes }) => lanes[kind])
  const seconds = useSeconds(lane?.status === 'running' ? lane.startedMs : undefined)
  if (!lane) return null
  const { cancel, rerun } = analyses.getState()
  switch (lane.status) {
    case 'running': {
      if (seconds === undefined) return <p className="analysis-status" />
      const { done, phase } = lane.progress ?? {}
      return (
        <p className="analysis-status">
          <progress max={1} value={done} aria-label="Progress of the analysis" />
          <span>
            {phase ? `${phase}, ` : ''}
            {seconds} s
          </span>
          <button type="button" onClick={() => cancel(kind)}>
            Stop
          </button>
        </p>
      )
    }
    case 'failed':
      return (
        <p className="analysis-status" role="alert">
          {lane.failure &&
            `${capital(lane.failure.message)}.${lane.failure.hint ? ` ${capital(lane.failure.hint)}.` : ''}`}
        </p>
      )
    case 'cancelled':
      return (
        <p className="analysis-status">
          Stopped.{' '}
          <button type="button" onClick={() => rerun(kind)}>
            Run again
          </button>
        </p>
      )
    case 'idle':
    case 'done':
      return null
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '')

/** Whole seconds since then, once it has taken a moment; undefined before. */
function useSeconds(startedMs: number | undefined): number | undefined {
  const [seconds, setSeconds] = useState<number>()
  useEffect(() => {
    setSeconds(undefined)
    if (startedMs === undefined) return
    const tell = () => setSeconds(Math.floor((performance.now() - startedMs) / 1000))
    const first = setTimeout(tell, shortMs)
    const timer = setInterval(tell, 1000)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [startedMs])
  return seconds
}
