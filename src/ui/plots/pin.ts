import type { Studio } from '../../store/studio'
import { askedOf, viewsText } from './asked'
import type { Spot } from './reading'
import { reveal } from './reveal'

/** Keep the slice of the joint map at this spot: in a view of its own, which is added if it is not there. */
export function pinSlice({ studies }: Studio, at: Spot): void {
  const { study, setView } = studies.getState()
  const { views, givenOther } = askedOf(study)
  const given = Math.max(0, Math.round(givenOther ? at.y : at.x))
  const there = views.includes('slice')
  setView(there ? { given } : { given, ...viewsText([...views, 'slice']) })
  if (!there) requestAnimationFrame(() => reveal('view:slice'))
}
