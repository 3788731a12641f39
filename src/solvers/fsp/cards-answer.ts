/** What the projection says to the questions of a card. */
import { quantities } from '../../network/network'
import type { Solution } from '../contract'
import { type Card, type Truth, truthsOf } from './cards'
import { law, moment, problem, solve } from './trial'

export interface Answer extends Truth {
  readonly got: number
  /** How far the answer may lie: half a unit of the last digit, or what the solver promises where it is more. */
  readonly allowed: number
}

/** All questions of a card, at the smallest tolerance; those at rest apart from those at times. */
export async function answers(card: Card, tolerance = 1e-12): Promise<Answer[]> {
  const truths = truthsOf(card)
  const late = truths.filter(({ time }) => time === 'rest')
  const timed = truths.filter(({ time }) => time !== 'rest')
  return [...(await ask(card, late, tolerance)), ...(await ask(card, timed, tolerance))]
}

async function ask({ text, leak = 0 }: Card, truths: readonly Truth[], tolerance: number): Promise<Answer[]> {
  if (truths.length === 0) return []
  const horizon = truths[0].time === 'rest' ? ('stationary' as const) : ('times' as const)
  const times = [...new Set(truths.map(({ time }) => (time === 'rest' ? 1 : time)))].sort((a, b) => a - b)
  const joints = new Set(truths.filter(({ kind }) => kind === 'cov').map(({ of }) => `joint:${of}`))
  const asked = problem(text, times, ['moments', 'marginals', ...joints])
  const names = new Set(quantities(asked.network))
  const solution = await solve(asked, { tolerance, horizon })
  return truths.map((truth) => {
    const name = truth.of.split(/[=<,]/)[0]
    if (!names.has(name)) throw new Error(`there is no ${name} in ${text}`)
    const time = truth.time === 'rest' ? 1 : truth.time
    const allowed = Math.max(truth.within, promise(solution, truth, name, times.indexOf(time), leak))
    return { ...truth, got: value(solution, truth, time), allowed }
  })
}

/**
 * The l1 distance of the law, times the largest count once for a mean and twice for a second moment (deviations are no
 * larger). A standard deviation or a ratio of moments gets no more than its digits.
 */
function promise({ observations }: Solution, { kind }: Truth, quantity: string, k: number, leak: number): number {
  const { array, error } = observations.marginals
  const l1 = leak + (error.kind === 'bound' ? error.value[k] : error.kind === 'estimate' ? error.value : 0)
  const largest = array.coords.quantity.includes(quantity) ? array.coords.count.length - 1 : 1
  const order = { p: 0, mean: 1, var: 2, cov: 2 }[kind]
  return order === undefined ? 0 : l1 * largest ** order
}

function value(solution: Solution, { kind, of }: Truth, time: number): number {
  switch (kind) {
    case 'mean':
      return moment(solution, 'mean', of, time)
    case 'var':
      return moment(solution, 'variance', of, time)
    case 'sd':
      return Math.sqrt(moment(solution, 'variance', of, time))
    case 'fano':
      return moment(solution, 'variance', of, time) / moment(solution, 'mean', of, time)
    case 'p': {
      const [name, count] = of.split(/<?=/)
      const p = law(solution, name, time)
      return of.includes('<') ? p.slice(0, Number(count) + 1).reduce((sum, q) => sum + q, 0) : p[Number(count)]
    }
    case 'peak':
    case 'dip': {
      const [name, from, to] = of.split(/[=,]/)
      const p = law(solution, name, time)
      const sign = kind === 'peak' ? 1 : -1
      let best = Number(from)
      for (let n = best; n <= Number(to); n++) if (sign * (p[n] - p[best]) > 0) best = n
      return best
    }
    case 'cov': {
      const [a, b] = of.split(',')
      return covariance(solution, a, b, time)
    }
    default:
      throw new Error(`no question of the kind ${kind}`)
  }
}

function covariance(solution: Solution, a: string, b: string, time: number): number {
  const { data, coords } = solution.observations[`joint:${a},${b}`].array
  const [wide, deep] = [coords[a].length, coords[b].length]
  const from = coords.time.indexOf(time) * wide * deep
  const [meanA, meanB] = [moment(solution, 'mean', a, time), moment(solution, 'mean', b, time)]
  let sum = 0
  for (let i = 0; i < wide; i++)
    for (let j = 0; j < deep; j++) sum += (i - meanA) * (j - meanB) * data[from + i * deep + j]
  return sum
}
