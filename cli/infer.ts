/** `propensity infer`: from a table of measurements to a posterior. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { calibrate, rankedAmong, uniformity } from '../src/analysis/inference/calibrate'
import { sizeOf } from '../src/analysis/inference/data'
import { inDigits, inferChain, type Posterior, posteriorOf } from '../src/analysis/inference/infer'
import { predict } from '../src/analysis/inference/predict'
import { type InferenceQuestion, type InferenceReading, readQuestion } from '../src/analysis/inference/question'
import { type Chain, emptyProgress } from '../src/analysis/inference/target'
import { Failure } from '../src/solvers/contract'
import { version } from '../src/version'
import { type Driven, drive } from './drive'
import { adjust, learntFrom, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, oneFile, pairs, readText, UsageError } from './usage'

const flags = {
  set: questionFlags.set,
  initial: questionFlags.initial,
  data: { type: 'string' },
  column: { type: 'string', multiple: true },
  kind: { type: 'string' },
  infer: { type: 'string', multiple: true },
  noise: { type: 'string' },
  start: { type: 'string' },
  method: { type: 'string', default: 'metropolis' },
  likelihood: { type: 'string' },
  learnt: { type: 'string' },
  options: { type: 'string', multiple: true },
  chains: { type: 'string' },
  seed: { type: 'string' },
  predict: { type: 'boolean' },
  calibrate: { type: 'string' },
  output: { type: 'string', short: 'o' },
} as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']

/** Names that stand for a method and its likelihood. */
const pairings: Readonly<Record<string, readonly [method: string, likelihood: string]>> = {
  'abc-smc': ['abc', 'fsp'],
  pmmh: ['metropolis', 'particle'],
  synthetic: ['metropolis', 'synthetic'],
}

export async function infer(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const path = oneFile(positionals, 'network or study')
  if (values.data === undefined) throw new UsageError('say where the measurements are, as in --data cells.csv')
  try {
    const reading = readQuestion(questionOf(path, values.data, values))
    const { issues, rows } = reading.read
    for (const { line, message } of issues) console.error(`${values.data}:${line}: left out: ${message}`)
    const { times, units } = sizeOf(reading.measured.data)
    const kept = `${reading.measured.data.quantities.join(', ')} of ${units} ${reading.measured.data.kind === 'courses' ? 'courses' : 'cells'}`
    console.error(`${values.data}: ${rows} rows: ${kept} at ${times} ${times === 1 ? 'time' : 'times'}`)
    const answer =
      values.calibrate === undefined
        ? await posterior(reading, values.predict === true)
        : await calibration(reading, number('calibrate', values.calibrate))
    if (!answer) {
      console.error('propensity: cancelled')
      return exitStatus.cancelled
    }
    write(values.output, answer)
    return exitStatus.done
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    console.error(`propensity: ${thrown.message}${thrown.hint ? ` (${thrown.hint})` : ''}`)
    return ['question', 'data', 'network', 'prior', 'learnt'].includes(thrown.code)
      ? exitStatus.unreadable
      : exitStatus.failed
  }
}

function questionOf(path: string, data: string, values: Flags): InferenceQuestion {
  const study = adjust(readFileAsStudy(path, { times: '0' }), { set: values.set, initial: values.initial })
  const [method, likelihood] = pairings[values.method] ?? [values.method, 'fsp']
  const given = pairs('options', values.options ?? []).map(([key, text]) => [key, number('options', text)] as const)
  const ofLikelihood = ['tolerance', 'cells', 'particles']
  const isOfLikelihood = (key: string) => ofLikelihood.includes(key) || (key === 'units' && method !== 'abc')
  return {
    network: String(study.network),
    parameters: study.parameters as Record<string, number> | undefined,
    initial: study.initial as Record<string, number> | undefined,
    data: { text: readText(data), mapping: mappingOf(values) },
    infer: values.infer && Object.fromEntries(values.infer.flatMap((text) => text.split(',')).map(rangeOf)),
    noise: noiseOf(values.noise),
    start: values.start as InferenceQuestion['start'],
    method,
    options: Object.fromEntries(given.filter(([key]) => !isOfLikelihood(key))),
    likelihood: values.likelihood ?? likelihood,
    learnt: values.learnt === undefined ? undefined : learntFrom(values.learnt),
    likelihoodOptions: Object.fromEntries(given.filter(([key]) => isOfLikelihood(key))),
    chains: values.chains === undefined ? undefined : number('chains', values.chains),
    seed: values.seed === undefined ? undefined : number('seed', values.seed),
  }
}

const roles = ['time', 'replicate', 'count', 'upper']

