/** `propensity solve`: a study, or a bare network with the question on the command line, to a solution as JSON. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readArtifact, writeArtifact } from '../src/solvers/artifact-file'
import type { Artifact, Frame, Outcome } from '../src/solvers/contract'
import { lanesOf } from '../src/solvers/lanes'
import { runStudy } from '../src/solvers/run'
import { readStudy, readStudyShape, type Study } from '../src/solvers/study'
import { imported, isSbml } from './sbml'
import { openThreads } from './threads'
import { exitStatus, number, oneFile, optionValue, pairs, readText, UsageError } from './usage'

/** What is asked of a network, whatever answers it. */
export const questionFlags = {
  times: { type: 'string' },
  set: { type: 'string', multiple: true },
  initial: { type: 'string', multiple: true },
} as const

const flags = {
  ...questionFlags,
  output: { type: 'string', short: 'o' },
  solver: { type: 'string' },
  observe: { type: 'string', multiple: true },
  options: { type: 'string', multiple: true },
  seed: { type: 'string' },
  learnt: { type: 'string' },
  keep: { type: 'string' },
  threads: { type: 'string' },
} as const

type Flags = Partial<ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']>

export async function solve(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const path = oneFile(positionals, 'study or network')
  const study = adjust(readFileAsStudy(path, values), values)
  const read = readStudy(study)
  if (!read.ok) throw new UsageError(read.issues.map((issue) => locate(path, issue)).join('\npropensity: '))
  const { keep } = values
  const checkpoint = keep === undefined ? undefined : (learnt: Artifact) => keepArtifact(keep, learnt, read.value.study)
  const running = run(
    study,
    values.learnt === undefined ? undefined : learntFrom(values.learnt),
    checkpoint,
    threads(values),
  )
  for (const { line, column, message } of read.value.diagnostics) {
    console.error(`${path}:${line}:${column}: warning: ${message}`)
  }
  const outcome = await running
  if (outcome.status === 'done' && outcome.solution.artifact) checkpoint?.(outcome.solution.artifact)
  if (outcome.status === 'cancelled') {
    console.error('propensity: cancelled')
    return exitStatus.cancelled
  }
  write(values.output, outcome)
  if (outcome.status === 'done') {
    for (const warning of outcome.solution.warnings) console.error(`propensity: ${warning}`)
    return exitStatus.done
  }
  console.error(`propensity: ${outcome.message}${outcome.hint ? ` (${outcome.hint})` : ''}`)
  return exitStatus.failed
}

