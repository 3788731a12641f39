/**
 * The page's side of the wire. Samplers share a team of workers led by its first; all other methods share another, so that on
 * two cores the exact curve is not starved. Where a team breaks under several runs, each is asked once more, of a thread of
 * its own, so that only the one that broke it fails; the next run assembles a fresh team.
 */
import { proxy } from 'comlink'
import type { Ending } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import type { Frame, Outcome } from '../solvers/contract'
import { solvers, usual } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { version } from '../version'
import { type Client, lostRun, painted } from './client'
import { withFallback } from './fallback'
import { localClient } from './local-client'
import { assemble, type Breakage, type Team } from './team'
import type { WorkerLike } from './thread'

export interface WorkerClientOptions {
  spawn(): WorkerLike
  /** Workers in the sampling team. */
  size: number
  /** Start the workers now, while the page still composes itself, not at the first run. */
  eager?: boolean
  /** Between two heartbeats of a busy team. */
  beatMs?: number
  paint?(): Promise<void>
}

/** Threads of one solver: memory, which they share, is as fast as a few of them ask for. */
const mostSolving = 4

/** Independent replicates are shared out over a team; anything else is one thread's work, analyses another's. */
type Role = 'sampling' | 'solving' | 'analysing'

/** What is asked of a team: an answer, made by its lead, or what stands for one that never came. */
interface Question<T> {
  readonly role: Role
  answer(team: Team, id: number): Promise<T>
  lost(breakage: Breakage): T
  /** It is asked again, since a neighbour may have broken the team. */
  again?(breakage: Breakage): void
}

interface Asked<T> {
  /** Never rejects. */
  readonly answer: Promise<T>
  /** Cancelled, or answered. */
  over(): boolean
  cancel(): void
}

/** The page's client: workers where they start, this thread where they do not. `?workers=N` sets the team's size. */
export function createClient(): Client {
  const local = localClient()
  if (typeof Worker === 'undefined') return local
  const spawn = () =>
    new Worker(new URL('../../workers/cpu.worker.ts', import.meta.url), { type: 'module', name: 'cpu' })
  try {
    return withFallback(workerClient({ spawn, size: teamSize(), eager: true }), local)
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
  const { spawn, size, eager = false, beatMs = 1000, paint = painted } = surroundings
  const ask = asker(spawn, beatMs, {
    sampling: size,
    solving: Math.min(size, mostSolving),
    analysing: 1,
  })
  if (eager) for (const role of ['sampling', 'solving'] as const) ask.teamFor(role)
  return {
    workers: size,
    run(study, { onFrame, onRestart, signal, artifact, restMs }) {
      let learnt = artifact
      const asked = ask.question<Outcome>({
        role: roleOf(study),
        answer(team, id) {
          const show = async (frame: Frame) => {
            team.sign()
            if (asked.over()) return
            learnt = frame.artifact ?? learnt
            onFrame(frame)
            await paint()
          }
          return team.lead.run(id, study, proxy(show), learnt, restMs) as Promise<Outcome>
        },
        lost: ({ code, why }) => lostRun(study, code, sentence(code, why), goOn, version),
        again: ({ code, why }) => onRestart?.(`${sentence(code, why)}. This run was begun again in another.`),
      })
      signal?.addEventListener('abort', asked.cancel, { once: true })
      const outcome = asked.answer.finally(() => signal?.removeEventListener('abort', asked.cancel))
      if (signal?.aborted) asked.cancel()
      return { outcome, cancel: asked.cancel }
    },
    inquire(inquiry, onProgress) {
      const asked = ask.question<Ending>({
        role: 'analysing',
        answer(team, id) {
          const show = (progress: Progress) => {
            team.sign()
            if (!asked.over()) onProgress(progress)
          }
          return team.lead.inquire(id, inquiry, proxy(show)) as Promise<Ending>
        },
        lost: ({ code, why }) => ({ status: 'failed', code, message: sentence(code, why), hint: goOn }),
      })
      return { ending: asked.answer, cancel: asked.cancel }
    },
    close: ask.close,
  }
}

function roleOf(study: Study): Role {
  const traits = solvers[study.solver ?? usual]?.traits
  return traits?.random && !traits.trains ? 'sampling' : 'solving'
}

/** Asks teams, which it assembles when they are first needed, and again after they broke. */
function asker(spawn: () => WorkerLike, beatMs: number, sizes: Record<Role, number>) {
  const teams = new Map<Role, Team>()
  /** Threads of single runs that were asked again. */
  const alone = new Set<Team>()
  let closed = false
  let ids = 0

  function teamFor(role: Role): Team {
    const present = teams.get(role)
    if (present) return present
    const team = assemble(spawn, sizes[role], beatMs)
    teams.set(role, team)
    team.broken.then(() => {
      if (teams.get(role) === team) teams.delete(role)
    })
    return team
  }

  /** At once, so that questions reach a worker in the order in which they were asked. */
  function question<T>({ role, answer, lost, again }: Question<T>): Asked<T> {
    const id = ++ids
    let over = false
    let team = teamFor(role)
    const attempt = (): Promise<{ answer: T } | { breakage: Breakage }> =>
      team.during(
        Promise.race([
          answer(team, id).then(
            (answer) => ({ answer }),
            (thrown) => ({ breakage: unexpected(thrown) }),
          ),
          team.broken.then((breakage) => ({ breakage })),
        ]),
      )
    const settle = async (first: Promise<{ answer: T } | { breakage: Breakage }>) => {
      const ended = await first
      if ('answer' in ended) return ended.answer
      if (!ended.breakage.shared || ended.breakage.code === 'worker-start' || over || closed)
        return lost(ended.breakage)
      again?.(ended.breakage)
      team = assemble(spawn, 1, beatMs)
      alone.add(team)
      const last = await attempt()
      alone.delete(team)
      team.close()
      // Workers did start here: whatever ended this one, its code is not that of a browser without workers.
      return 'answer' in last ? last.answer : lost({ ...last.breakage, code: ended.breakage.code })
    }
    return {
      answer: settle(attempt()).finally(() => {
        over = true
      }),
      over: () => over,
      cancel() {
        over = true
        team.lead.cancel(id)
      },
    }
  }

  function close(): void {
    closed = true
    for (const team of [...teams.values(), ...alone]) team.close()
    teams.clear()
    alone.clear()
  }

  return { teamFor, question, close }
}

/** The call itself was refused: nothing that another thread would do better. */
const unexpected = (thrown: unknown): Breakage => ({
  code: 'worker-crash',
  why: String((thrown as Error | undefined)?.message ?? thrown),
  shared: false,
})

const goOn = 'run it again: a fresh worker takes its place'

const sentence = (code: Breakage['code'], why: string) =>
  `${code === 'worker-start' ? 'A worker could not start' : 'A worker stopped'}: ${why}`
