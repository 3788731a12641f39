/** `propensity analyse`: what follows from laws: passage times, gaps, lasting laws, sensitivities, distances. */
import { parseArgs } from 'node:util'
import { separation } from '../src/analysis/between'
import { complete } from '../src/analysis/complete'
import { firstPassage } from '../src/analysis/passage'
import { quasiStationaryLaw, relaxation } from '../src/analysis/relaxation'
import { restingLaw } from '../src/analysis/resting'
import { sensitivity } from '../src/analysis/sensitivity'
import { readCondition } from '../src/network/condition'
import { quantities } from '../src/network/network'
import { Failure, type Problem } from '../src/solvers/contract'
import { readStudy } from '../src/solvers/study'
import { adjust, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, pairs, UsageError } from './usage'

const flags = { ...questionFlags, to: { type: 'string' }, against: { type: 'string', multiple: true } } as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']
type Study = Record<string, unknown>

const analyses: Record<string, (study: Study, values: Flags) => unknown> = {
  gap: (study) => complete(relaxation(problemOf(study))),
  passage,
  stationary: (study) => complete(restingLaw(problemOf(study))),
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

function passage(study: Study, { to }: Flags): unknown {
  if (!to) throw new UsageError("say what is to be reached, as in --to 'X >= 25'")
  const { text, diagnostics } = readCondition(String(study.network), to)
  const wrong = diagnostics.find(({ severity }) => severity === 'error')
  if (wrong) throw new UsageError(`--to, column ${wrong.column}: ${wrong.message}`)
  const problem = problemOf({ ...study, network: text, observe: [] })
  return complete(firstPassage(problem, quantities(problem.network).length - 1))
}

/** How far apart the laws of each quantity are under two settings of the parameters. */
function distance(study: Study, { against }: Flags): unknown {
  const given = pairs('against', against ?? []).map(([name, text]) => [name, number('against', text)] as const)
  if (given.length === 0) throw new UsageError('say what is to change, as in --against a=37')
  const other = { ...study, parameters: { ...(study.parameters as object), ...Object.fromEntries(given) } }
  const { distances, bounds } = complete(separation(problemOf(study), problemOf(other)))
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
