/**
 * How far the neural solver's laws are from exact ones, joint laws included: what its README reports. One line per case
 * and output time. `npm run bench:neural [NAME …]`; OPTIONS='{"replicates": 50000}' changes options, SEED=2 the seed.
 */
import { hellinger } from '../src/numerics/distances'
import { exp, log } from '../src/numerics/elementary'
import { stream } from '../src/numerics/rng'
import { poisson } from '../src/numerics/statistics'
import type { Opened, Problem, Solution } from '../src/solvers/contract'
import { forEachHeld, project } from '../src/solvers/fsp/kernel'
import { type NncmeOptions, nncme } from '../src/solvers/nncme'
import { floorOf } from '../src/solvers/nncme/check'
import { open } from '../src/solvers/nncme/open'
import { method } from '../src/solvers/nncme/solve'
import { ask, finish, lend } from '../src/solvers/testing'
import { type NeuralCase, neuralCases } from './neural-cases'

/** An exact law: states with their probabilities, and laws of the species. */
interface Exact {
  readonly states: Int32Array
  readonly p: Float64Array
  readonly laws: Float64Array[]
}

function exactLaws(problem: Problem): Exact[] {
  const S = problem.network.species.length
  const out: Exact[] = []
  const take = (law: Parameters<Parameters<typeof project>[2]>[0]) => {
    const states: number[] = []
    const p: number[] = []
    const laws = Array.from({ length: S }, () => new Float64Array(0))
    forEachHeld(law, (state, counts) => {
      if (!(law.law[state] > 0)) return
      p.push(law.law[state])
      for (let s = 0; s < S; s++) {
        states.push(counts[s])
        if (counts[s] >= laws[s].length) {
          const longer = new Float64Array(counts[s] + 20)
          longer.set(laws[s])
          laws[s] = longer
        }
        laws[s][counts[s]] += law.law[state]
      }
    })
    out.push({ states: Int32Array.from(states), p: Float64Array.from(p), laws })
  }
  for (const _ of project(problem, { tolerance: 1e-7 }, take));
  return out
}

/** ln q of states [rows, variables] of counts. */
async function logProbabilities(opened: Opened, time: number, states: Int32Array): Promise<Float64Array> {
  const { chain } = opened.at(time)
  const N = chain.lows.length
  const out = new Float64Array(states.length / N)
  const chunk = 4096
  for (let from = 0; from < out.length; from += chunk) {
    const rows = Math.min(chunk, out.length - from)
    const before: Int32Array[] = []
    for (let i = 0; i < N; i++) {
      const p = await chain.laws(i, before, rows)
      const width = chain.widths[i]
      const column = Int32Array.from({ length: rows }, (_, r) => {
        const n = states[(from + r) * N + i] - chain.lows[i]
        out[from + r] += n >= 0 && n < width ? log(p[r * width + n]) : Number.NEGATIVE_INFINITY
        return Math.min(width - 1, Math.max(0, n))
      })
      before.push(column)
    }
  }
  return out
}

function learntLaw({ observations: { marginals } }: Solution, k: number, s: number): Float64Array {
  const { data, shape } = marginals.array
  return data.slice((k * shape[1] + s) * shape[2], (k * shape[1] + s + 1) * shape[2])
}

/** Joint Hellinger distance and KL(p‖q), over all states. */
async function joint(problem: Problem, opened: Opened, k: number, { states, p }: Exact) {
  const S = problem.network.species.length
  const N = opened.species.length
  const rows = p.length
  const own = new Int32Array(rows * N)
  for (let r = 0; r < rows; r++) {
    opened.species.forEach((species, i) => {
      own[r * N + i] = states[r * S + species]
    })
  }
  const logQ = await logProbabilities(opened, problem.times[k], own)
  let [overlap, divergence] = [0, 0]
  for (let r = 0; r < rows; r++) {
    overlap += Math.sqrt(p[r] * exp(logQ[r]))
    if (p[r] > 1e-12 && logQ[r] > Number.NEGATIVE_INFINITY) divergence += p[r] * (log(p[r]) - logQ[r])
  }
  return { distance: Math.sqrt(Math.max(0, 1 - overlap)), divergence, floor: floorOf(p, 20_000) }
}

