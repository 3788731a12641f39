/**
 * The page's side of questions to trained networks: a worker of their own, started when first asked, so that neither the
 * screen nor a run waits for them.
 */
import { type Remote, wrap } from 'comlink'
import type { LawAnswer, LawQuestion } from '../analysis/learnt-law'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { createLawService, type LawService } from './law-service'
import type { WorkerLike } from './team'

export interface LawClient {
  /** Never rejects; questions are answered in turn. The same artifact and study are sent only once. */
  ask(artifact: Artifact, study: Study, question: LawQuestion): Promise<LawAnswer>
  close(): void
}

export function createLawClient(): LawClient {
  if (typeof Worker === 'undefined') return lawClient()
  return lawClient(
    () => new Worker(new URL('../../workers/law.worker.ts', import.meta.url), { type: 'module', name: 'law' }),
  )
}

interface Link {
  readonly service: LawService | Remote<LawService>
  /** The work, or a sentence once the worker is lost: a call to it then never settles. */
  race<T>(work: Promise<T>): Promise<T | Lost>
  close(): void
}

type Lost = Extract<LawAnswer, { readonly kind: 'none' }>

/** With workers made by `spawn`, or in this thread. */
export function lawClient(spawn?: () => WorkerLike): LawClient {
  let link: Link | undefined
  let sent: { artifact: Artifact; study: Study } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  const drop = () => {
    link?.close()
    link = undefined
    sent = undefined
  }
  async function answer(artifact: Artifact, study: Study, question: LawQuestion): Promise<LawAnswer> {
    try {
      link ??= spawn ? workerLink(spawn(), drop) : hereLink()
      const { service, race } = link
      if (sent?.artifact !== artifact || sent.study !== study) {
        const gone = await race(service.open(artifact, study))
        if (gone) return gone
        sent = { artifact, study }
      }
      return await race(service.answer(question))
    } catch (thrown) {
      drop()
      return { kind: 'none', why: thrown instanceof Error ? thrown.message : String(thrown) }
    }
  }
  return {
    ask(artifact, study, question) {
      const mine = turn.then(() => answer(artifact, study, question))
      turn = mine
      return mine
    },
    close: drop,
  }
}

function hereLink(): Link {
  return { service: createLawService(), race: (work) => work, close() {} }
}

function workerLink(worker: WorkerLike, onLost: () => void): Link {
  const waiting = new Set<(lost: Lost) => void>()
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    const why = (event as ErrorEvent).message || 'it could not be read'
    for (const settle of waiting) settle({ kind: 'none', why: `the thread that asks the network stopped: ${why}` })
    onLost()
  })
  return {
    service: wrap<LawService>(worker as Worker),
    race<T>(work: Promise<T>) {
      return new Promise<T | Lost>((settle, reject) => {
        waiting.add(settle)
        work.then(settle, reject).finally(() => waiting.delete(settle))
      })
    },
    close: () => worker.terminate(),
  }
}
