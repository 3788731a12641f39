/** `propensity ensemble`: paths of learnt hops, beside exact ones. */
import { parseArgs } from 'node:util'
import { type EnsembleProgress, type EnsembleReport, ensembleReport } from '../src/analysis/ensembles/report'
import { Failure } from '../src/solvers/contract'
import { readStudy } from '../src/solvers/study'
import { version } from '../src/version'
import { drive } from './drive'
import { write } from './infer'
import { adjust, learntFrom, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, oneFile, UsageError } from './usage'

const flags = {
  set: questionFlags.set,
  initial: questionFlags.initial,
  learnt: { type: 'string' },
  hop: { type: 'string' },
  until: { type: 'string' },
  paths: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  output: { type: 'string', short: 'o' },
} as const

export async function ensemble(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const path = oneFile(positionals, 'network or study')
  if (values.learnt === undefined) throw new UsageError('say which network hops, as in --learnt FILE.safetensors')
  if (values.hop === undefined || values.until === undefined) {
    throw new UsageError('say how long a hop is and where to end, as in --hop 5 --until 100')
  }
  const study = adjust(readFileAsStudy(path, { times: '0' }), { set: values.set, initial: values.initial })
  const read = readStudy({ ...study, times: [0], solver: 'fsp', options: {} })
  if (!read.ok) throw new UsageError(read.issues.map((issue) => `${issue.path}: ${issue.message}`).join('; '))
  const { network, parameters, initial } = read.value.problem
  const plan = {
    hop: number('hop', values.hop),
    until: number('until', values.until),
    paths: number('paths', values.paths),
    seed: number('seed', values.seed),
  }
  if (!(Number.isInteger(plan.paths) && plan.paths > 0)) throw new UsageError('--paths takes a whole number above 0')
  let heard: EnsembleProgress = { done: 0, phase: 'starting' }
  const hear = (progress: EnsembleProgress) => {
    heard = progress
  }
  try {
    const work = ensembleReport({ network, parameters, initial, learnt: learntFrom(values.learnt), ...plan })
    const result = await drive(work, () => `${(100 * heard.done).toFixed(0)} %, ${heard.phase}`, hear)
    if (!result.done) {
      console.error('propensity: cancelled')
      return exitStatus.cancelled
    }
    tell(result.value)
    write(values.output, { ...result.value, provenance: { version, seed: plan.seed } })
    return exitStatus.done
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw new UsageError(`${thrown.message}${thrown.hint ? ` (${thrown.hint})` : ''}`)
  }
}

/** A table on standard error: the JSON is for programs. */
function tell({ species, times, hops, sampled, exact, drift, total, beyond, edge }: EnsembleReport): void {
  const short = (x: number | undefined) => (x === undefined ? '–' : String(Number(x.toPrecision(4))))
  const end = times.length - 1
  species.forEach((name, s) => {
    const pair = (one: { mean: readonly (Float64Array | undefined)[]; sd: readonly (Float64Array | undefined)[] }) =>
      `${short(one.mean[s]?.[end])} ± ${short(one.sd[s]?.[end])}`
    const truth = exact ? `, exact ${pair(exact)}` : ''
    console.error(`${name} at t = ${short(times[end])}: hops ${pair(hops)}, sample paths ${pair(sampled)}${truth}`)
  })
  if (drift) {
    const places = [1, Math.ceil(end / 2), end]
    const list = places.map((j) => `${short(drift.hellinger[j])} after ${j}`).join(', ')
    const floor = drift.kind === 'sampled' ? ` (sampling alone: ${short(drift.floor[end])})` : ''
    console.error(`Hellinger distance from the exact law: ${list} hops${floor}`)
  }
  if (beyond) console.error(`propensity: ${beyond} of ${total} hops began at counts that were not learnt from`)
  if (edge) console.error(`propensity: ${edge} of ${total} hops ended at the largest count that was learnt`)
}
