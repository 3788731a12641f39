/**
 * The discrete stochastic model test suite (Evans, Gillespie & Wilkinson 2008, doi:10.1093/bioinformatics/btm566): does
 * a simulator's ensemble have the tabulated mean and standard deviation at every time? For n runs
 *
 *   Z = √n (X̄ − μ)/σ  in (−3, 3),   Y = √(n/2) (S²/σ² − 1)  in (−5, 5),   S² = (1/n) Σ (X − μ)², about the tabulated μ,
 *
 * and where σ is 0 the values must match exactly. By chance some lie outside: one case may have one; a case with more is
 * run again from another seed, and passes if it then has at most one.
 *
 * That is the verdict `suite`. But Y supposes nearly normal laws: its own standard deviation is √((κ − 1)/2) for a law
 * of kurtosis κ. A dying population (case 00003) has κ = 96 in the end, by the closed form of its law; a perfect
 * simulator then leaves (−5, 5) 5.4 times a run on average, whatever n is. So beside the suite's verdict stands
 * one that fails a case only by excursions which are also outside when Y is measured by the standard deviation that the
 * sample's fourth moment gives it. Neither is told without the other.
 */
import { importSbml } from '../network/sbml/import'
import { solvers } from '../solvers/registry'
import { type Host, runStudy } from '../solvers/run'

/** A folder of the suite, as texts. */
export interface CaseFiles {
  readonly name: string
  readonly sbml: string
  readonly settings: string
  /** `time,X-mean,X-sd` and the like. */
  readonly results: string
}

export interface Question {
  readonly replicates: number
  readonly seed: number
  readonly solver: string
}

/** One quantity of a case; arrays are over the output times. */
export interface QuantityVerdict {
  readonly name: string
  readonly mean: number[]
  readonly sd: number[]
  /** Z and Y; 0 where σ is 0 and the values match, otherwise infinite. */
  readonly z: number[]
  readonly y: number[]
  /** Standard deviation of Y for a law with these tails, at least 1. */
  readonly tail: number[]
}

export type Verdict = 'passed' | 'failed' | 'refused'

export interface CaseVerdict {
  readonly name: string
  readonly title: string
  /** By the suite's own rule, … */
  readonly suite: Verdict
  /** … and with an allowance for the tails of the law, which the suite does not make. */
  readonly verdict: Verdict
  /** Why it was refused. */
  readonly why?: string
  readonly times: number[]
  readonly quantities: QuantityVerdict[]
  readonly worstZ: number
  readonly worstY: number
  /** Values outside their interval, in each run: one, or two where the first had more than is allowed. */
  readonly excursions: number[]
  /** Those of the last run that heavy tails do not explain. */
  readonly unexplained: number
  readonly events: number
  readonly seconds: number
}

export const limits = { z: 3, y: 5, excursions: 1 } as const

/** Added to the seed when a case is run again. */
const seedStep = 1000

