/** What can be asked on the page beyond laws and paths, in the words of those who ask. */
import type { Kind } from '../../analysis/inquiry'

export interface Offer {
  readonly kind: Kind
  readonly title: string
  /** For the menu: the question that it answers. */
  readonly about: string
  readonly picks: readonly ('condition' | 'parameter' | 'quantity' | 'setting')[]
}

export const offers: readonly Offer[] = [
  {
    kind: 'stationary',
    title: 'Law at rest',
    about: 'Where does it end up, whatever the start?',
    picks: ['quantity'],
  },
  {
    kind: 'passage',
    title: 'Time until a condition holds',
    about: 'When does X >= 25 first hold? Mean and law, solved and not sampled',
    picks: ['condition'],
  },
  {
    kind: 'gap',
    title: 'Relaxation and switching rates',
    about: 'How fast is the start forgotten? Two lasting states, and how often each is left',
    picks: ['quantity'],
  },
  {
    kind: 'quasi',
    title: 'Law before extinction',
    about: 'What lasts as long as it has not died out, and for how long?',
    picks: ['quantity'],
  },
  {
    kind: 'sensitivity',
    title: 'Sensitivities',
    about: 'Which way does the law move when a parameter does? ∂p/∂θ and ∂mean/∂θ',
    picks: ['parameter', 'quantity'],
  },
  {
    kind: 'information',
    title: 'Fisher information',
    about: 'Which parameters can cells tell apart, and which combinations stay sloppy?',
    picks: [],
  },
  {
    kind: 'distance',
    title: 'Distance between two settings',
    about: 'Keep this setting, move a slider, and read how far apart the laws are',
    picks: ['setting', 'quantity'],
  },
]

export const offerOf = (kind: Kind): Offer => offers.find((offer) => offer.kind === kind) as Offer

const prefix = 'analysis:'

export const panelOf = (kind: Kind, part = ''): string => `${prefix}${kind}${part && `:${part}`}`

/** The analysis that a panel belongs to, if it does to one; and whether it is the panel that has its controls. */
export function offerOfPanel(panel: string): { readonly offer: Offer; readonly main: boolean } | undefined {
  if (!panel.startsWith(prefix)) return undefined
  const [kind, part] = panel.slice(prefix.length).split(':')
  const offer = offers.find((candidate) => candidate.kind === kind)
  return offer && { offer, main: part === undefined }
}
