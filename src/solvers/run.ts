/** Drives a study to its outcome in any host. The only caller of `solve()` and `tally()`. */
import type { Neighbours } from '../numerics/blocks'
import type { Helpers } from '../numerics/crew'
import { stream } from '../numerics/rng'
import { version } from '../version'
import {
  type Artifact,
  Failure,
  type Frame,
  type Hands,
  type Outcome,
  type Provenance,
  type Run,
  type Solution,
} from './contract'
import { picture } from './ensemble'
import { type Reading, readStudy } from './study'
import { summarise } from './summary'
import { merge, type Share, type Tally } from './tally'
import { verdictOn } from './verdict'

/** A host is a clock, a breath, a wish to stop and an eye. Node, workers and tests differ in nothing else. */
export interface Host {
  /** Milliseconds, from any origin. */
  now(): number
  /** Let messages in. */
  breathe(): Promise<void>
  /** Waited for once, after a preview and before the answer: the question may not be the last. */
  rest?(): Promise<void>
  cancelled(): boolean
  onFrame(frame: Frame): void
  /** Whether a frame would be looked at now. Default: always. */
  wanted?(): boolean
  /** Other threads that can take a share of an ensemble. */
  readonly crew?: readonly CrewMember[]
  readonly artifact?: Artifact
  /** Threads that a solver may share memory with. */
  readonly helpers?: Helpers
  /** Threads that keep blocks of a solver's work, where memory cannot be shared. */
  readonly neighbours?: Neighbours
  /** Threads that can do pieces of a study's work. */
  readonly hands?: readonly Hand[]
  /** The tally of an earlier, smaller run of the same study, to go on from; and where to leave this one's. */
  readonly earlier?: Tally
  keep?(tally: Tally): void
}

/** A thread that tallies a share of the study and shows its growing tally; resolves when its share is done. */
export interface CrewMember {
  tally(study: unknown, share: Share, onTally: (tally: Tally) => void): Promise<TallyOutcome>
}

/** A thread that does pieces of a study's work. */
export interface Hand {
  piece(study: unknown, piece: unknown): Promise<PieceOutcome>
}

type Fault = Pick<Extract<Outcome, { status: 'failed' }>, 'status' | 'code' | 'message' | 'hint'>

export type PieceOutcome =
  | { readonly status: 'done'; readonly result: unknown }
  | { readonly status: 'cancelled' }
  | Fault

export type TallyOutcome = { readonly status: 'done'; readonly tally: Tally } | { readonly status: 'cancelled' } | Fault

/** How long a solver works between two yields, in ms: what a cancel, and the picture after a slider, wait for. A breath in a browser's worker takes some 0.006 ms. */
export const sliceMs = 8
/** The first is shorter, and the next ones twice as long each: a hand on a slider waits for the first picture. */
const firstSliceMs = 4

/** Run a study to its end. Never throws: what goes wrong is an outcome. */
export async function runStudy(json: unknown, given: Host): Promise<Outcome> {
  const host = resting(given)
  const started = host.now()
  let provenance: Provenance = { version, solver: '', seed: 0, elapsedMs: 0, device: 'cpu' }
  const finish = <O extends object>(outcome: O) => ({
    ...outcome,
    provenance: { ...provenance, elapsedMs: Math.round(host.now() - started) },
  })
  try {
    const read = readStudy(json)
    if (!read.ok) return finish({ status: 'failed' as const, code: 'study', message: sentence(read.issues) })
    const { solver, seed, problem, options } = read.value
    provenance = { ...provenance, solver: solver.id, seed, device: solver.traits.device }
    const verdict = verdictOn(solver, problem, options)
    if (!verdict.ok) {
      const hint = verdict.instead ? `try the solver "${verdict.instead}"` : undefined
      return finish({ status: 'failed' as const, code: 'unsupported', message: verdict.why, hint })
    }
    const method = await solver.load()
    const site = await method.ensemble?.site?.(problem, options)
    if (site) provenance = { ...provenance, device: site.device }
    const crew = site?.device === 'gpu' ? [] : host.crew
    const solution = method.ensemble
      ? await runEnsemble(read.value, json, method.ensemble, { ...host, crew })
      : await drive(
          method.solve(problem, options, {
            ...lend(seed, host, read.value.study),
            ...(method.piece && { hands: handsOf(host.hands, json) }),
          }),
          host,
          (snapshot) => host.onFrame(snapshot()),
        )
    if (!solution) return finish({ status: 'cancelled' as const })
    const before = [verdict.caution, site?.warning, unanswered(read.value, solution)].filter((w) => w !== undefined)
    const warnings = [...before, ...solution.warnings]
    return finish({ status: 'done' as const, solution: { ...solution, warnings } })
  } catch (thrown) {
    return finish(failed(thrown))
  }
}

