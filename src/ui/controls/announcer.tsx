/** Tells screen readers when runs begin and end; at most one sentence a second. */
import { useEffect, useState } from 'react'
import type { Lane } from '../../store/lane'
import { useStudio } from '../studio'
import { laneWords } from './lane-words'

const quietMs = 1000

export function Announcer() {
  const { runs } = useStudio()
  const [sentence, setSentence] = useState('')
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined
    const said = new Map<string, Lane['status']>()
    const speak = () => {
      waiting = undefined
      const changed = Object.values(runs.getState().lanes).filter(({ id, status }) => said.get(id) !== status)
      for (const { id, status } of changed) said.set(id, status)
      if (changed.length) setSentence(changed.map(describe).join(' '))
    }
    const unfollow = runs.subscribe(() => {
      waiting ??= setTimeout(speak, quietMs)
    })
    return () => {
      unfollow()
      clearTimeout(waiting)
    }
  }, [runs])
  return (
    <p className="visually-hidden" aria-live="polite">
      {sentence}
    </p>
  )
}

function describe(lane: Lane): string {
  const words = lane.status === 'done' ? `done, ${laneWords(lane)}` : laneWords(lane)
  return `${lane.title}: ${words}.`
}
