/**
 * The worker's side of the wire: runs studies, tallies shares of others' runs, analyses, and lets messages in while it
 * works.
 * The same object serves one thread without any wire (`local-client.ts`).
 */
import { expose, proxy, type Remote, releaseProxy, transfer, wrap } from 'comlink'
import type { Ending, Inquiry } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import { type Block, type Neighbours, serveBlock } from '../numerics/blocks'
import { canShare, type Helpers, type SharedTask, serveCrew } from '../numerics/crew'
import type { Artifact, Frame, Outcome } from '../solvers/contract'
import {
  type CrewMember,
  type Hand,
  type PieceOutcome,
  pieceStudy,
  runStudy,
  type TallyOutcome,
  tallyStudy,
} from '../solvers/run'
import type { Study } from '../solvers/study'
import type { Share, Tally } from '../solvers/tally'
import { openBreath } from './breath'
import { buffersOf } from './buffers'
import { conflate, type Seen } from './conflate'
import { methodOf, questionOf } from './question'
import { lineOver } from './sharing'

/** Run ids are the caller's and must be unique over all services that work together. */
export interface SolverService {
  ping(): void
  run(id: number, study: Study, onFrame: Seen<Frame>, artifact?: Artifact, restMs?: number): Promise<Outcome>
  inquire(id: number, inquiry: Inquiry, onProgress: Seen<Progress>): Promise<Ending>
  tally(id: number, study: Study, share: Share, onTally: Seen<Tally>): Promise<TallyOutcome>
  /** Does a piece of a run's work. */
  piece(id: number, study: Study, piece: unknown): Promise<PieceOutcome>
  /** Shares memory with a run of another thread until that lets it go. */
  help(id: number, task: SharedTask): Promise<void>
  /** Keeps a block of a run's states, and talks with its lead through this port until that lets it go. */
  keep(block: Block, port: MessagePort): Promise<void>
  /** Stops a run here and its shares elsewhere; unknown ids are past runs and ignored. */
  cancel(id: number): void
  /** The other threads of this one's crew, each behind a port; replaces the crew there was. */
  join(ports: readonly MessagePort[]): void
  /** Answers to another thread through this port, too. */
  serve(port: MessagePort): void
}

/** Showing may cost this share of a thread's time, less with a crew, which would have to wait for the one that shows. */
const shareForFrames = (crew: number) => 0.2 / Math.sqrt(1 + crew)
/** Copying tallies to another thread may cost this one; unpacking and adding them costs the other as much. */
const shareForTallies = 0.02

/** Tallies hold whole laws at all times: no more of them than lanes that usually sample at once. */
const maxKept = 4