/** Rests after the first preview. */
function resting(host: Host): Host {
  let rest = host.rest
  let previewed = false
  if (!rest) return host
  return {
    ...host,
    onFrame(frame) {
      previewed ||= frame.preview === true
      host.onFrame(frame)
    },
    async breathe() {
      if (previewed) await rest?.()
      if (previewed) rest = undefined
      return host.breathe()
    },
  }
}

/** Why a solution that holds nothing does so; solvers leave out what they cannot observe. */
function unanswered({ problem, solver }: Reading, { observations }: Solution): string | undefined {
  const { moments, marginals, trajectories, joints } = problem.observe
  const asked = moments || marginals || trajectories || joints.length > 0
  if (!asked || Object.keys(observations).length > 0) return undefined
  return `nothing that was asked for can be observed by "${solver.id}": it gives ${solver.traits.observes.join(', ')}`
}

/** Tally one share of a study: what a crew member does. */
export async function tallyStudy(
  json: unknown,
  share: Share,
  host: Omit<Host, 'onFrame'> & { onTally(tally: Tally): void },
): Promise<TallyOutcome> {
  try {
    const read = readStudy(json)
    if (!read.ok) return { status: 'failed', code: 'study', message: sentence(read.issues) }
    const { solver, seed, problem, options } = read.value
    const { ensemble } = await solver.load()
    if (!ensemble) return { status: 'failed', code: 'bug', message: `${solver.id} does not make ensembles` }
    const tally = await drive(ensemble.tally(problem, options, lend(seed, host), share), host, host.onTally)
    return tally ? { status: 'done', tally } : { status: 'cancelled' }
  } catch (thrown) {
    return failed(thrown)
  }
}

/** Do one piece of a study's work: what another thread's run has given away. */
export async function pieceStudy(json: unknown, piece: unknown, host: Omit<Host, 'onFrame'>): Promise<PieceOutcome> {
  try {
    const read = readStudy(json)
    if (!read.ok) return { status: 'failed', code: 'study', message: sentence(read.issues) }
    const { solver, seed, problem, options } = read.value
    const method = await solver.load()
    if (!method.piece) return { status: 'failed', code: 'bug', message: `the work of ${solver.id} has no pieces` }
    const work = method.piece(problem, options, piece, lend(seed, host))
    const result = await drive(work, host, () => {})
    return result === undefined ? { status: 'cancelled' } : { status: 'done', result }
  } catch (thrown) {
    return failed(thrown)
  }
}

/** Others as a method sees them: each does one piece at a time. */
function handsOf(hands: readonly Hand[] | undefined, json: unknown): Hands | undefined {
  if (!hands?.length) return undefined
  const free = [...hands]
  return {
    others: hands.length,
    async piece(piece) {
      const hand = free.pop()
      if (!hand) throw new Error('more pieces were given away than there are threads')
      try {
        const outcome = await hand.piece(json, piece)
        if (outcome.status === 'failed') throw new Failure(outcome.code, outcome.message, outcome.hint)
        return outcome.status === 'done' ? outcome.result : undefined
      } finally {
        free.push(hand)
      }
    },
  }
}