/** KL(p‖q) of a product of Poisson laws, by 20,000 exact states, with its standard error. */
async function fromPoisson(opened: Opened, time: number, means: readonly number[]) {
  const rows = 20_000
  const N = means.length
  const source = stream(99, 0)
  const states = new Int32Array(rows * N)
  const logP = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    means.forEach((mean, i) => {
      let n = 0
      for (let u = source.uniform() - poisson(mean, 0); u > 0; u -= poisson(mean, ++n));
      states[r * N + i] = n
      logP[r] += log(poisson(mean, n))
    })
  }
  const gaps = (await logProbabilities(opened, time, states)).map((q, r) => logP[r] - q)
  const mean = gaps.reduce((a, b) => a + b, 0) / rows
  const variance = gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / rows
  return `KL ${mean.toFixed(4)} ± ${Math.sqrt(variance / rows).toFixed(4)}`
}

async function runCase(name: string, { text, times, options, means, poissons, rare }: NeuralCase): Promise<void> {
  const problem = ask(text, times, { moments: true, marginals: true })
  const given = { ...options, ...JSON.parse(process.env.OPTIONS ?? '{}') } as Partial<NncmeOptions>
  const settings = { ...nncme.options.defaults, check: 0, ...given }
  const used = process.cpuUsage()
  const solution = await finish(method, problem, settings, lend(Number(process.env.SEED ?? 1)))
  const spent = process.cpuUsage(used)
  const seconds = ((spent.user + spent.system) / 1e6).toFixed(1)
  console.log(`${name} ${JSON.stringify(given)}: ${seconds} s CPU, ${solution.diagnostics.updates} updates`)
  const opened = solution.artifact && open(solution.artifact, problem)
  if (!opened) throw new Error('the artifact cannot be read')
  const truth = means || poissons ? undefined : exactLaws(problem)
  const names = problem.network.species.map((species) => species.name)
  for (const [k, time] of times.entries()) {
    const said = [`  t = ${time}`]
    if (truth) {
      said.push(
        ...names.map(
          (name, s) => `${name} ${hellinger({ p: truth[k].laws[s], q: learntLaw(solution, k, s) }).toFixed(4)}`,
        ),
      )
      const { distance, divergence, floor } = await joint(problem, opened, k, truth[k])
      said.push(`joint ${distance.toFixed(4)} (20,000 counted: ${floor.toFixed(4)})`, `KL ${divergence.toFixed(5)}`)
      if (rare) said.push(await ratio(opened, time))
    }
    const found = (s: number) => learntLaw(solution, k, s).reduce((sum, p, n) => sum + n * p, 0)
    for (const [species, value] of Object.entries(means?.[k] ?? {})) {
      const mean = found(names.indexOf(species))
      said.push(`⟨${species}⟩ ${mean.toPrecision(5)} (${value}, ${((100 * mean) / value - 100).toFixed(2)} %)`)
    }
    if (poissons) {
      const laws = poissons[k].map((mean) => Float64Array.from({ length: 60 }, (_, n) => poisson(mean, n)))
      const far = laws.map((law, s) => hellinger({ p: law, q: learntLaw(solution, k, s) }))
      said.push(`worst ${Math.max(...far).toFixed(4)}`, await fromPoisson(opened, time, poissons[k]))
    }
    if (names.includes('Kpp')) {
      said.push(
        `P(Kpp) ${[...learntLaw(solution, k, names.indexOf('Kpp')).slice(0, 5)].map((p) => p.toFixed(3)).join(' ')}`,
      )
    }
    console.log(said.join(' | '))
  }
}

/** P(both in 0…15) over P(both in 25…84), by all states of the box. */
async function ratio(opened: Opened, time: number): Promise<string> {
  const { lows, widths } = opened.at(time).chain
  const states: number[] = []
  for (let x = 0; x < widths[0]; x++) for (let y = 0; y < widths[1]; y++) states.push(lows[0] + x, lows[1] + y)
  const logQ = await logProbabilities(opened, time, Int32Array.from(states))
  let [low, high] = [0, 0]
  logQ.forEach((value, r) => {
    const [x, y] = [states[2 * r], states[2 * r + 1]]
    if (x <= 15 && y <= 15) low += exp(value)
    if (x >= 25 && y >= 25) high += exp(value)
  })
  return `P_B/P_A ${(low / high).toExponential(3)}`
}

export async function main(wanted: readonly string[]): Promise<void> {
  for (const [name, what] of Object.entries(neuralCases)) {
    if (wanted.length === 0 || wanted.some((part) => name.includes(part))) await runCase(name, what)
  }
}
