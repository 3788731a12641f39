/**
 * Whoever gives first pictures from what was learnt: in a thread of its own, so that they wait neither for a run nor for
 * the screen. A network is sent once; of the questions to each only the newest counts.
 */
import { stream } from '../numerics/rng'
import type { Artifact, Frame } from '../solvers/contract'
import { firstPictures } from '../solvers/foresee'
import { sliceMs } from '../solvers/run'
import { readStudy, type Study } from '../solvers/study'
import { openBreath } from './breath'
import { buffersOf } from './buffers'

export interface Glance {
  /** Rises with every question. */
  readonly serial: number
  /** Which network; it comes with the first question to it. */
  readonly network: number
  readonly artifact?: Artifact
  readonly study: Study
  /** The time that is looked at. */
  readonly time: number
  /** One picture is enough. */
  readonly brief: boolean
}

export interface Glanced {
  readonly serial: number
  readonly frame: Frame
}

export interface GlanceService {
  ask(glance: Glance): void
}

/** Networks that are kept: what the page ships, and what a lane has learnt. */
export const maxNetworks = 2

/** `say` sends a picture; its buffers may be moved. */
export function createGlanceService(say: (glanced: Glanced, buffers: ArrayBuffer[]) => void): GlanceService {
  const networks = new Map<number, Artifact>()
  const newest = new Map<number, Glance>()
  const breath = openBreath()
  let working = false

  async function work(): Promise<void> {
    working = true
    for (let next = newest.values().next(); !next.done; next = newest.values().next()) {
      const glance = next.value
      const artifact = networks.get(glance.network)
      // What goes wrong here costs a first picture; the run that follows says what it was.
      await answer(glance, artifact).catch(() => {})
      if (newest.get(glance.network) === glance) newest.delete(glance.network)
      await breath.breathe()
    }
    working = false
  }

  async function answer(glance: Glance, artifact: Artifact | undefined): Promise<void> {
    const read = readStudy({ ...glance.study, solver: artifact?.solver, options: undefined })
    if (!artifact || !read.ok) return
    const { problem, seed } = read.value
    let slice = performance.now()
    const due = () => {
      const now = performance.now()
      if (now - slice < sliceMs) return false
      slice = now
      return true
    }
    const run = { rng: (i: number) => stream(seed, i), due, look: glance.time }
    const pictures = firstPictures(artifact, problem, run, glance.brief)
    for await (const frame of pictures) {
      say({ serial: glance.serial, frame }, buffersOf(frame))
      if (glance.brief) continue
      await breath.breathe()
      if (newest.get(glance.network) !== glance) return
    }
  }

  return {
    ask(glance) {
      if (glance.artifact) {
        networks.set(glance.network, glance.artifact)
        for (const old of networks.keys()) if (networks.size > maxNetworks) networks.delete(old)
      }
      newest.set(glance.network, glance)
      if (!working) void work()
    },
  }
}
