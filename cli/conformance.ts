/** `propensity conformance`: a folder of cases of the discrete stochastic model test suite, with a verdict on each. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CaseFiles, type CaseVerdict, judge, type Verdict } from '../src/analysis/conformance'
import { version } from '../src/version'
import { exitStatus, number, oneFile, UsageError } from './usage'

const flags = {
  replicates: { type: 'string', default: '10000' },
  seed: { type: 'string', default: '1' },
  solver: { type: 'string', default: 'ssa' },
  json: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
} as const

export async function conformance(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const cases = readCases(oneFile(positionals, 'folder of cases'))
  const question = {
    replicates: number('replicates', values.replicates),
    seed: number('seed', values.seed),
    solver: values.solver,
  }
  let cancelled = false
  process.once('SIGINT', () => {
    cancelled = true
  })
  const host = {
    now: () => performance.now(),
    breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
    cancelled: () => cancelled,
    wanted: () => false,
    onFrame: () => {},
  }
  const verdicts: CaseVerdict[] = []
  for (const files of cases) {
    verdicts.push(await judge(files, question, host))
    if (cancelled) return exitStatus.cancelled
    if (!values.json) console.log(line(verdicts.at(-1)!))
  }
  const summary = summarise(verdicts)
  const record = { version, ...question, ...summary, cases: verdicts.map(rounded) }
  if (values.json) console.log(JSON.stringify(record))
  else console.log(sentence(summary))
  if (values.output !== undefined) writeFileSync(values.output, `${JSON.stringify(record)}\n`)
  return summary.passed === verdicts.length ? exitStatus.done : exitStatus.failed
}

/** Cases in folders of their own: the newest SBML there is of each, its settings and its results. */
function readCases(folder: string): CaseFiles[] {
  let entries: string[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  } catch (thrown) {
    throw new UsageError(`cannot read ${folder}: ${(thrown as Error).message}`)
  }
  const cases = entries.flatMap((name) => {
    const files = readdirSync(join(folder, name))
    const pick = (pattern: RegExp) =>
      files
        .filter((file) => pattern.test(file))
        .sort()
        .at(-1)
    const [sbml, settings, results] = [/-sbml-l\dv\d\.xml$/, /-settings\.txt$/, /-results\.csv$/].map(pick)
    if (!sbml || !settings || !results) return []
    const text = (file: string) => readFileSync(join(folder, name, file), 'utf8')
    return [{ name, sbml: text(sbml), settings: text(settings), results: text(results) }]
  })
  if (cases.length === 0) {
    throw new UsageError(`${folder} has no case: a folder with …-sbml-l3v1.xml, …-settings.txt and …-results.csv`)
  }
  return cases
}

interface Summary {
  /** By the suite's own rule, … */
  readonly passedBySuite: number
  /** … and with the allowance for heavy tails. */
  readonly passed: number
  readonly failed: number
  readonly refused: number
  readonly events: number
  readonly seconds: number
}

function summarise(verdicts: readonly CaseVerdict[]): Summary {
  const count = (verdict: Verdict) => verdicts.filter((one) => one.verdict === verdict).length
  return {
    passedBySuite: verdicts.filter(({ suite }) => suite === 'passed').length,
    passed: count('passed'),
    failed: count('failed'),
    refused: count('refused'),
    events: verdicts.reduce((sum, one) => sum + one.events, 0),
    seconds: Number(verdicts.reduce((sum, one) => sum + one.seconds, 0).toFixed(1)),
  }
}

function line({
  name,
  title,
  suite,
  verdict,
  why,
  worstZ,
  worstY,
  excursions,
  unexplained,
  events,
  seconds,
}: CaseVerdict): string {
  if (verdict === 'refused') return `${name}  refused  ${why}`
  const numbers = `Z ${worstZ.toFixed(2).padStart(6)}  Y ${worstY.toFixed(2).padStart(6)}`
  const tails = suite === verdict ? '' : `, ${unexplained} beyond its tails: ${verdict} with them allowed for`
  const outside = `${excursions.join(' then ')} outside${tails}`.padEnd(16)
  const work = `${events.toExponential(2)} events ${seconds.toFixed(2).padStart(6)} s`
  return `${name}  ${suite}  ${numbers}  ${outside}  ${work}  ${title}`
}

function sentence({ passedBySuite, passed, failed, refused, events, seconds }: Summary): string {
  const work = `${events.toExponential(2)} events in ${seconds} s`
  const all = passed + failed + refused
  return `by the suite's rule ${passedBySuite} of ${all} passed; allowing for heavy tails ${passed} passed, ${failed} failed; ${refused} refused; ${work}`
}

/** Five digits say all that sampling leaves. */
function rounded(one: CaseVerdict): CaseVerdict {
  const short = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(5)))
  return {
    ...one,
    worstZ: Number(one.worstZ.toPrecision(5)),
    worstY: Number(one.worstY.toPrecision(5)),
    quantities: one.quantities.map(({ name, mean, sd, z, y, tail }) => ({
      ...{ name, mean: short(mean), sd: short(sd) },
      ...{ z: short(z), y: short(y), tail: short(tail) },
    })),
  }
}
