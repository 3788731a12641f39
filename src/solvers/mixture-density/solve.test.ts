import { describe, expect, it } from 'vitest'
import { at, type NamedArray } from '../../numerics/named-array'
import type { Frame, Solution } from '../contract'
import { project, recorder } from '../fsp/kernel'
import { ask, finish, lend } from '../testing'
import { mixtureDensity } from './index'
import { sensitivityOf } from './kernel'
import { method } from './solve'

/** The feedback loop of Sukys et al. 2022: a gene that its own protein shuts off, or on. */
const loop = `species B = 0, G = 1, P = 0
parameter su = 0.94 in [1e-8, 2]
parameter sb = 0.01 in [1e-8, 0.1]
parameter ru = 8.4 in [1e-8, 10]
parameter rb = 28.1 in [1e-8, 100]
B -> G + P, su
G + P -> B, sb
G -> G + P, ru
B -> B + P, rb
P -> 0, 1
`
const pool = 'parameter k = 10 in [5, 20]\n0 -> X, k\nX -> 0, 1\nobservable twice = 2*X'
const all = { moments: true, marginals: true }

const train = (
  text: string,
  times: number[],
  options: Partial<typeof mixtureDensity.options.defaults>,
  observe = all,
) => finish(method, ask(text, times, observe), { ...mixtureDensity.options.defaults, ...options }, lend(3))

/** l1 distance between a law and the exact one, of each quantity at each time. */
function distances(text: string, times: number[], solution: Solution): number[] {
  const problem = ask(text, times, all)
  const record = recorder(problem)
  for (const _ of project(problem, { tolerance: 1e-8 }, (law) => record.take(law)));
  const [exact, learnt] = [record.observations().marginals.array, solution.observations.marginals.array]
  return times.flatMap((time) =>
    exact.coords.quantity.map((quantity) => {
      const longest = Math.max(exact.coords.count.length, learnt.coords.count.length)
      let sum = 0
      for (let count = 0; count < longest; count++) {
        const p = count < exact.coords.count.length ? at(exact, { time, quantity, count }) : 0
        const q = count < learnt.coords.count.length ? at(learnt, { time, quantity, count }) : 0
        sum += Math.abs(p - q)
      }
      return sum
    }),
  )
}

/** The product of the marginal laws of a joint one. */
function apart({ data, shape: [, rows, columns] }: NamedArray): Float64Array {
  const [first, second] = [new Float64Array(rows), new Float64Array(columns)]
  data.forEach((p, cell) => {
    first[Math.floor(cell / columns)] += p
    second[cell % columns] += p
  })
  return data.map((_, cell) => first[Math.floor(cell / columns)] * second[cell % columns])
}

const estimateOf = ({ observations }: Solution) => {
  const { error } = observations.marginals
  return error.kind === 'estimate' ? error.value : Number.NaN
}

