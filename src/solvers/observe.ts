import type { Observe } from './contract'

/** Of laws that are read as they are. */
export const nothing: Observe = { moments: false, marginals: false, trajectories: false, joints: [] }
