import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { poisson } from '../../numerics/statistics'
import { readArtifact } from '../../solvers/artifact-file'
import type { Artifact } from '../../solvers/contract'
import { distilled } from '../../solvers/distilled/index'
import { mixtureDensity } from '../../solvers/mixture-density/index'
import { method as mixtures } from '../../solvers/mixture-density/solve'
import { ask, finish, lend } from '../../solvers/testing'
import { complete } from '../complete'
import { courseLikelihood } from '../inference/fsp-courses'
import { chanceOf } from '../inference/target'
import { compose, hopTimes } from './compose'
import { drift, exactLaws } from './drift'
import { hopKernel } from './kernel'
import { ensembleReport } from './report'

const file = readArtifact(readFileSync(new URL('../../../public/models/birth-death-hops.safetensors', import.meta.url)))
if (!file.ok) throw new Error(file.why)
const { artifact: learnt, study } = file.value
const asked = ask(study.network, [1])
const kernel = hopKernel(learnt, asked)

/** The law of birth and death after a hop: survivors of n, each alive with e^−dt, and Poisson newcomers. */
function exactHop(n: number, t: number): Float64Array {
  const alive = Math.exp(-0.01 * t)
  const law = new Float64Array(60)
  let survive = (1 - alive) ** n
  for (let k = 0; k <= n; k++) {
    for (let m = 0; k + m < law.length; m++) law[k + m] += survive * poisson(10 * (1 - alive), m)
    survive *= (((n - k) / (k + 1)) * alive) / (1 - alive)
  }
  return law
}

