/** What one lane of a GPU holds and works through well. */

/** Larger counts are not told from their neighbours in single precision. */
export const maxCount = 2 ** 24
/** A program of more reactions takes long to compile. */
export const maxReactions = 256
/** Counts of more species no longer fit into registers. */
export const maxSpecies = 128
/** Workgroups that every device lets run along one axis. */
export const maxTimes = 65_535
/** Bytes that every device lets a program bind as one buffer. */
const maxBinding = 2 ** 27
/** Lanes at a time, at most: enough to fill large devices. */
export const maxLanes = 65_536
/** Lanes that run together. */
export const laneSize = 64
/** Words of a lane besides its counts: two of a tick, draws, output times passed, trouble, and whether a wait is owed. */
export const laneWords = 6

/** Lanes whose records and states fit into a buffer each; none where a workgroup's do not. */
export function capacity(species: number, times: number): number {
  const lanes = Math.floor(maxBinding / (4 * Math.max(times * species, laneWords + species)))
  return Math.min(maxLanes, Math.floor(lanes / laneSize) * laneSize)
}
