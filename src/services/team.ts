/**
 * Workers that work together, led by their first. A call to a dead worker never settles, so every call is raced against
 * the team's `broken`; a broken team is thrown away whole.
 */
import { type Remote, transfer, wrap } from 'comlink'
import type { SolverService } from './solver-service'
import type { WorkerLike } from './thread'

export interface Breakage {
  readonly code: 'worker-start' | 'worker-crash' | 'worker-stuck'
  readonly why: string
  /** Several pieces of work were under way: only one of them broke it. */
  readonly shared: boolean
}

export interface Team {
  readonly lead: Remote<SolverService>
  readonly broken: Promise<Breakage>
  /** A frame came: it works. */
  sign(): void
  /** Watches the hearts while the work goes on. */
  during<T>(work: Promise<T>): Promise<T>
  close(): void
}

/** Heartbeats a worker may miss; counted in beats, not in hours, because a closed lid stops the page's clock too. */
const beatsOfGrace = 5
/** While its script still loads, over a slow line. */
const beatsToLoad = 60

/** A team of `size` workers made by `spawn`, with `beatMs` between two heartbeats while it is busy. */
export function assemble(spawn: () => WorkerLike, size: number, beatMs: number): Team {
  const workers = Array.from({ length: size }, spawn)
  const services = workers.map((worker) => wrap<SolverService>(worker as Worker))
  const hearts = services.map((service) => ({ service, alive: false, waiting: false, missed: 0 }))
  let breakUp: (breakage: Omit<Breakage, 'shared'>) => void = () => {}
  let beating: ReturnType<typeof setInterval> | undefined
  let busy = 0
  const broken = new Promise<Breakage>((resolve) => {
    breakUp = (breakage) => {
      clearInterval(beating)
      for (const worker of workers) worker.terminate()
      resolve({ ...breakage, shared: busy > 1 })
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
