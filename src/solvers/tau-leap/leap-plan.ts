/** Where the compiled leaps of one network keep what they work on. */
import { zigguratBytes } from '../../network/compile-random'
import { variatesBytes } from '../../network/compile-variates'
import type { LeapNetwork } from '../leap'

/** Byte addresses. Output times come last, then the records, both as long as they need be. */
export function planLeap({ species: S, reactions: R }: Pick<LeapNetwork, 'species' | 'reactions'>) {
  let at = 0
  const take = (bytes: number) => {
    const from = at
    at += Math.ceil(bytes / 8) * 8
    return from
  }
  return {
    ...{ state: take(32), ziggurat: take(zigguratBytes), tables: take(variatesBytes) },
    ...{ time: take(8), total: take(8), critical: take(8), longest: take(8), events: take(8) },
    ...{ epsilon: take(8), criticalCount: take(8), share: take(8) },
    ...{ recorded: take(4), exactLeft: take(4), timesCount: take(4), recordsAt: take(4) },
    ...{ leaps: take(4), rejected: take(4), exactEvents: take(4) },
    ...{ rates: take(8 * R), counts: take(8 * S), next: take(8 * S), propensities: take(8 * R), fired: take(8 * R) },
    ...{ free: take(4 * R), times: take(0) },
  }
}
export type LeapPlan = ReturnType<typeof planLeap>
