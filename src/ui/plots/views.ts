/** Views that the reader may add to the standing panels: what is asked of paths, and more that is asked of laws. */
import type { Panel } from '../figure/figure'
import { density } from './density-view'
import { leak, stateSpace } from './ledger-views'
import { autocorrelations, spectra } from './memory-views'
import { phase } from './phase'
import { flux, nullclines } from './plane-views'
import { quantileBands } from './quantile-view'
import { restPoints } from './rest-view'
import { ridges } from './ridge-view'
import { sameSeconds } from './seconds-view'
import { slices } from './slice-view'
import { answers, type Outlook, provenance, type Source } from './sources'
import { tails } from './tail-view'
import { dwelling, passage, switching } from './waiting-views'
import { chanceOfZero } from './zero-view'

export interface View {
  readonly id: string
  readonly title: string
  /** For the menu: the question that it answers. */
  readonly about: string
  /** The observation that it is made from. */
  readonly needs: 'marginals' | 'trajectories' | 'joint' | 'ledger'
  /** What its controls offer: which quantity, which level of it, or the count on which a slice is conditioned. */
  readonly picks: 'nothing' | 'quantity' | 'level' | 'slice' | 'seconds'
  make(sources: readonly Source[], outlook: Outlook): Body | undefined
}

/** A panel but for what all views have in common. */
export type Body = Omit<Panel, 'id'>

export const views: readonly View[] = [
  {
    id: 'quantiles',
    title: 'Quantile bands',
    about: 'Between which counts are half of all cells, and nine in ten?',
    needs: 'marginals',
    picks: 'nothing',
    make: quantileBands,
  },
  {
    id: 'ridges',
    title: 'Law over time',
    about: 'How does the whole distribution move?',
    needs: 'marginals',
    picks: 'quantity',
    make: ridges,
  },
  {
    id: 'density',
    title: 'Density over time',
    about: 'The whole distribution against time, as a map: where does it split?',
    needs: 'marginals',
    picks: 'quantity',
    make: density,
  },
  {
    id: 'tail',
    title: 'Tail probabilities',
    about: 'How likely are very large counts? P(X ≥ n) on a logarithmic axis, and below what each method knows nothing',
    needs: 'marginals',
    picks: 'quantity',
    make: tails,
  },
  {
    id: 'seconds',
    title: 'The same seconds',
    about: 'Is a trained network nearer to the exact law than exact sampling that is given as many seconds?',
    needs: 'marginals',
    picks: 'seconds',
    make: sameSeconds,
  },
  {
    id: 'slice',
    title: 'Conditional slice',
    about: 'The law of one quantity where the other has a value: P(V | U = 4)',
    needs: 'joint',
    picks: 'slice',
    make: slices,
  },
  {
    id: 'flux',
    title: 'Probability current',
    about: 'Which way does probability flow on the joint map, and does it go in circles?',
    needs: 'joint',
    picks: 'nothing',
    make: flux,
  },
  {
    id: 'nullclines',
    title: 'Nullclines and rest points',
    about: 'Where would the rate equation stand still, and is it stable there?',
    needs: 'joint',
    picks: 'nothing',
    make: (sources, outlook) => nullclines(sources, outlook) ?? restPoints(sources, outlook),
  },
  {
    id: 'states',
    title: 'State space over time',
    about: 'How many states does the projection hold, and when?',
    needs: 'ledger',
    picks: 'nothing',
    make: stateSpace,
  },
  {
    id: 'leak',
    title: 'Leak ledger',
    about: 'By which way has probability left the projection, and how much?',
    needs: 'ledger',
    picks: 'nothing',
    make: leak,
  },
  {
    id: 'zero',
    title: 'Extinction: chance of zero',
    about: 'With what chance is none left?',
    needs: 'marginals',
    picks: 'nothing',
    make: chanceOfZero,
  },
  {
    id: 'phase',
    title: 'Phase portrait',
    about: 'One quantity against the other, along single paths and means',
    needs: 'trajectories',
    picks: 'nothing',
    make: phase,
  },
  {
    id: 'autocorrelation',
    title: 'Autocorrelation',
    about: 'For how long does a path remember where it was?',
    needs: 'trajectories',
    picks: 'nothing',
    make: autocorrelations,
  },
  {
    id: 'spectrum',
    title: 'Power spectrum',
    about: 'At which frequencies does it fluctuate?',
    needs: 'trajectories',
    picks: 'nothing',
    make: spectra,
  },
  {
    id: 'passage',
    title: 'First passage',
    about: 'When is a level first reached?',
    needs: 'trajectories',
    picks: 'level',
    make: passage,
  },
  {
    id: 'dwell',
    title: 'Dwell times',
    about: 'How long does it stay above a level, and below?',
    needs: 'trajectories',
    picks: 'level',
    make: dwelling,
  },
  {
    id: 'switching',
    title: 'Switching',
    about: 'How often does a path cross a level?',
    needs: 'trajectories',
    picks: 'level',
    make: switching,
  },
]

const prefix = 'view:'
export const viewOfPanel = (panel: string): View | undefined =>
  panel.startsWith(prefix) ? views.find(({ id }) => id === panel.slice(prefix.length)) : undefined

/** The panels of the views asked for; one that cannot be made says why. */
export function viewPanels(sources: readonly Source[], outlook: Outlook): Panel[] {
  if (sources.length === 0) return []
  return outlook.asked.views.flatMap((id) => {
    const view = views.find((candidate) => candidate.id === id)
    if (!view) return []
    const body = view.make(sources, outlook) ?? nothing(view.title, missing(view, sources), outlook)
    return [{ id: `${prefix}${id}`, ...body }]
  })
}

function missing({ needs }: View, sources: readonly Source[]): string {
  if (needs === 'ledger') return 'needs the state-space projection: choose it, or tick compare beside it'
  if (needs === 'joint') return 'needs the joint law of two species, by a method that gives one'
  if (answers(sources, needs).length) return 'no answer to this yet'
  return needs === 'trajectories'
    ? 'needs sampled paths: choose a method that samples'
    : 'needs a method that gives laws'
}

/** A panel that says why it is empty. */
export function nothing(title: string, why: string, outlook: Outlook): Body {
  const axis = { label: '', scale: 'linear', domain: [0, 1] } as const
  const summary = `${why[0].toUpperCase()}${why.slice(1)}.`
  return { title, note: why, x: axis, y: axis, layers: [], summary, provenance: provenance([], outlook, 0) }
}
