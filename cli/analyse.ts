/** `propensity analyse`: what follows from laws: passage times, gaps, lasting laws, sensitivities, distances. */
import { parseArgs } from 'node:util'
import { complete } from '../src/analysis/complete'
import { commonBins, divergence, hellinger, totalVariation } from '../src/analysis/distances'
import { firstPassage } from '../src/analysis/passage'
import { quasiStationaryLaw, relaxation } from '../src/analysis/relaxation'
import { sensitivity } from '../src/analysis/sensitivity'
import { quantities } from '../src/network/network'
import { Failure, type Problem } from '../src/solvers/contract'
import { runStudy } from '../src/solvers/run'
import { readStudy } from '../src/solvers/study'
import { adjust, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, pairs, UsageError } from './usage'

const flags = { ...questionFlags, to: { type: 'string' }, against: { type: 'string', multiple: true } } as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']
type Study = Record<string, unknown>

const analyses: Record<string, (study: Study, values: Flags) => unknown> = {
  gap: (study) => complete(relaxation(problemOf(study))),
  passage,
  quasi: (study) => complete(quasiStationaryLaw(problemOf(study))),
  information: (study) => {
    const problem = problemOf(study)
    return complete(
      sensitivity(
        problem,
        problem.network.parameters.map((_, i) => i),
      ),
    )
  },
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
    const answer = await analyses[what](study, values)
    process.stdout.write(
      `${JSON.stringify(answer, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value))}\n`,
    )
    return exitStatus.done
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    console.error(`propensity: ${thrown.message}${thrown.hint ? ` (${thrown.hint})` : ''}`)
    return exitStatus.failed
  }
}

function problemOf(study: Study): Problem {
  const read = readStudy({ ...study, solver: 'fsp', options: {} })
  if (!read.ok)
    throw new UsageError(read.issues.map(({ path, message }) => `${path}: ${message}`).join('\npropensity: '))
  return read.value.problem
}

/** The condition becomes an observable that is 1 where it holds. */
function passage(study: Study, { to }: Flags): unknown {
  if (!to) throw new UsageError("say what is to be reached, as in --to 'X >= 25'")
  const problem = problemOf({ ...study, network: `${study.network}\nobservable target__ = ${to}`, observe: [] })
  return complete(firstPassage(problem, quantities(problem.network).indexOf('target__')))
}

/** How far apart the laws of each quantity are under two settings of the parameters. */
async function distance(study: Study, { against }: Flags): Promise<unknown> {
  const given = pairs('against', against ?? []).map(([name, text]) => [name, number('against', text)] as const)
  if (given.length === 0) throw new UsageError('say what is to change, as in --against a=37')
  const other = { ...study, parameters: { ...(study.parameters as object), ...Object.fromEntries(given) } }
  const [one, two] = [await marginalsOf(study), await marginalsOf(other)]
  return one.array.coords.time.flatMap((time, k) =>
    one.array.coords.quantity.map((quantity, q) => {
      const lawOf = ({ array }: typeof one) => {
        const [, quantities, counts] = array.shape
        const from = (k * quantities + q) * counts
        return { counts: array.coords.count.map(Number), p: array.data.subarray(from, from + counts) }
      }
      const pair = commonBins(lawOf(one), lawOf(two))
      const bound = (one.bound(k) + two.bound(k)) / 2
      return {
        time,
        quantity,
        totalVariation: { value: totalVariation(pair), bound },
        hellinger: hellinger(pair),
        divergence: divergence(pair),
      }
    }),
  )
}

async function marginalsOf(study: Study) {
  const outcome = await runStudy(
    { ...study, solver: 'fsp', options: { tolerance: 1e-9 }, observe: ['marginals'] },
    { now: () => performance.now(), breathe: async () => {}, cancelled: () => false, onFrame: () => {} },
  )
  if (outcome.status !== 'done') throw new Failure('solve', outcome.status === 'failed' ? outcome.message : 'cancelled')
  const { array, error } = outcome.solution.observations.marginals
  return { array, bound: (k: number) => (error.kind === 'bound' ? error.value[k] : Number.NaN) }
}
