/**
 * The page's side of the wire. Samplers share a team of workers led by its first; all other methods share another, so that on
 * two cores the exact curve is not starved. A call to a dead worker never settles, so every call is
 * raced against the team's `broken`; a broken team is thrown away whole and the next run assembles a fresh one.
 */
import { proxy, type Remote, transfer, wrap } from 'comlink'
import type { Ending } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import type { Frame, Outcome } from '../solvers/contract'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { version } from '../version'
import { type Client, lostRun, painted } from './client'
import { localClient } from './local-client'
import { canShare } from './sharing'
import type { SolverService } from './solver-service'

/** What is used of a `Worker`; tests bring their own. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'>

export interface WorkerClientOptions {
  spawn(): WorkerLike
  /** Workers in the sampling team. */
  size: number
  /** Solvers may share memory between threads. Default: they work alone. */
  shares?: boolean
  /** Start the workers now, while the page still composes itself, not at the first run. */
  eager?: boolean
  /** Between two heartbeats of a busy team. */
  beatMs?: number
  paint?(): Promise<void>
}

/** Heartbeats a worker may miss; counted in beats, not in hours, because a closed lid stops the page's clock too. */
const beatsOfGrace = 5
/** While its script still loads, over a slow line. */
const beatsToLoad = 60

/** Threads of one solver: memory, which they share, is as fast as a few of them ask for. */
const mostSolving = 4

/** Independent replicates are shared out over a team; anything else is one thread's work, analyses another's. */
type Role = 'sampling' | 'solving' | 'analysing'

interface Breakage {
  readonly code: 'worker-start' | 'worker-crash' | 'worker-stuck'
  readonly why: string
}

interface Team {
  readonly lead: Remote<SolverService>
  readonly broken: Promise<Breakage>
  /** A frame came: it works. */
  sign(): void
  /** Watches the hearts while the work goes on. */
  during<T>(work: Promise<T>): Promise<T>
  close(): void
}

/** The page's client: workers where they start, this thread where they do not. `?workers=N` sets the team's size. */
export function createClient(): Client {
  const local = localClient()
  if (typeof Worker === 'undefined') return local
  const spawn = () =>
    new Worker(new URL('../../workers/cpu.worker.ts', import.meta.url), { type: 'module', name: 'cpu' })
  try {
    return withFallback(workerClient({ spawn, size: teamSize(), shares: canShare(), eager: true }), local)
  } catch {
    // Some browsers throw where a policy forbids workers; others send an event, which the fallback hears.
    return local
  }
}

/** One worker per core, at least 2 (the screen needs less than one), at most 8. */
function teamSize(): number {
  const asked = Number(new URLSearchParams(globalThis.location?.search).get('workers'))
  if (Number.isInteger(asked) && asked >= 1) return Math.min(asked, 64)
  return Math.min(8, Math.max(2, navigator.hardwareConcurrency || 2))
}

