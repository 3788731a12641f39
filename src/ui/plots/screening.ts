/**
 * Which picture of each method is shown. A new question's first picture may be two samples, or a law that has not
 * reached the time looked at: until it is worth more than the old picture, the old one stays, and fades.
 */
import type { Frame } from '../../solvers/contract'
import type { Lane } from '../../store/lane'
import { type Source, timeIndex } from './sources'

export interface Screening {
  readonly list: readonly Source[]
  /** Something shown answers an older question. */
  readonly outdated: boolean
  /** Look again soon: something may fade or be let through without any message. */
  readonly waiting: boolean
}

/** Fewer samples than this are held back, but never longer than `holdMs`: the picture must follow the hand. */
const enoughReplicates = 20
const holdMs = 40
/** A picture counts as old when nothing has replaced it for this long. */
const patienceMs = 300

interface Shown {
  readonly source: Source
  readonly lane: Lane
  /** When this method last showed something new. */
  readonly atMs: number
}

/** Reads lanes; gives the same list again while nothing in it has changed. `now` and lanes' clocks have one origin. */
export function createScreen() {
  let shown = new Map<string, Shown>()
  let list: readonly Source[] = []
  return (lanes: Readonly<Record<string, Lane>>, cursor: number, now: number): Screening => {
    let [outdated, waiting] = [false, false]
    const next = new Map<string, Shown>()
    for (const [id, lane] of Object.entries(lanes)) {
      if (!lane.frame) continue
      const before = shown.get(id)
      const held = before !== undefined && before.lane.study !== lane.study && poor(lane, cursor, now - before.atMs)
      const { frame = lane.frame, study } = held ? before.lane : lane
      const fresh = before?.source.frame !== frame
      const atMs = fresh ? now : before.atMs
      const old = held || lane.stale
      const faded = old && now - atMs > patienceMs
      outdated ||= old
      waiting ||= held || (old && !faded)
      const { solver, title, variant } = lane
      const source =
        !fresh && before.source.faded === faded && before.source.title === title
          ? before.source
          : { id, title, word: variant ? `${solver} ${variant}` : id, frame, study, seed: study?.seed ?? 1, faded }
      next.set(id, { source, lane: held ? before.lane : lane, atMs })
    }
    shown = next
    const sources = [...next.values()].map(({ source }) => source)
    if (sources.length !== list.length || sources.some((source, k) => source !== list[k])) list = sources
    return { list, outdated, waiting }
  }
}

/** Whether a run under way has less to show than the finished picture of the question before. */
function poor({ frame, status }: Lane, cursor: number, heldMs: number): boolean {
  if (!frame || status !== 'running') return false
  const { replicates } = frame.diagnostics
  return replicates === undefined ? !reaches(frame, cursor) : replicates < enoughReplicates && heldMs < holdMs
}

/** Whether a frame has an answer at the output time nearest to the cursor. */
function reaches({ observations }: Frame, cursor: number): boolean {
  const array = (observations.marginals ?? observations.moments)?.array
  if (!array) return true
  const stride = array.data.length / array.shape[0]
  return !Number.isNaN(array.data[timeIndex(array.coords.time, cursor) * stride])
}
