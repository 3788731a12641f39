/** Lanes are known by their keys, but what they have run belongs to their questions. */
import { textKey } from '../services/question'
import type { StudyLane } from '../solvers/lanes'
import type { Study } from '../solvers/study'

/** What decides a run. */
export const keyOf = (study: Study): string => JSON.stringify({ ...study, network: textKey(study.network) })

/**
 * Which lane's work each lane goes on with: its own; or, when another lane has gone or two have changed places, that of
 * the same question.
 */
export function follows<W extends { readonly key: string }>(
  wanted: readonly StudyLane[],
  works: ReadonlyMap<string, W>,
): Map<string, string> {
  const free = new Map(works)
  const placed = new Map<string, string>()
  const place = (lane: StudyLane, fits: (id: string, work: W) => boolean) => {
    const found = placed.has(lane.id) ? undefined : [...free].find(([id, work]) => fits(id, work))
    if (!found) return
    placed.set(lane.id, found[0])
    free.delete(found[0])
  }
  for (const lane of wanted) place(lane, (id, work) => id === lane.id && work.key === keyOf(lane.study))
  for (const lane of wanted) place(lane, (_, work) => work.key === keyOf(lane.study))
  for (const lane of wanted) place(lane, (id) => id === lane.id)
  return placed
}
