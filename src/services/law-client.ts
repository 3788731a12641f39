/**
 * The page's side of questions to trained networks: a worker of their own, started when first asked, so that neither the
 * screen nor a run waits for them.
 */
import { type Remote, wrap } from 'comlink'
import type { LawAnswer, LawQuestion } from '../analysis/learnt-law'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { createLawService, type LawService } from './law-service'
import { type Loss, type WorkerLike, watch } from './thread'

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
  /** The work, or what was lost: a call to a lost worker never settles. */
  race<T>(work: Promise<T>): Promise<T | Lost>
  close(): void
}

/** In place of an answer. */
class Lost {
  readonly loss: Loss

  constructor(loss: Loss) {
    this.loss = loss
  }
}

/** The longest that a question may take, in beats: a closed lid stops the page's clock too. Answers take milliseconds. */
const beatsOfPatience = 60
const usualBeatMs = 1000

/** With workers made by `spawn`, or in this thread; that also where they cannot start. */
export function lawClient(spawn?: () => WorkerLike, beatMs = usualBeatMs): LawClient {
  let usable = spawn !== undefined
  let link: Link | undefined
  let sent: { artifact: Artifact; study: Study } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  const drop = () => {
    link?.close()
    link = undefined
    sent = undefined
  }
  const open = (): Link | Lost => {
    try {
      return spawn && usable ? workerLink(spawn(), beatMs) : hereLink()
    } catch (thrown) {
      return new Lost({ started: false, why: sentenceOf(thrown) })
    }
  }
  async function attempt(artifact: Artifact, study: Study, question: LawQuestion): Promise<LawAnswer | Lost> {
    const opened = link ?? open()
    if (opened instanceof Lost) return opened
    link = opened
    const { service, race } = link
    if (sent?.artifact !== artifact || sent.study !== study) {
      const gone = await race(service.open(artifact, study))
      if (gone) return gone
      sent = { artifact, study }
    }
    return await race(service.answer(question))
  }
  async function answer(artifact: Artifact, study: Study, question: LawQuestion): Promise<LawAnswer> {
    try {
      const said = await attempt(artifact, study, question)
      if (!(said instanceof Lost)) return said
      drop()
      const { started, why } = said.loss
      if (started) return { kind: 'none', why: `the thread that asks the network stopped: ${why}` }
      usable = false
      return (await attempt(artifact, study, question)) as LawAnswer
    } catch (thrown) {
      drop()
      return { kind: 'none', why: sentenceOf(thrown) }
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

const sentenceOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

function hereLink(): Link {
  return { service: createLawService(), race: (work) => work, close() {} }
}

function workerLink(worker: WorkerLike, beatMs: number): Link {
  const waiting = new Set<(lost: Lost) => void>()
  const lose = (loss: Loss) => {
    for (const settle of waiting) settle(new Lost(loss))
  }
  watch(worker, lose)
  return {
    service: wrap<LawService>(worker as Worker),
    race<T>(work: Promise<T>) {
      return new Promise<T | Lost>((settle, reject) => {
        let beats = 0
        const beating = setInterval(() => {
          if (++beats < beatsOfPatience) return
          lose({ started: true, why: `it gave no answer for ${Math.round((beats * beatMs) / 1000)} seconds` })
        }, beatMs)
        const end = (done: () => void) => {
          clearInterval(beating)
          waiting.delete(lost)
          done()
        }
        const lost = (how: Lost) => end(() => settle(how))
        waiting.add(lost)
        work.then(
          (value) => end(() => settle(value)),
          (thrown) => end(() => reject(thrown)),
        )
      })
    },
    close: () => worker.terminate(),
  }
}