describe('hops that were learnt', () => {
  it('are the law of birth and death from every count', () => {
    let [sum, places] = [0, 0]
    for (const t of [1, 5]) {
      for (let n = 0; n <= 19; n++) {
        const [law] = [...Array(1)].map(() => {
          const prompts = new Float64Array(5)
          kernel.prompt(Float64Array.of(n), t, prompts, 0)
          return kernel.conditionals.laws(0, prompts, [], 1)
        })
        const exact = exactHop(n, t)
        const overlap = exact.reduce((all, p, k) => all + Math.sqrt(p * (law[k] ?? 0)), 0)
        sum += Math.sqrt(Math.max(0, 1 - overlap))
        places++
      }
    }
    expect(sum / places).toBeLessThan(0.03)
  })

  it('make ensembles whose mean and variance are nearly those of the process', () => {
    const plan = { hop: 5, until: 100, paths: 20_000, seed: 1 }
    const work = compose(kernel, asked, plan)
    let step = work.next()
    let done = 0
    for (; !step.done; step = work.next()) {
      expect(step.value).toBeGreaterThanOrEqual(done)
      done = step.value
    }
    const { times, counts, hops, beyond } = step.value
    expect(times.length).toBe(21)
    expect(hops).toBe(20 * plan.paths)
    const last = Array.from({ length: plan.paths }, (_, i) => counts[i * 21 + 20])
    const mean = last.reduce((a, b) => a + b, 0) / plan.paths
    const variance = last.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (plan.paths - 1)
    // 6.321 both; sampling gives 0.018 and 0.066, the network has what is left of the accepted 0.1 and 0.3.
    expect(Math.abs(mean - 6.321)).toBeLessThan(0.1)
    expect(Math.abs(variance - 6.321)).toBeLessThan(0.3)
    // Poisson of mean 6.3: 1e-5 of a time beyond 19, on 20 hops of 20,000 paths; a loose bound.
    expect(beyond).toBeLessThan(100)
  })

  it('know the probability of a path, near that of the process', () => {
    const { times, counts, logProbability } = complete(
      compose(kernel, asked, { hop: 5, until: 50, paths: 40, seed: 3 }),
    )
    const observed = { network: asked.network, initial: asked.initial, quantities: [0] }
    let [difference, all] = [0, 0]
    for (let i = 0; i < 40; i++) {
      const values = counts.slice(i * times.length, (i + 1) * times.length)
      const courses = { kind: 'courses', quantities: ['X'], courses: [{ name: '', times, values }] } as const
      const exact = courseLikelihood(observed, courses, { kind: 'none' }, 1e-10, 'network')
      const { value } = complete(exact.at(asked.parameters, chanceOf(1, 0).streams))
      difference += logProbability[i] - value
      all += value
    }
    // The mean over its own paths is Σ of the divergences of its hops: at least 0 but for sampling, and small.
    expect(difference / 40).toBeGreaterThan(-0.1)
    expect(difference / 40).toBeLessThan(0.3)
    expect(all / 40).toBeLessThan(-5)
  })

  it('drift by as much as composed laws do, which paths show as well', () => {
    const plan = { hop: 5, until: 100, paths: 20_000, seed: 2 }
    const composed = complete(compose(kernel, asked, plan))
    const exact = complete(exactLaws(asked, kernel, composed.times))!
    const told = complete(drift(kernel, asked, plan, composed, exact))
    expect(told.kind).toBe('composed')
    expect(told.hellinger[0]).toBe(0)
    const last = told.hellinger[20]
    expect(last).toBeGreaterThan(1e-4)
    expect(last).toBeLessThan(0.05)
    // The same from the paths: their histogram is off by sampling, and by what the laws are off.
    const p = exact[20]
    const seen = new Map<number, number>()
    for (let i = 0; i < plan.paths; i++) {
      const n = composed.counts[i * 21 + 20]
      seen.set(n, (seen.get(n) ?? 0) + 1 / plan.paths)
    }
    const overlap = p.p.reduce((sum, mass, k) => sum + Math.sqrt(mass * (seen.get(p.values[k]) ?? 0)), 0)
    const distance = Math.sqrt(Math.max(0, 1 - overlap))
    const floor = Math.sqrt(20 / (8 * plan.paths))
    expect(Math.abs(distance - last)).toBeLessThan(1.5 * floor)
  })

  it('are compared with exact paths and laws, to the same bits each time', () => {
    const question = { ...asked, learnt, hop: 3, until: 20, paths: 300, seed: 5 }
    const [one, other] = [complete(ensembleReport(question)), complete(ensembleReport(question))]
    expect(one).toEqual(other)
    expect([...one.times]).toEqual([0, 3, 6, 9, 12, 15, 18, 20])
    const truth = 10 * (1 - Math.exp(-0.2))
    expect(one.exact?.mean[0]?.at(-1)).toBeCloseTo(truth, 6)
    const se = Math.sqrt(truth / 300)
    expect(Math.abs(one.sampled.mean[0].at(-1)! - truth)).toBeLessThan(4.5 * se)
    expect(Math.abs(one.hops.mean[0].at(-1)! - truth)).toBeLessThan(4.5 * se + 0.1)
    // Exact from nothing: Cov(x_s, x_t) = e^−d(t−s) Var x_s. The error of a correlation of 300 pairs is 0.06 at most.
    const memory = Math.exp(-0.02) * Math.sqrt((1 - Math.exp(-0.18)) / (1 - Math.exp(-0.2)))
    expect(Math.abs(one.sampled.memory[0][1] - memory)).toBeLessThan(0.06)
    expect(Math.abs(one.hops.memory[0][1] - memory)).toBeLessThan(0.06)
    expect(one.hops.memory[0][0]).toBeCloseTo(1, 12)
  })

  it('may be of a mixture, too', async () => {
    const text = 'species X = 2\n0 -> X, 3\nX -> 0, 1\n'
    const problem = ask(text, [2], { marginals: true })
    const options = { starts: 12, settings: 60, looks: 4, heldOut: 6, epochs: 120, hidden: 32, components: 3 }
    const { artifact } = await finish(mixtures, problem, { ...mixtureDensity.options.defaults, ...options }, lend(2))
    const { counts, times } = complete(
      compose(hopKernel(artifact, problem), problem, { hop: 2, until: 10, paths: 4000, seed: 1 }),
    )
    const last = Array.from({ length: 4000 }, (_, i) => counts[i * times.length + times.length - 1])
    const mean = last.reduce((a, b) => a + b, 0) / 4000
    // Poisson of 3: the standard error is 0.027; mixtures are wider than a hop from many, and off by some per cent.
    expect(Math.abs(mean - 3)).toBeLessThan(0.3)
    expect(last.filter((n) => n === 0).length / 4000).toBeCloseTo(Math.exp(-3), 1)
  })

  it('count what leaves the counts that were learnt', () => {
    const far = { ...asked, initial: Float64Array.of(19) }
    const { beyond, hops } = complete(compose(hopKernel(learnt, far), far, { hop: 5, until: 20, paths: 200, seed: 4 }))
    // From 19 about a third rises above: 20 · (1 − …) newcomers at 0.5 per hop against 0.9 that die.
    expect(beyond).toBeGreaterThan(20)
    expect(beyond).toBeLessThan(hops)
  })

  it.each([
    [undefined, {}, /nothing is learnt of hops/],
    [learnt, { hop: 6 }, /a hop of 6 is longer than 5/],
    [learnt, { hop: 0 }, /times above 0/],
    [learnt, { paths: 1e8 }, /too many to keep/],
  ] as const)('say what is not there: %#', (artifact: Artifact | undefined, change, words) => {
    const question = { ...asked, learnt: artifact, hop: 5, until: 20, paths: 10, seed: 1, ...change }
    expect(() => complete(ensembleReport(question))).toThrow(words)
  })

  it('need a network that has learnt from other counts', () => {
    const gene = readArtifact(
      readFileSync(new URL('../../../public/models/autoregulation.safetensors', import.meta.url)),
    )
    if (!gene.ok) throw new Error(gene.why)
    const other = ask(gene.value.study.network, [1])
    expect(() => hopKernel(gene.value.artifact, other)).toThrow(/hops from other counts of .* were not learnt/)
    expect(() => hopKernel(gene.value.artifact, asked)).toThrow(/of another network/)
    expect([...hopTimes({ hop: 0.1, until: 0.3 })].length).toBe(4)
  })
})

