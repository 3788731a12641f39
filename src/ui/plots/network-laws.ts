/**
 * Conditional laws straight from trained networks, for the slice that is looked at. One question is under way at a time and
 * the newest wish is asked next, so that a moving hand never waits for what it has left behind.
 */
import type { LawAnswer } from '../../analysis/learnt-law'
import type { LawClient } from '../../services/law-client'
import type { Artifact } from '../../solvers/contract'
import { solvers } from '../../solvers/registry'
import type { Study } from '../../solvers/study'
import type { Lane } from '../../store/lane'
import { sliceShown } from './slice-view'
import type { Outlook, Source } from './sources'

export type Conditional = Extract<LawAnswer, { readonly kind: 'conditional' }>

export interface NetworkLaw {
  /** The source that it belongs to. */
  readonly source: string
  readonly law: Conditional
}

export interface Network {
  readonly source: string
  readonly artifact: Artifact
  readonly study: Study
}

export interface Wish {
  readonly time: number
  readonly given: string
  readonly count: number
  readonly of: string
}

export interface NetworkLaws {
  /** What is known of this wish, the same list while nothing changes; what is not is asked, and `onAnswer` called. */
  know(wish: Wish | undefined, networks: readonly Network[]): readonly NetworkLaw[]
}

/** Answers that are kept, of one network: a hand goes to and fro. */
const mostKept = 400

export function createNetworkLaws(laws: Pick<LawClient, 'ask'>, onAnswer: () => void): NetworkLaws {
  const kept = new Map<string, { network: Network; answers: Map<string, LawAnswer> }>()
  let busy = false
  let last: readonly NetworkLaw[] = []

  const answersOf = (network: Network) => {
    const before = kept.get(network.source)
    if (before?.network.artifact === network.artifact && before.network.study === network.study) return before.answers
    const answers = new Map<string, LawAnswer>()
    kept.set(network.source, { network, answers })
    return answers
  }

  return {
    know(wish, networks) {
      const found: NetworkLaw[] = []
      for (const network of wish ? networks : []) {
        const answers = answersOf(network)
        const key = JSON.stringify(wish)
        const answer = answers.get(key)
        if (answer?.kind === 'conditional' && answer.time === wish?.time)
          found.push({ source: network.source, law: answer })
        if (answer || busy || !wish) continue
        busy = true
        laws.ask(network.artifact, network.study, { kind: 'conditional', ...wish }).then((said) => {
          busy = false
          answers.set(key, said)
          if (answers.size > mostKept) answers.delete([...answers.keys()][0])
          onAnswer()
        })
      }
      const unchanged = found.length === last.length && found.every(({ law }, k) => law === last[k].law)
      if (!unchanged) last = found
      return last
    },
  }
}

/** Lays what networks say of the slice over an outlook; the same while neither changes. */
export function createEye(laws: NetworkLaws) {
  let from: readonly unknown[] = []
  let seen: Outlook | undefined
  return (outlook: Outlook, list: readonly Source[], lanes: Readonly<Record<string, Lane>>): Outlook => {
    const known = laws.know(wishOf(outlook, list), networksOf(list, lanes))
    if (!seen || from[0] !== outlook || from[1] !== known) seen = { ...outlook, networks: known }
    from = [outlook, known]
    return seen
  }
}

/** The condition of the slice that is looked at; none where there is no slice, or its counts come in bins. */
function wishOf(outlook: Outlook, list: readonly Source[]): Wish | undefined {
  if (!outlook.asked.views.includes('slice')) return undefined
  const slice = sliceShown(list, outlook)
  return slice?.step === 1 ? { time: slice.time, given: slice.given, count: slice.at, of: slice.of } : undefined
}

/** Lanes that have learnt a law of the whole state, each with the study that its picture answers. */
function networksOf(list: readonly Source[], lanes: Readonly<Record<string, Lane>>): Network[] {
  return list.flatMap(({ id, study }) => {
    const { solver = '', learnt } = lanes[id] ?? {}
    return learnt && study && solvers[solver]?.traits.wholeState
      ? [{ source: id, artifact: learnt.artifact, study }]
      : []
  })
}
