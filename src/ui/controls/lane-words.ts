/** A lane in words, for eyes and for screen readers. */
import type { Lane } from '../../store/lane'
import { grouped } from '../figure/ticks'
import { writeDuration } from './numbers'

/** `3,120 replicates · 31 % · 4 s left`, or how it ended. */
export function laneWords({ status, done, phase, leftMs, frame, outcome, stale }: Lane): string {
  const replicates = frame?.diagnostics.replicates
  const parts: string[] = []
  if (replicates !== undefined && !stale) parts.push(`${grouped(replicates)} replicates`)
  switch (status) {
    case 'running':
      if (replicates === undefined && phase) parts.push(phase)
      parts.push(`${Math.floor(done * 100)} %`)
      if (leftMs !== undefined) parts.push(`${writeDuration(leftMs)} left`)
      break
    case 'done':
      if (outcome) parts.push(writeDuration(outcome.provenance.elapsedMs))
      if (stale) parts.push('of an earlier study')
      break
    case 'cancelled':
      parts.push('cancelled')
      break
    case 'failed':
      parts.push('failed')
      break
    case 'idle':
      parts.push('waiting')
      break
    default:
      status satisfies never
  }
  return parts.join(' · ')
}