/** Run one case, twice if it must be. */
export async function judge(files: CaseFiles, question: Question, host: Host): Promise<CaseVerdict> {
  const { title, text, items } = importSbml(files.sbml)
  const started = host.now()
  const seconds = () => Math.round(host.now() - started) / 1000
  const refused = (why: string): CaseVerdict => ({
    ...{ name: files.name, title, suite: 'refused', verdict: 'refused', why, times: [], quantities: [] },
    ...{ worstZ: 0, worstY: 0, excursions: [], unexplained: 0, events: 0, seconds: seconds() },
  })
  if (text === null) {
    const causes = items.filter(({ deed }) => deed === 'refused')
    return refused(causes.map(({ where, what }) => `${where}: ${what}`).join(' '))
  }
  const table = readTable(files)
  const samples = solvers[question.solver]?.options.fields.some(({ name }) => name === 'replicates')
  const excursions: number[] = []
  let events = 0
  for (;;) {
    const seed = question.seed + seedStep * excursions.length
    const outcome = await runStudy(
      {
        version: 1,
        network: text,
        times: table.times,
        observe: ['moments'],
        solver: question.solver,
        options: samples ? { replicates: question.replicates } : {},
        seed,
      },
      host,
    )
    if (outcome.status !== 'done') return refused(outcome.status === 'failed' ? outcome.message : 'It was cancelled.')
    const { observations, diagnostics } = outcome.solution
    const { array, error } = observations.moments
    const spread = error.kind === 'sampling' ? error.standardError.data : null
    events += diagnostics.events ?? 0
    const names = array.coords.quantity as readonly string[]
    const unknown = table.columns.find(({ name }) => !names.includes(name))
    if (unknown) return refused(`It has no quantity ${unknown.name}.`)
    const quantities = table.columns.map((column) =>
      compare(column, question.replicates, (k, moment) => {
        const at = (2 * k + moment) * names.length + names.indexOf(column.name)
        return [array.data[at], spread?.[at] ?? 0]
      }),
    )
    const outside = (measure: (one: QuantityVerdict) => readonly number[]) =>
      quantities.flatMap((one) => [...one.z.filter(beyond(limits.z)), ...measure(one).filter(beyond(limits.y))]).length
    const found = outside(({ y }) => y)
    excursions.push(found)
    if (found > limits.excursions && excursions.length === 1) continue
    const unexplained = outside(({ y, tail }) => y.map((value, k) => value / tail[k]))
    const worst = (key: 'z' | 'y') =>
      quantities.flatMap((one) => one[key]).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
    const judged = (count: number): Verdict => (count > limits.excursions ? 'failed' : 'passed')
    const [suite, verdict] = [judged(found), judged(unexplained)]
    return {
      ...{ name: files.name, title, suite, verdict, times: table.times, quantities },
      ...{ worstZ: worst('z'), worstY: worst('y'), excursions, unexplained, events, seconds: seconds() },
    }
  }
}

const beyond = (limit: number) => (value: number) => !(Math.abs(value) < limit)

/** Z and Y of one quantity; `moment` 0 is the mean, 1 the unbiased variance. */
function compare(
  column: Column,
  n: number,
  at: (k: number, moment: 0 | 1) => [value: number, standardError: number],
): QuantityVerdict {
  const found: QuantityVerdict = { name: column.name, mean: [], sd: [], z: [], y: [], tail: [] }
  column.mean.forEach((mu, k) => {
    const sigma = column.sd[k]
    const [[mean], [variance, varianceError]] = [at(k, 0), at(k, 1)]
    const aboutMean = (variance * (n - 1)) / n + (mean - mu) ** 2
    const certain = (value: number, truth: number) => (value === truth ? 0 : Number.POSITIVE_INFINITY)
    found.mean.push(mean)
    found.sd.push(Math.sqrt(variance))
    found.tail.push(variance > 0 ? Math.max(1, (Math.sqrt(n / 2) * varianceError) / variance) : 1)
    found.z.push(sigma > 0 ? (Math.sqrt(n) * (mean - mu)) / sigma : certain(mean, mu))
    found.y.push(sigma > 0 ? Math.sqrt(n / 2) * (aboutMean / sigma ** 2 - 1) : certain(aboutMean, 0))
  })
  return found
}

interface Column {
  readonly name: string
  readonly mean: number[]
  readonly sd: number[]
}

/** The tabulated means and standard deviations. Throws an `Error` that says what is not as it should be. */
function readTable({ name, settings, results }: CaseFiles): { times: number[]; columns: Column[] } {
  const output = /^output:(.*)$/m.exec(settings)?.[1] ?? ''
  const [head, ...rows] = results.trim().split(/\r?\n/)
  const titles = head.split(',').map((title) => title.trim())
  const numbers = rows.map((row) => row.split(',').map(Number))
  const column = (title: string): number[] => {
    const at = titles.indexOf(title)
    const values = numbers.map((row) => row[at])
    if (at < 0 || !values.every(Number.isFinite)) throw new Error(`${name}: the results have no numbers "${title}"`)
    return values
  }
  const wanted = output.split(',').map((one) => one.trim())
  const means = wanted.filter((one) => one.endsWith('-mean')).map((one) => one.slice(0, -'-mean'.length))
  if (means.length === 0) throw new Error(`${name}: the settings name no output such as X-mean`)
  return {
    times: column('time'),
    columns: means.map((one) => ({ name: one, mean: column(`${one}-mean`), sd: column(`${one}-sd`) })),
  }
}