/** Split the replicates over this thread and the crew; the parts add up to the same bits however they are split. */
async function runEnsemble(
  { problem, options, seed }: Reading,
  json: unknown,
  ensemble: NonNullable<Awaited<ReturnType<Reading['solver']['load']>>['ensemble']>,
  host: Host,
): Promise<Solution | undefined> {
  const crew = host.crew ?? []
  const until = ensemble.replicates(options)
  const first = host.earlier && host.earlier.replicates <= until ? host.earlier.replicates : 0
  const step = crew.length + 1
  const parts: (Tally | undefined)[] = crew.map(() => undefined)
  const earlier = first > 0 ? [host.earlier as Tally] : []
  const whole = (own: Tally) => merge([...earlier, own, ...parts.filter((part) => part !== undefined)])
  // A share that ends early ends the run: nobody should wait for the rest of a sum that will not be made.
  let broken: TallyOutcome | undefined
  const outcomes = crew.map(async (member, k) => {
    let over = false
    const outcome = await member.tally(json, { first: first + k + 1, step, until }, (tally) => {
      // It comes by another way than the outcome, and may be overtaken by it.
      if (!over) parts[k] = tally
    })
    over = true
    if (outcome.status === 'done') parts[k] = outcome.tally
    else broken ??= outcome
  })
  const stopped = () => {
    if (broken?.status === 'failed') throw new Failure(broken.code, broken.message, broken.hint)
    return broken !== undefined || host.cancelled()
  }
  const show = (own: Tally) => host.onFrame(picture(problem, whole(own), until))
  const own = await drive(
    ensemble.tally(problem, options, lend(seed, host), { first, step, until }),
    { ...host, cancelled: stopped },
    show,
  )
  if (!own) return undefined
  // The others may be behind: keep showing what they have while they finish.
  let waiting = true
  const all = Promise.all(outcomes).finally(() => {
    waiting = false
  })
  while (waiting) {
    await Promise.race([all, host.breathe()])
    if (stopped()) return undefined
    if (waiting && (host.wanted?.() ?? true)) show(own)
  }
  if (stopped()) return undefined
  const tally = whole(own)
  host.keep?.(tally)
  return summarise(problem, tally)
}

/** Pull a generator to its end, breathing at each yield; undefined when cancelled. The generator's `finally` runs. */
async function drive<T, R>(
  generator: AsyncGenerator<T, R>,
  host: Pick<Host, 'breathe' | 'cancelled' | 'wanted'>,
  show: (value: T) => void,
): Promise<R | undefined> {
  try {
    for (;;) {
      const next = await generator.next()
      if (next.done) return next.value
      if (host.wanted?.() ?? true) show(next.value)
      await host.breathe()
      if (host.cancelled()) return undefined
    }
  } finally {
    await generator.return(undefined as R)
  }
}

function lend(
  seed: number,
  host: Pick<Host, 'now' | 'artifact' | 'helpers' | 'neighbours'>,
  study?: Reading['study'],
): Run {
  const look = study?.view?.time
  let slice = host.now()
  let lasts = firstSliceMs
  return {
    rng: (i) => stream(seed, i),
    due() {
      const now = host.now()
      if (now - slice < lasts) return false
      slice = now
      lasts = Math.min(sliceMs, 2 * lasts)
      return true
    },
    now: () => host.now(),
    artifact: host.artifact,
    ...(typeof look === 'number' && { look }),
    helpers: host.helpers,
    neighbours: host.neighbours,
  }
}

function failed(thrown: unknown): Fault {
  if (thrown instanceof Failure) {
    return { status: 'failed', code: thrown.code, message: thrown.message, hint: thrown.hint }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    status: 'failed',
    code: 'bug',
    message,
    hint: 'this is a fault of the program: please report it with the study',
  }
}

function sentence(issues: readonly { path: string; message: string }[]): string {
  return issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('\n')
}
