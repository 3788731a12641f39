/** `propensity analyse`: what follows from laws: passage times, gaps, lasting laws, sensitivities, distances. */
import { parseArgs } from 'node:util'
import { answer } from '../src/analysis/inquire'
import type { Inquiry } from '../src/analysis/inquiry'
import { learntSensitivity } from '../src/analysis/learnt-sensitivity'
import { firstPassage } from '../src/analysis/passage'
import type { Work } from '../src/analysis/progress'
import { sensitivity } from '../src/analysis/sensitivity'
import { readCondition } from '../src/network/condition'
import { quantities } from '../src/network/network'
import { Failure } from '../src/solvers/contract'
import { readStudy, readStudyShape, type Study } from '../src/solvers/study'
import { between } from './between'
import { drive } from './drive'
import { adjust, learntFrom, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, pairs, UsageError } from './usage'

const flags = {
  ...questionFlags,
  to: { type: 'string' },
  against: { type: 'string', multiple: true },
  between: { type: 'string' },
  parameter: { type: 'string' },
  learnt: { type: 'string' },
} as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']

const asked =
  (kind: Inquiry['kind']) =>
  (study: Study): Work<unknown> =>
    answer({ kind, study })

/** As on the page, but that `information` gives every derivative, too, and a passage its law at the times asked for. */
const analyses: Record<string, (study: Study, values: Flags) => Work<unknown>> = {
  gap: asked('gap'),
  passage,
  stationary: asked('stationary'),
  quasi: asked('quasi'),
  sensitivity: (study, { parameter, learnt }) =>
    learnt === undefined ? answer({ kind: 'sensitivity', study, parameter }) : ofLearnt(study, learnt, parameter),
  information,
  distance,
}

/** JSON on standard output; exit status as of `solve`. */
export async function analyse(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const [what, path, ...rest] = positionals
  const known = Object.keys(analyses).join(', ')
  if (what === undefined || !Object.hasOwn(analyses, what)) {
    throw new UsageError(`${what === undefined ? 'which analysis?' : `no analysis ${what};`} there are ${known}`)
  }
  if (path === undefined || rest.length) throw new UsageError('give one study or network')
  const study = adjust(readFileAsStudy(path, { ...values, times: values.times ?? '0' }), values)
  try {
    if (what === 'distance' && values.between !== undefined) return write(await between(laneful(study), values.between))
    let phase = ''
    const work = analyses[what](checked(study).study, values)
    const driven = await drive(
      work,
      () => phase,
      (told) => {
        if (told) phase = told.phase
      },
    )
    return write(driven.done ? driven.value : undefined)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    console.error(`propensity: ${thrown.message}${thrown.hint ? ` (${thrown.hint})` : ''}`)
    return exitStatus.failed
  }
}

/** Nothing where it was stopped. */
function write(answered: unknown): number {
  if (answered === undefined) {
    console.error('propensity: cancelled')
    return exitStatus.cancelled
  }
  process.stdout.write(
    `${JSON.stringify(answered, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value))}\n`,
  )
  return exitStatus.done
}

/** The study with the methods that it compares, or why it cannot be read. */
function laneful(study: Record<string, unknown>): Study {
  const read = readStudyShape(study)
  if (read.ok) return read.value
  throw new UsageError(read.issues.map(({ path, message }) => `${path}: ${message}`).join('\npropensity: '))
}

/** The study as the projection reads it, or why it cannot be read. */
function checked(study: Record<string, unknown>) {
  const read = readStudy({ ...study, solver: 'fsp', options: {} })
  if (read.ok) return read.value
  throw new UsageError(read.issues.map(({ path, message }) => `${path}: ${message}`).join('\npropensity: '))
}

function passage(study: Study, { to }: Flags): Work<unknown> {
  if (!to) throw new UsageError("say what is to be reached, as in --to 'X >= 25'")
  const { text, diagnostics } = readCondition(study.network, to)
  const wrong = diagnostics.find(({ severity }) => severity === 'error')
  if (wrong) throw new UsageError(`--to, column ${wrong.column}: ${wrong.message}`)
  const { problem } = checked({ ...study, network: text, observe: [] })
  return firstPassage(problem, quantities(problem.network).length - 1)
}

/** By the network's own derivative. */
function ofLearnt(study: Study, file: string, parameter: string | undefined): Work<unknown> {
  if (parameter === undefined) throw new UsageError('say by which parameter, as in --parameter k')
  return learntSensitivity(learntFrom(file), checked(study).problem, parameter)
}

function information(study: Study): Work<unknown> {
  const { problem } = checked({ ...study })
  return sensitivity(
    problem,
    problem.network.parameters.map((_, i) => i),
  )
}

/** How far apart the laws of each quantity are under two settings of the parameters. */
function* distance(study: Study, { against }: Flags): Work<unknown> {
  const given = pairs('against', against ?? []).map(([name, text]) => [name, number('against', text)] as const)
  if (given.length === 0)
    throw new UsageError('say what is to change, as in --against a=37, or --between which two methods')
  const finding = yield* answer({ kind: 'distance', study, against: Object.fromEntries(given) })
  if (finding.kind !== 'distance') return finding
  const { distances, bounds } = finding
  const { time, quantity } = distances.coords
  const value = (k: number, measure: number, q: number) => distances.data[(k * 3 + measure) * quantity.length + q]
  return time.flatMap((t, k) =>
    quantity.map((name, q) => ({
      time: t,
      quantity: name,
      totalVariation: { value: value(k, 0, q), bound: bounds.totalVariation[k] },
      hellinger: value(k, 1, q),
      divergence: value(k, 2, q),
    })),
  )
}
