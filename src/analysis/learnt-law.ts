/**
 * What a network that was trained is asked: how one of its samples comes about, and the law of one count where another has
 * a value. Data in, data out; on the page a thread of its own answers (`services/law-client.ts`).
 */
import { conditionalLaw, type SampleStep, watchSample } from '../numerics/learning/chain-law'
import { stream } from '../numerics/rng'
import type { Artifact } from '../solvers/contract'
import { solvers } from '../solvers/registry'
import { readStudy, type Study } from '../solvers/study'

export type LawQuestion =
  | { readonly kind: 'sample'; readonly time: number; readonly replicate: number }
  | {
      readonly kind: 'conditional'
      readonly time: number
      /** Names of species. */
      readonly given: string
      readonly count: number
      readonly of: string
    }

/** A step with the names and counts that a reader knows. */
export interface WatchedStep extends Omit<SampleStep, 'variable'> {
  readonly species: string
  /** The count of the first probability. */
  readonly low: number
}

export type LawAnswer =
  | {
      readonly kind: 'sample'
      /** Which was learnt, next to the one asked. */
      readonly time: number
      readonly steps: readonly WatchedStep[]
      /** Species that the network has no law for: they never change, or follow from the others. */
      readonly others: readonly string[]
    }
  | {
      readonly kind: 'conditional'
      readonly time: number
      readonly given: string
      readonly count: number
      readonly of: string
      /** Of the counts from `low` on. */
      readonly low: number
      readonly p: Float64Array
      readonly mass: number
      readonly standardError?: Float64Array
      readonly effective?: number
    }
  | { readonly kind: 'none'; readonly why: string }

export interface LawOpened {
  answer(question: LawQuestion): Promise<LawAnswer>
  close(): void
}

/** Streams of the seed that no run uses: of the samples, and of drawn prefixes. */
const [sampleStream, prefixStream] = [2 ** 49, 2 ** 50]

/** A sentence where there is nothing to ask. */
export async function openLaw(artifact: Artifact, study: Study): Promise<LawOpened | string> {
  const read = readStudy({ ...study, compare: undefined })
  if (!read.ok) return 'the study cannot be read'
  const { problem, seed } = read.value
  const method = await solvers[artifact.solver]?.load()
  const opened = method?.open?.(artifact, problem)
  if (!opened) return 'what was learnt is of another study, or is no law of the whole state: train it on this one'
  const names = problem.network.species.map(({ name }) => name)
  const variable = (name: string) => opened.species.indexOf(names.indexOf(name))
  return {
    async answer(question) {
      const { time, chain } = opened.at(question.time)
      if (question.kind === 'sample') {
        const steps = await watchSample(chain, stream(seed, sampleStream + question.replicate))
        return {
          kind: 'sample',
          time,
          steps: steps.map(({ variable: i, ...step }) => ({
            ...step,
            species: names[opened.species[i]],
            low: chain.lows[i],
          })),
          others: names.filter((_, s) => !opened.species.includes(s)),
        }
      }
      const { given, count, of } = question
      const [g, o] = [variable(given), variable(of)]
      const missing = g < 0 ? given : o < 0 ? of : undefined
      if (missing) return { kind: 'none', why: `the network has no law of ${missing}: it follows from the others` }
      const law = await conditionalLaw(chain, { given: g, count, of: o }, stream(seed, prefixStream))
      return { kind: 'conditional', time, given, count, of, low: chain.lows[o], ...law }
    },
    close: opened.close,
  }
}
