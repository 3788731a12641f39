/** The page's side of first pictures: a worker of their own, started with the first question. */
import type { Artifact, Frame } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { createGlanceService, type Glance, type Glanced, maxNetworks } from './glance-service'
import { type WorkerLike, watch } from './thread'

export interface GlanceQuestion {
  readonly study: Study
  /** The time that is looked at. */
  readonly time: number
  /** One picture is enough. */
  readonly brief: boolean
}

export interface GlanceClient {
  /**
   * First pictures of a study from what was learnt, as they come: there may be none. A newer question to the same network
   * takes the place of one that is not answered yet.
   */
  ask(artifact: Artifact, question: GlanceQuestion, onFrame: (frame: Frame) => void): void
  /** Starts the thread, and asks a network that was never asked once for nothing, so that the first hand does not wait. */
  warm(artifact: Artifact, question: GlanceQuestion): void
  close(): void
}

export function createGlanceClient(): GlanceClient {
  if (typeof Worker === 'undefined') return glanceClient()
  return glanceClient(
    () => new Worker(new URL('../../workers/glance.worker.ts', import.meta.url), { type: 'module', name: 'glance' }),
  )
}

interface Link {
  post(glance: Glance): void
  close(): void
}

/** With a worker made by `spawn`, or in this thread. One that is lost is not missed: pictures come with the runs. */
export function glanceClient(spawn?: () => WorkerLike): GlanceClient {
  const waiting = new Map<number, { readonly network: number; onFrame(frame: Frame): void }>()
  const sent: Artifact[] = []
  const numbers = new WeakMap<Artifact, number>()
  let [serials, named] = [0, 0]
  let link: Link | undefined
  let lost = false
  const hear = ({ serial, frame }: Glanced) => {
    const mine = waiting.get(serial)
    if (!mine) return
    // Of one network they come in the order of the questions: what is older was dropped.
    for (const [old, { network }] of waiting) if (old < serial && network === mine.network) waiting.delete(old)
    mine.onFrame(frame)
  }
  const drop = () => {
    link?.close()
    link = undefined
    waiting.clear()
    sent.length = 0
  }
  const open = () => {
    try {
      return spawn ? workerLink(spawn(), hear, lose) : hereLink(hear)
    } catch {
      lose()
      return undefined
    }
  }
  const lose = () => {
    lost = true
    drop()
  }
  return {
    warm(artifact, question) {
      if (!numbers.has(artifact)) this.ask(artifact, question, () => {})
    },
    ask(artifact, question, onFrame) {
      if (lost) return
      link ??= open()
      if (!link) return
      const network = numbers.get(artifact) ?? ++named
      numbers.set(artifact, network)
      const known = sent.includes(artifact)
      if (!known) sent.splice(0, sent.length, ...sent.slice(1 - maxNetworks), artifact)
      // Of a network that is no longer kept nothing more comes.
      const kept = sent.map((one) => numbers.get(one))
      for (const [old, { network }] of waiting) if (!kept.includes(network)) waiting.delete(old)
      const serial = ++serials
      waiting.set(serial, { network, onFrame })
      link.post({ serial, network, ...question, ...(known ? {} : { artifact }) })
    },
    close: drop,
  }
}

function hereLink(hear: (glanced: Glanced) => void): Link {
  const service = createGlanceService(hear)
  return { post: service.ask, close() {} }
}

function workerLink(worker: WorkerLike, hear: (glanced: Glanced) => void, onLost: () => void): Link {
  worker.addEventListener('message', (event) => hear((event as MessageEvent<Glanced>).data))
  watch(worker, onLost)
  return { post: (glance) => worker.postMessage(glance), close: () => worker.terminate() }
}
