/** From what analyses have found to panels. Pure; the same findings give the same panels. */
import type { Finding, Kind } from '../../analysis/inquiry'
import type { AnalysisLane } from '../../store/analyses'
import type { Panel } from '../figure/figure'
import type { Outlook, Source } from '../plots/sources'
import { type Body, nothing } from '../plots/views'
import { distancePanels } from './distance-panels'
import { informationPanels } from './information-panel'
import { offerOf, panelOf } from './kinds'
import { gapPanels, quasiPanels, stationaryPanels } from './law-panels'
import { passagePanels } from './passage-panel'
import { responsePanels } from './response-panels'

/** What a finding is drawn with. */
export interface Scene {
  readonly sources: readonly Source[]
  readonly outlook: Outlook
}

/** A panel of an analysis; `part` where it is not the main one. */
export type Part = Body & { readonly part?: string }

/** The panels of all analyses asked for; one that has found nothing says what is missing. */
export function analysisPanels(
  lanes: Readonly<Partial<Record<Kind, AnalysisLane>>>,
  sources: readonly Source[],
  outlook: Outlook,
): Panel[] {
  return Object.values(lanes).flatMap((lane) => {
    const { kind, finding, stale } = lane
    const parts = finding ? draw(finding, { sources, outlook }) : [nothing(offerOf(kind).title, waiting(lane), outlook)]
    return parts.map(({ part, ...body }: Part): Panel => {
      const layers = stale ? body.layers.map((layer) => ({ ...layer, faded: true })) : body.layers
      return { id: panelOf(kind, part), ...body, layers }
    })
  })
}

function draw(finding: Finding, scene: Scene): readonly Part[] {
  switch (finding.kind) {
    case 'stationary':
      return stationaryPanels(finding, scene)
    case 'passage':
      return passagePanels(finding, scene)
    case 'gap':
      return gapPanels(finding, scene)
    case 'quasi':
      return quasiPanels(finding, scene)
    case 'sensitivity':
      return responsePanels(finding, scene)
    case 'information':
      return informationPanels(finding, scene)
    case 'distance':
      return distancePanels(finding, scene)
    default:
      return finding satisfies never
  }
}

function waiting({ kind, status, failure }: AnalysisLane): string {
  switch (status) {
    case 'idle':
      return kind === 'passage'
        ? 'type a condition, such as X >= 25, and press Enter'
        : 'keep this setting, then move a slider'
    case 'running':
      return 'working'
    case 'cancelled':
      return 'stopped'
    case 'failed':
      return failure?.message ?? 'failed'
    case 'done':
      return 'no answer'
    default:
      return status satisfies never
  }
}