describe('a mixture density network', () => {
  it('needs more than one component where a gene makes two modes, and says so', async () => {
    const observe = { ...all, moments: false }
    const options = { settings: 48, looks: 4, heldOut: 12, hidden: 32, epochs: 120 }
    const [one, four] = [
      await train(loop, [10], { ...options, components: 1 }, observe),
      await train(loop, [10], { ...options, components: 4 }, observe),
    ]
    const hellinger = (solution: Solution) => {
      const { error } = solution.observations.marginals
      return error.kind === 'estimate' ? Number(/distance is ([\d.e-]+)/.exec(error.how)?.[1]) : Number.NaN
    }
    // The gene and its complement are learnt, too, equally well by both: they dilute the ratio.
    expect(hellinger(four)).toBeLessThan(0.03)
    expect(hellinger(one) / hellinger(four)).toBeGreaterThan(2)
  })

  it('goes on answering from what it has learnt, at other settings, with an error that holds there', async () => {
    const first = await train(pool, [0.5, 1, 4], { settings: 32, looks: 6, epochs: 120 })
    const text = pool.replace('= 10 in', '= 17 in')
    const again = await finish(method, ask(text, [0, 1.3, 3], all), mixtureDensity.options.defaults, {
      ...lend(99),
      artifact: structuredClone(first.artifact),
    })
    expect(mixtureDensity.answers?.(first.artifact!, ask(text, [1], all))).toBe(true)
    const off = distances(text, [0, 1.3, 3], again)
    expect(Math.max(...off)).toBeLessThan(estimateOf(again))
    expect(Math.max(...off)).toBeLessThan(0.08)
    expect(off[0]).toBe(0)
    expect(again.warnings.join()).not.toContain('beyond')
    const far = await finish(
      method,
      ask(pool.replace('= 10 in', '= 25 in'), [6], all),
      mixtureDensity.options.defaults,
      {
        ...lend(),
        artifact: first.artifact,
      },
    )
    expect(far.warnings.join()).toMatch(/beyond what was learnt: k = 25 is outside 5 … 20, t = 6 is after 4/)
  })

  it('does not answer for another network', async () => {
    const { artifact } = await train(pool, [1], { settings: 4, looks: 2, epochs: 2, heldOut: 2 })
    for (const other of [pool.replace('X -> 0, 1', 'X -> 0, 2'), `species X = 3\n${pool}`]) {
      expect(mixtureDensity.answers?.(artifact!, ask(other, [1], all))).toBe(false)
    }
    expect(mixtureDensity.answers?.(artifact!, ask(pool, [1], { ...all, joints: [[0, 1]] }))).toBe(true)
    // How far the sliders go is no part of what was learnt: beyond it, the answer says so.
    expect(mixtureDensity.answers?.(artifact!, ask(pool.replace('[5, 20]', '[5, 30]'), [1], all))).toBe(true)
  })

  it('learns from samples what it learns from the equation', async () => {
    const options = { teacher: 'ssa', settings: 24, looks: 4, epochs: 100, paths: 400, heldOut: 8 } as const
    expect(Math.max(...distances(pool, [2], await train(pool, [2], options)))).toBeLessThan(0.1)
  })

  it('learns a pair: two proteins of one gene that is on or off', async () => {
    const pair = 'species G = 1, H = 0\nG <-> H, 0.5, 0.5\nG -> G + A, 6\nG -> G + B, 6\nA -> 0, 1\nB -> 0, 1'
    const observe = { joints: [[2, 3]] as const }
    const options = { ...mixtureDensity.options.defaults, looks: 3, epochs: 150, components: 8 }
    const problem = ask(pair, [3], observe)
    const { observations } = await finish(method, problem, options, lend(3))
    const { array, error } = observations['joint:A,B']
    const record = recorder(problem)
    for (const _ of project(problem, { tolerance: 1e-8 }, (law) => record.take(law)));
    const exact = record.observations()['joint:A,B'].array
    const product = apart(exact)
    let [off, apartOff] = [0, 0]
    exact.data.forEach((p, cell) => {
      const [i, j] = [Math.floor(cell / exact.shape[2]), cell % exact.shape[2]]
      off += Math.abs(p - (array.data[i * array.shape[2] + j] ?? 0))
      apartOff += Math.abs(p - product[cell])
    })
    expect(apartOff).toBeGreaterThan(0.3)
    expect(off).toBeLessThan(0.15)
    expect(error.kind === 'estimate' && error.value >= off * 0.999).toBe(true)
  })

  it('knows a spike at zero apart from the rest', async () => {
    // Made once, by one of many: X is 0, or Poisson of 8, which two negative binomials and a spike are and one is not.
    const text =
      'species G = 0, X = 0\nparameter u = 0.5 in [0.3, 0.9]\n0 -> G, u*(1 - G)\nG -> G + X, 40*G\nX -> 0, 5\n'
    const options = { settings: 12, looks: 4, heldOut: 4, epochs: 250, hidden: 24, components: 1 }
    const off = async (zeroInflated: boolean) => {
      const solution = await train(text, [1.5], { ...options, zeroInflated })
      return distances(text, [1.5], solution)[1]
    }
    const [without, apart] = [await off(false), await off(true)]
    expect(apart).toBeLessThan(0.6 * without)
  })

  it('differentiates: how the law changes with a rate', async () => {
    const { artifact } = await train(pool, [3], { settings: 48, looks: 6, epochs: 200 })
    const problem = ask(pool, [3], all)
    const { law, slope } = sensitivityOf(artifact!, problem, 0, 0, 3)!
    // Poisson of mean m = k (1 − e^−3): ∂P(n)/∂k = (1 − e^−3) (P(n − 1) − P(n)).
    const factor = 1 - Math.exp(-3)
    const mean = 10 * factor
    let p = Math.exp(-mean)
    let [before, off, size] = [0, 0, 0]
    for (let n = 0; n < 40; n++) {
      const exact = factor * (before - p)
      off += Math.abs(slope[n] - exact)
      size += Math.abs(exact)
      before = p
      p *= mean / (n + 1)
    }
    expect(off / size).toBeLessThan(0.1)
    expect(Math.abs(law.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-12)
    // … and it is the slope of what the network answers.
    const answer = (k: number) =>
      sensitivityOf(artifact!, ask(pool.replace('= 10 in', `= ${k} in`), [3], all), 0, 0, 3)!.law
    const [up, down] = [answer(10.001), answer(9.999)]
    slope.forEach((value, n) => {
      expect(Math.abs((up[n] - down[n]) / 0.002 - value)).toBeLessThan(1e-6)
    })
  })

  it('goes on after the last law that was finished, to the same bits', async () => {
    const two = ask('parameter k = 4 in [2, 6]\n0 -> X, k\nX -> Y, 1\nY -> 0, 2', [1, 2], all)
    const options = { ...mixtureDensity.options.defaults, settings: 6, looks: 2, heldOut: 2, hidden: 8, epochs: 6 }
    const whole = await finish(method, two, options, lend(3))
    let checkpoint: Frame['artifact']
    for await (const snapshot of method.solve(
      two,
      options,
      lend(3, () => true),
    )) {
      checkpoint = snapshot().artifact
      if (checkpoint) break
    }
    expect(mixtureDensity.answers?.(checkpoint!, two)).toBe(false)
    let frames = 0
    const resumed = await finish(
      method,
      two,
      options,
      { ...lend(3, () => true), artifact: checkpoint },
      ({ phase }) => {
        if (phase.includes('learning')) frames++
      },
    )
    expect(frames).toBeGreaterThan(0)
    expect(resumed.artifact).toEqual(whole.artifact)
    expect(resumed.observations).toEqual(whole.observations)
  })

  it('draws itself while it learns', async () => {
    const frames: Frame[] = []
    let turn = 0
    const problem = ask(pool, [1, 3], { ...all, joints: [[0, 1]] })
    const options = { ...mixtureDensity.options.defaults, settings: 6, looks: 2, epochs: 30, heldOut: 2 }
    await finish(
      method,
      problem,
      options,
      lend(1, () => ++turn % 3 === 0),
      (frame) => frames.push(frame),
    )
    const phases = frames.map(({ phase }) => phase)
    expect(phases.some((phase) => /exact laws: \d+ of 9/.test(phase))).toBe(true)
    expect(phases.at(-1)).toMatch(/learning a law from 12: off by .* nats, .* where held out/)
    expect(frames.at(-1)!.observations.marginals.array.data.every(Number.isFinite)).toBe(true)
  })
})