function threads({ threads: given }: Flags): number | undefined {
  if (given === undefined) return undefined
  const count = number('threads', given)
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--threads: expected a whole number from 1 on, got ${given}`)
  return count
}

/** A study file as it is; a bare network becomes a study that asks for the given times. */
export function readFileAsStudy(path: string, { times }: Flags): Record<string, unknown> {
  const file = readText(path)
  const text = isSbml(file) ? imported(path, file) : file
  if (path.endsWith('.crn') || !text.trimStart().startsWith('{')) {
    if (path.endsWith('.json')) throw new UsageError(`${path} is not a study: a study is a JSON object`)
    if (times === undefined) throw new UsageError(`${path} is a bare network: say when to look, as in --times 1,5,20`)
    return { version: 1, network: text, times: [] }
  }
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new UsageError(`${path} is not JSON: ${(thrown as Error).message}`)
  }
}

/** The study with what the command line says instead. */
export function adjust(study: Record<string, unknown>, flags: Flags): Record<string, unknown> {
  const changed = { ...study }
  if (flags.solver !== undefined && flags.solver !== (study.solver ?? 'ssa')) {
    // Options belong to their solver; those of a lane that the study compares with are used: `tauLeap`, `tauLeap-2`.
    const shape = readStudyShape(study)
    const lanes = shape.ok ? lanesOf(shape.value) : []
    const lane = lanes.find(({ id }) => id === flags.solver)
    changed.solver = lane?.solver ?? flags.solver
    changed.options = lane?.options ?? {}
  }
  if (flags.times !== undefined) changed.times = readTimes(flags.times)
  if (flags.seed !== undefined) changed.seed = number('seed', flags.seed)
  if (flags.observe) changed.observe = readObserve(flags.observe)
  for (const [flag, key] of [
    ['set', 'parameters'],
    ['initial', 'initial'],
  ] as const) {
    const given = pairs(flag, flags[flag] ?? []).map(([name, text]) => [name, number(flag, text)] as const)
    if (given.length) changed[key] = { ...(changed[key] as object), ...Object.fromEntries(given) }
  }
  const options = pairs('options', flags.options ?? []).map(([name, text]) => [name, optionValue(text)] as const)
  if (options.length) changed.options = { ...(changed.options as object), ...Object.fromEntries(options) }
  return changed
}

/** `1,5,20`, or `0:100:101` for 101 times from 0 to 100. */
function readTimes(text: string): Study['times'] {
  const parts = text.split(':')
  if (parts.length === 3) {
    const [from, to, count] = parts.map((part) => number('times', part))
    return { from, to, count }
  }
  return text.split(',').map((part) => number('times', part))
}

/** A list in which `joint:A,B` keeps its comma. */
function readObserve(given: readonly string[]): string[] {
  return given.flatMap((text) => text.match(/joint:[^,]*,[^,]*|[^,]+/g) ?? [])
}

/** An issue with its file and, inside the network text, its line and column. */
function locate(path: string, issue: { path: string; message: string }): string {
  const inText = path.endsWith('.json') ? null : /^network:(\d+:\d+)$/.exec(issue.path)
  if (inText) return `${path}:${inText[1]}: ${issue.message}`
  return `${path}: ${issue.path ? `${issue.path}: ` : ''}${issue.message}`
}

/** What an earlier run has learnt. */
export function learntFrom(path: string): Artifact {
  const read = readArtifact(readBytes(path))
  if (!read.ok) throw new UsageError(`${path} cannot be used: ${read.why}`)
  return read.value.artifact
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw new UsageError(`cannot read ${path}: ${(thrown as Error).message}`)
  }
}

function keepArtifact(path: string, artifact: Artifact, study: Study): void {
  writeOut(path, writeArtifact({ artifact, study }))
}

/** How often a run that may be stopped leaves a checkpoint. */
const checkpointMs = 5000

/** Drives one study to its outcome, on so many threads where its work falls into pieces; Ctrl-C cancels it. */
export async function run(
  study: unknown,
  artifact?: Artifact,
  keep?: (learnt: Artifact) => void,
  threads?: number,
): Promise<Outcome> {
  let cancelled = false
  // A second Ctrl-C finds no handler, and ends the process at once.
  const stop = () => {
    cancelled = true
  }
  process.once('SIGINT', stop)
  const progress = openProgress()
  const { hands, close } = openThreads(threads)
  let kept = performance.now()
  try {
    return await runStudy(study, {
      now: () => performance.now(),
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      cancelled: () => cancelled,
      wanted: () => progress.wanted() || (keep !== undefined && performance.now() - kept > checkpointMs),
      onFrame(frame) {
        progress.show(frame)
        if (!frame.artifact || !keep) return
        kept = performance.now()
        keep(frame.artifact)
      },
      artifact,
      hands,
    })
  } finally {
    progress.close()
    await close()
    process.off('SIGINT', stop)
  }
}

/** One line on standard error, rewritten ten times a second, when somebody watches. */
function openProgress() {
  const watched = process.stderr.isTTY === true
  const started = performance.now()
  let last = 0
  return {
    wanted: () => watched && performance.now() - last > 100,
    show(frame: Frame) {
      if (!watched) return
      last = performance.now()
      const seconds = ((last - started) / 1000).toFixed(1)
      process.stderr.write(`\r\x1b[K${(100 * frame.done).toFixed(0).padStart(3)} %  ${seconds} s  ${frame.phase}`)
    },
    close() {
      if (watched && last) process.stderr.write('\r\x1b[K')
    },
  }
}

/**
 * Typed arrays become lists; what is not a number (NaN, ∞) becomes null, because JSON has no word for it. What was
 * learnt has a file of its own.
 */
function write(path: string | undefined, outcome: Outcome): void {
  const json = `${JSON.stringify(outcome, (key, value) => {
    if (key === 'artifact') return undefined
    return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value
  })}\n`
  if (path === undefined || path === '-') {
    process.stdout.write(json)
    return
  }
  writeOut(path, json)
}

function writeOut(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content)
  } catch (thrown) {
    throw new UsageError(`cannot write ${path}: ${(thrown as Error).message}`)
  }
}