/** `--column time=hours --column X=reads`; without any, columns are guessed by their names. */
function mappingOf({ column, kind }: Flags): InferenceQuestion['data']['mapping'] {
  if (!column) {
    if (kind !== undefined) throw new UsageError('--kind goes with --column, which says what the columns are')
    return undefined
  }
  const given = pairs('column', column)
  const columns = Object.fromEntries(given.filter(([name]) => !roles.includes(name)))
  const used = Object.fromEntries(given.filter(([name]) => roles.includes(name)))
  const guess = used.replicate === undefined ? 'snapshots' : 'courses'
  return { kind: (kind ?? guess) as 'snapshots' | 'courses', ...used, columns }
}

/** `k`, `k=0.1:10` or `k=0.1:10:log`. */
function rangeOf(text: string): [string, { min?: number; max?: number; log?: boolean }] {
  const [name, range] = text.split('=')
  if (range === undefined) return [name.trim(), {}]
  const [min, max, log, ...rest] = range.split(':')
  if (max === undefined || rest.length || (log !== undefined && log !== 'log' && log !== 'even')) {
    throw new UsageError(`--infer takes NAME, NAME=MIN:MAX or NAME=MIN:MAX:log, got "${text}"`)
  }
  const even = log === undefined ? undefined : log === 'log'
  return [name.trim(), { min: number('infer', min), max: number('infer', max), log: even }]
}

/** `gaussian:sd=2`, `dropout:capture=0.3,background=1` or `none`. */
function noiseOf(text: string | undefined): InferenceQuestion['noise'] {
  if (text === undefined) return undefined
  const [kind, rest = ''] = text.split(':')
  const numbers = rest ? pairs('noise', [rest]).map(([key, value]) => [key, number('noise', value)] as const) : []
  return { kind, ...Object.fromEntries(numbers) } as InferenceQuestion['noise']
}

async function posterior(reading: InferenceReading, withPrediction: boolean): Promise<object | undefined> {
  const chains: Chain[] = []
  const seconds: number[] = []
  for (let c = 0; c < reading.chains; c++) {
    const progress = emptyProgress()
    const started = process.cpuUsage()
    const chain: Driven<Chain> = await drive(inferChain(reading, c, progress), () => {
      return `chain ${c + 1} of ${reading.chains}: ${(100 * progress.done).toFixed(0)} %, ${progress.phase}`
    })
    if (!chain.done) return undefined
    const { user, system } = process.cpuUsage(started)
    seconds.push((user + system) / 1e6)
    chains.push(chain.value)
  }
  const found = posteriorOf(reading, chains)
  report(found)
  const predicted = withPrediction ? await drive(predict(reading, found.draws), () => 'predicting') : undefined
  if (predicted && !predicted.done) return undefined
  return {
    ...found,
    predicted: predicted?.done ? predicted.value : undefined,
    mapping: reading.mapping,
    provenance: { version, seed: reading.seed, cpuSeconds: seconds.reduce((a, b) => a + b, 0) },
  }
}

/** A table on standard error: the JSON is for programs. */
function report({ parameters, warnings }: Posterior): void {
  const short = (x: number) => String(Number(x.toPrecision(4)))
  const rows = [
    ['parameter', 'mean', 'sd', '2.5 %', '97.5 %', 'R-hat', 'ESS bulk', 'ESS tail'],
    ...parameters.map(({ name, mean, sd, low, high, rHat, essBulk, essTail }) => [
      ...[name, short(mean), short(sd), short(low), short(high)],
      ...[inDigits(rHat, 3), inDigits(essBulk, 0), inDigits(essTail, 0)],
    ]),
  ]
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)))
  for (const row of rows) console.error(row.map((cell, k) => cell.padEnd(widths[k])).join('  '))
  for (const warning of warnings) console.error(`propensity: ${warning}`)
}

async function calibration(reading: InferenceReading, count: number): Promise<object | undefined> {
  let told = 0
  const work = calibrate(reading, count, rankedAmong, (done) => {
    told = done
  })
  const result = await drive(work, () => `${told} of ${count} data sets`)
  if (!result.done) return undefined
  const tests = result.value.parameters.map((name, i) => ({ name, ...uniformity(result.value, i) }))
  for (const { name, statistic, degrees, pValue } of tests) {
    const told =
      degrees > 0
        ? `χ² ${statistic.toFixed(2)} on ${degrees} degrees, p = ${pValue.toPrecision(3)}`
        : `${count} data sets are too few for a test: 100 are usual`
    console.error(`${name}: ${told}`)
  }
  return { ...result.value, uniform: tests, provenance: { version, seed: reading.seed } }
}

export function write(path: string | undefined, answer: object): void {
  const list = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)
  const json = `${JSON.stringify(answer, list)}\n`
  if (path === undefined || path === '-') process.stdout.write(json)
  else writeFileSync(path, json)
}