describe('hops of a gene that is on or off', () => {
  it('begin in either state, and make ensembles whose moments are those of the process', async () => {
    const network = 'species off = 1, on = 0, m = 0\noff <-> on, 0.3, 0.2\non -> on + m, 4\nm -> 0, 1'
    const problem = ask(network, [2])
    const method = await distilled.load()
    const own = {
      ...distilled.options.defaults,
      starts: 14,
      settings: 160,
      looks: 6,
      heldOut: 8,
      width: 24,
      epochs: 160,
    }
    const { artifact } = await finish(method, problem, own, lend(5))
    const hops = hopKernel(artifact, problem)
    expect(hops.conditionals.domain.axes.map(({ name, max }) => `${name} ${max}`).sort()).toEqual(['m 14', 'off 1'])
    const plan = { hop: 2, until: 12, paths: 4000, seed: 4 }
    const composed = complete(compose(hops, problem, plan))
    const [T, S] = [composed.times.length, 3]
    for (let at = 0; at < composed.counts.length; at += S) {
      expect(composed.counts[at] + composed.counts[at + 1]).toBe(1)
    }
    const exact = complete(exactLaws(problem, hops, composed.times))
    if (!exact) throw new Error('laws')
    const told = complete(drift(hops, problem, plan, composed, exact))
    expect(Math.max(...told.hellinger)).toBeLessThan(0.06)
    // P(on) = 0.6 (1 − e^−t/2), and ⟨m⟩ follows it four times as high.
    const last = Array.from({ length: plan.paths }, (_, i) =>
      composed.counts.subarray((i * T + T - 1) * S, (i * T + T) * S),
    )
    const on = last.reduce((sum, [, x]) => sum + x, 0) / plan.paths
    const m = last.reduce((sum, [, , x]) => sum + x, 0) / plan.paths
    const truth = 0.6 * (1 - Math.exp(-0.5 * 12))
    // 4.5 standard errors of sampling, and 0.02 for what was learnt.
    expect(Math.abs(on - truth)).toBeLessThan(4.5 * Math.sqrt((0.6 * 0.4) / plan.paths) + 0.02)
    expect(Math.abs(m - 4 * truth)).toBeLessThan(4.5 * Math.sqrt(6 / plan.paths) + 0.1)
  })
})
