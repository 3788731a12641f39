/** From the newest pictures to panels: one per kind of answer. Pure; the same sources give the same panels. */
import type { Panel } from '../figure/figure'
import { joint } from './joint'
import { marginals } from './marginals'
import { measured } from './measured'
import { moments } from './moments'
import { drift, jointNow } from './progress-panels'
import type { Outlook, Source } from './sources'
import { training } from './training'
import { trajectories } from './trajectories'
import { viewPanels } from './views'

/** All panels for which there is an answer, in reading order. */
export function panels(sources: readonly Source[], outlook: Outlook): Panel[] {
  const added = viewPanels(sources, outlook)
  // A slice follows the pointer on the joint map: both should be in sight.
  const isSlice = ({ id }: Panel) => id === 'view:slice'
  return [
    trajectories(sources, outlook),
    ...marginals(sources, outlook),
    joint(sources, outlook),
    ...added.filter(isSlice),
    moments(sources, outlook),
    training(sources, outlook),
    jointNow(sources, outlook),
    drift(sources, outlook),
    measured(sources, outlook),
    ...added.filter((panel) => !isSlice(panel)),
  ].filter((panel) => panel !== undefined)
}