/** A client over workers made by `spawn`. */
export function workerClient(surroundings: WorkerClientOptions): Client {
  const { spawn, size, shares = false, eager = false, beatMs = 1000, paint = painted } = surroundings
  const teams = new Map<Role, Team>()
  let ids = 0
  // A solver has use for others only where they can share its memory.
  const sizes: Partial<Record<Role, number>> = { sampling: size, solving: shares ? Math.min(size, mostSolving) : 1 }
  const teamFor = (role: Role): Team => {
    const present = teams.get(role)
    if (present) return present
    const team = assemble(spawn, sizes[role] ?? 1, beatMs)
    teams.set(role, team)
    team.broken.then(() => {
      if (teams.get(role) === team) teams.delete(role)
    })
    return team
  }
  if (eager) for (const role of ['sampling', 'solving'] as const) teamFor(role)
  return {
    workers: size,
    run(study, { onFrame, signal, artifact }) {
      const id = ++ids
      let over = false
      const team = teamFor(roleOf(study))
      const show = async (frame: Frame) => {
        team.sign()
        if (over) return
        onFrame(frame)
        await paint()
      }
      const cancel = () => {
        over = true
        team.lead.cancel(id)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      const answer = team.lead.run(id, study, proxy(show), artifact) as Promise<Outcome>
      const outcome = team
        .during(
          Promise.race([
            answer.catch((thrown) => lost(study, { code: 'worker-crash', why: String(thrown?.message ?? thrown) })),
            team.broken.then((breakage) => lost(study, breakage)),
          ]),
        )
        .finally(() => {
          over = true
          signal?.removeEventListener('abort', cancel)
        })
      if (signal?.aborted) cancel()
      return { outcome, cancel }
    },
    inquire(inquiry, onProgress) {
      const id = ++ids
      let over = false
      const team = teamFor('analysing')
      const show = (progress: Progress) => {
        team.sign()
        if (!over) onProgress(progress)
      }
      const cancel = () => {
        over = true
        team.lead.cancel(id)
      }
      const ending = team
        .during(
          Promise.race([
            (team.lead.inquire(id, inquiry, proxy(show)) as Promise<Ending>).catch((thrown) =>
              lostInquiry({ code: 'worker-crash', why: String(thrown?.message ?? thrown) }),
            ),
            team.broken.then(lostInquiry),
          ]),
        )
        .finally(() => {
          over = true
        })
      return { ending, cancel }
    },
    close() {
      for (const team of teams.values()) team.close()
      teams.clear()
    },
  }
}

function roleOf(study: Study): Role {
  const traits = solvers[study.solver ?? 'ssa']?.traits
  return traits?.random && !traits.trains ? 'sampling' : 'solving'
}

function assemble(spawn: () => WorkerLike, size: number, beatMs: number): Team {
  const workers = Array.from({ length: size }, spawn)
  const services = workers.map((worker) => wrap<SolverService>(worker as Worker))
  const hearts = services.map((service) => ({ service, alive: false, waiting: false, missed: 0 }))
  let breakUp: (breakage: Breakage) => void = () => {}
  let beating: ReturnType<typeof setInterval> | undefined
  let busy = 0
  const broken = new Promise<Breakage>((resolve) => {
    breakUp = (breakage) => {
      clearInterval(beating)
      for (const worker of workers) worker.terminate()
      resolve(breakage)
    }
  })
  const started = () => hearts.some(({ alive }) => alive)
  workers.forEach((worker) => {
    const crashed = (event: Event) => {
      event.preventDefault()
      const why = (event as ErrorEvent).message || 'it could not be read'
      breakUp({ code: started() ? 'worker-crash' : 'worker-start', why })
    }
    worker.addEventListener('error', crashed)
    worker.addEventListener('messageerror', crashed)
  })
  const listen = (heart: (typeof hearts)[number]) => {
    heart.waiting = true
    heart.service.ping().then(() => Object.assign(heart, { alive: true, waiting: false, missed: 0 }))
  }
  const beat = () => {
    for (const heart of hearts) {
      if (!heart.waiting) listen(heart)
      else if (++heart.missed >= (heart.alive ? beatsOfGrace : beatsToLoad)) {
        const why = `it gave no sign for ${Math.round((heart.missed * beatMs) / 1000)} seconds`
        breakUp({ code: started() ? 'worker-stuck' : 'worker-start', why })
      }
    }
  }
  hearts.forEach(listen)
  introduce(services)
  return {
    lead: services[0],
    broken,
    sign() {
      hearts[0].alive = true
    },
    async during(work) {
      if (busy++ === 0) beating = setInterval(beat, beatMs)
      try {
        return await work
      } finally {
        if (--busy === 0) clearInterval(beating)
      }
    },
    close: () => breakUp({ code: 'worker-crash', why: 'it was closed' }),
  }
}

/** Give the lead a port to each of the others, so that tallies are merged off the page's thread. */
function introduce([lead, ...others]: Remote<SolverService>[]): void {
  const ports = others.map((other) => {
    const { port1, port2 } = new MessageChannel()
    other.serve(transfer(port2, [port2]))
    return port1
  })
  if (ports.length) lead.join(transfer(ports, ports))
}

const goOn = 'run it again: a fresh worker takes its place'

const sentence = ({ code, why }: Breakage) =>
  `${code === 'worker-start' ? 'A worker could not start' : 'A worker stopped'}: ${why}`

function lost(study: Study, breakage: Breakage): Outcome {
  return lostRun(study, breakage.code, sentence(breakage), goOn, version)
}

const lostInquiry = (breakage: Breakage): Ending => ({
  status: 'failed',
  code: breakage.code,
  message: sentence(breakage),
  hint: goOn,
})

/** Runs that no worker could take go on in this thread. */
export function withFallback(first: Client, second: Client): Client {
  let usable = true
  return {
    get workers() {
      return usable ? first.workers : second.workers
    },
    run(study, request) {
      if (!usable) return second.run(study, request)
      let handle = first.run(study, request)
      let cancelled = false
      const outcome = handle.outcome.then((ended) => {
        if (cancelled || ended.status !== 'failed' || ended.code !== 'worker-start') return ended
        usable = false
        handle = second.run(study, request)
        return handle.outcome
      })
      return {
        outcome,
        cancel() {
          cancelled = true
          handle.cancel()
        },
      }
    },
    inquire(inquiry, onProgress) {
      if (!usable) return second.inquire(inquiry, onProgress)
      let handle = first.inquire(inquiry, onProgress)
      let cancelled = false
      const ending = handle.ending.then((ended) => {
        if (cancelled || ended.status !== 'failed' || ended.code !== 'worker-start') return ended
        usable = false
        handle = second.inquire(inquiry, onProgress)
        return handle.ending
      })
      return {
        ending,
        cancel() {
          cancelled = true
          handle.cancel()
        },
      }
    },
    close() {
      first.close()
      second.close()
    },
  }
}