/** A service with no crew yet. */
export function createSolverService(): SolverService {
  const running = new Set<number>()
  /** How many kernels of a run elsewhere this thread works on. */
  const helping = new Map<number, number>()
  /** What each method, as it is set, has counted last: going on with the same question costs only what is new. */
  const kept = new Map<string, { question: string; tally: Tally }>()
  let crew: Remote<SolverService>[] = []

  const service: SolverService = {
    ping() {},

    async run(id, study, onFrame, artifact, restMs) {
      running.add(id)
      const breath = openBreath()
      const frames = conflate(onFrame, shareForFrames(crew.length), (frame) => transfer(frame, buffersOf(frame)))
      const question = questionOf(study)
      const method = methodOf(study)
      const last = kept.get(method)
      const outcome = await runStudy(study, {
        now: () => performance.now(),
        breathe: breath.breathe,
        rest: restMs ? () => new Promise((resolve) => setTimeout(resolve, restMs)) : undefined,
        cancelled: () => !running.has(id),
        wanted: frames.wanted,
        onFrame: frames.send,
        crew: crew.map((member) => crewMember(member, id, study)),
        helpers: helpersOf(crew, id),
        neighbours: neighboursOf(crew),
        hands: crew.map((member) => handOf(member, id, study)),
        artifact,
        earlier: last?.question === question ? last.tally : undefined,
        keep(tally) {
          kept.delete(method)
          kept.set(method, { question, tally })
          for (const old of kept.keys()) if (kept.size > maxKept) kept.delete(old)
        },
      })
      if (outcome.status !== 'done') service.cancel(id)
      running.delete(id)
      breath.close()
      // The outcome does not wait for the screen to have drawn the last frame.
      void frames.settled()
      return outcome.status === 'done' ? transfer(outcome, buffersOf(outcome.solution)) : outcome
    },

    async inquire(id, inquiry, onProgress) {
      running.add(id)
      const breath = openBreath()
      const reports = conflate(onProgress, shareForFrames(0))
      // Loaded when first asked: workers that only sample never need it.
      const ending = await (await import('../analysis/inquire')).inquire(inquiry, {
        now: () => performance.now(),
        breathe: breath.breathe,
        cancelled: () => !running.has(id),
        onProgress: (progress) => reports.wanted() && reports.send(progress),
      })
      running.delete(id)
      breath.close()
      void reports.settled()
      return ending
    },

    async tally(id, study, share, onTally) {
      running.add(id)
      const breath = openBreath()
      const tallies = conflate(onTally, shareForTallies)
      const outcome = await tallyStudy(study, share, {
        now: () => performance.now(),
        breathe: breath.breathe,
        cancelled: () => !running.has(id),
        wanted: tallies.wanted,
        onTally: tallies.send,
      })
      running.delete(id)
      breath.close()
      void tallies.settled()
      return outcome
    },

    async piece(id, study, piece) {
      running.add(id)
      const breath = openBreath()
      const outcome = await pieceStudy(study, piece, {
        now: () => performance.now(),
        breathe: breath.breathe,
        cancelled: () => !running.has(id),
      })
      // The next piece, if there is one, adds it again.
      running.delete(id)
      breath.close()
      return outcome
    },

    async help(id, task) {
      // A run enlists anew for each larger box; a run that is over has let go of all.
      running.add(id)
      helping.set(id, (helping.get(id) ?? 0) + 1)
      const breath = openBreath()
      await serveCrew(
        task,
        breath.breathe,
        () => !running.has(id),
        () => performance.now(),
      )
      breath.close()
      const left = (helping.get(id) ?? 1) - 1
      helping.set(id, left)
      if (left > 0) return
      helping.delete(id)
      running.delete(id)
    },

    keep: (block, port) => serveBlock(block, lineOver(port)),

    cancel(id) {
      if (!running.delete(id)) return
      for (const member of crew) void member.cancel(id)
    },

    join(ports) {
      for (const member of crew) member[releaseProxy]()
      crew = ports.map((port) => wrap<SolverService>(port))
    },

    serve(port) {
      expose(service, port)
    },
  }
  return service
}

/** Threads of the crew, to share memory with; undefined where there are none, or memory cannot be shared. */
function helpersOf(crew: readonly Remote<SolverService>[], id: number): Helpers | undefined {
  if (crew.length === 0 || !canShare()) return undefined
  return {
    others: crew.length,
    enlist(tasks) {
      for (const [k, task] of tasks.entries()) void crew[k].help(id, task)
    },
  }
}

/** Threads of the crew, each with a line to it, where memory cannot be shared. */
function neighboursOf(crew: readonly Remote<SolverService>[]): Neighbours | undefined {
  if (crew.length === 0 || canShare()) return undefined
  return {
    others: crew.length,
    hire: (blocks) =>
      blocks.map((block, k) => {
        const { port1, port2 } = new MessageChannel()
        void crew[k].keep(transfer(block, [block.rest.buffer as ArrayBuffer]), transfer(port2, [port2]))
        return lineOver(port1)
      }),
  }
}

function handOf(member: Remote<SolverService>, id: number, study: Study): Hand {
  return { piece: (_, piece) => member.piece(id, study, piece) as Promise<PieceOutcome> }
}

function crewMember(member: Remote<SolverService>, id: number, study: Study): CrewMember {
  return {
    tally: (_, share, onTally) => member.tally(id, study, share, proxy(onTally)) as Promise<TallyOutcome>,
  }
}
