import { Failure } from '../../solvers/contract'

/** A replicate that cannot be walked says why. */
export function look<R>(make: () => R, nothing: R): { reel: R; why: string } {
  try {
    return { reel: make(), why: '' }
  } catch (thrown) {
    if (thrown instanceof Failure) return { reel: nothing, why: [thrown.message, thrown.hint].join(' ') }
    throw thrown
  }
}
