/** What the reader asks for besides the standing panels; the study's view carries it, so that a link does too. */
import type { Study } from '../../solvers/study'

export interface Asked {
  /** Ids of the views added, in the order in which they were. */
  readonly views: readonly string[]
  /** The quantity asked about, where a view shows one; the first shown otherwise. */
  readonly quantity?: string
  /** The level that separates high from low; see `Threshold`. Halfway between the extremes otherwise. */
  readonly level?: number
  readonly margin: number
  /** The count on which a slice is conditioned; the likeliest otherwise. Of the joint map's first quantity, or its other. */
  readonly given?: number
  readonly givenOther?: boolean
  /** How long the training took whose seconds were given to exact sampling. */
  readonly seconds?: number
}

export function askedOf({ view = {} }: Study): Asked {
  const { views, of, level, margin, given, givenOther, seconds } = view
  return {
    views: typeof views === 'string' ? [...new Set(views.split(',').filter((id) => id !== ''))] : [],
    quantity: typeof of === 'string' ? of : undefined,
    level: typeof level === 'number' ? level : undefined,
    margin: typeof margin === 'number' && margin > 0 ? margin : 0,
    given: typeof given === 'number' ? given : undefined,
    givenOther: givenOther === true || undefined,
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : undefined,
  }
}

/** What to write into the study's view so that these views are shown. */
export const viewsText = (views: readonly string[]): { views: string | undefined } => ({
  views: views.length ? views.join() : undefined,
})
