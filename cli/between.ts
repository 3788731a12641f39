/** `propensity analyse distance --between A,B`: how far apart two lanes of one study are, each by its own method. */
import { apart, toldOf } from '../src/analysis/apart'
import { commonBins, hellinger } from '../src/numerics/distances'
import { Failure, type Solution } from '../src/solvers/contract'
import { lanesOf, type StudyLane } from '../src/solvers/lanes'
import { readStudy, type Study } from '../src/solvers/study'
import { run } from './solve'
import { UsageError } from './usage'

/** Two lanes by id, or a lane and any other method. Resolves to undefined when it was stopped. */
export async function between(study: Study, ids: string): Promise<unknown[] | undefined> {
  const names = ids.split(',').map((id) => id.trim())
  if (names.length !== 2) throw new UsageError('--between expects two lanes, as in --between tauLeap,tauLeap-2')
  const told: { name: string; solution: Solution }[] = []
  for (const name of names) {
    const solution = await solved(laneStudy(study, name))
    if (!solution) return undefined
    told.push({ name, solution })
  }
  const [one, other] = told.map(({ solution }) => solution)
  const [a, b] = [one.observations.marginals, other.observations.marginals]
  told.forEach(({ name, solution }) => {
    if (!solution.observations.marginals) throw new Failure('observe', `${name} gives no laws of single quantities`)
  })
  const { time, quantity } = a.array.coords
  return time.flatMap((t, k) =>
    quantity.map(String).flatMap((name) => {
      const p = toldOf(a, k, name, one.diagnostics.replicates)
      const q = toldOf(b, k, name, other.diagnostics.replicates)
      if (!p || !q) return []
      const { distance, level, limit, verdict } = apart(p, q)
      const totalVariation = { value: distance, sampling: level, limit }
      return [{ time: t, quantity: name, totalVariation, hellinger: hellinger(commonBins(p.law, q.law)), verdict }]
    }),
  )
}

function laneStudy(study: Study, name: string): Study {
  const lanes: readonly StudyLane[] = lanesOf(study)
  const found = lanes.find(({ id }) => id === name)?.study ?? { ...lanes[0].study, solver: name, options: {} }
  const read = readStudy({ ...found, observe: ['moments', 'marginals'] })
  if (read.ok) return read.value.study
  const known = lanes.map(({ id }) => id).join(', ')
  throw new UsageError(`--between ${name}: ${read.issues[0].message}; the lanes of this study are ${known}`)
}

async function solved(study: Study): Promise<Solution | undefined> {
  const outcome = await run(study)
  if (outcome.status === 'done') return outcome.solution
  if (outcome.status === 'cancelled') return undefined
  throw new Failure(outcome.code, outcome.message, outcome.hint)
}
