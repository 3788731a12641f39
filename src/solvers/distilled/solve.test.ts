import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { binomial, poisson } from '../../numerics/statistics'
import { readArtifact, writeArtifact } from '../artifact-file'
import type { Artifact, Solution } from '../contract'
import { project, recorder } from '../fsp/kernel'
import { ask, finish, lend } from '../testing'
import { boxOf, conditionals } from './course'
import { type DistilledOptions, distilled } from './index'
import { method } from './solve'

const pair = `species G = 1, H = 0
parameter k = 6 in [3, 9]
G <-> H, 0.5, 0.5
G -> G + A, k
A -> 0, 1
observable free = G
`
const all = { moments: true, marginals: true, joints: [[0, 2]] as const }
const small = { settings: 24, looks: 4, heldOut: 6, width: 24, layers: 1, epochs: 120 }

const run = (text: string, times: number[], options: Partial<DistilledOptions>, artifact?: Artifact, seed = 3) =>
  finish(method, ask(text, times, all), { ...distilled.options.defaults, ...options }, { ...lend(seed), artifact })

/** l1 distance of the joint law of G and A from the exact one, at each time. */
function distances(text: string, times: number[], { observations }: Solution): number[] {
  const problem = ask(text, times, all)
  const record = recorder(problem)
  for (const _ of project(problem, { tolerance: 1e-8 }, (law) => record.take(law)));
  const [exact, learnt] = [record.observations()['joint:G,A'].array, observations['joint:G,A'].array]
  return times.map((time) => {
    let sum = 0
    for (let a = 0; a < Math.max(exact.shape[2], learnt.shape[2]); a++) {
      for (const G of [0, 1]) {
        const p = a < exact.shape[2] ? at(exact, { time, G, A: a }) : 0
        const q = a < learnt.shape[2] ? at(learnt, { time, G, A: a }) : 0
        sum += Math.abs(p - q)
      }
    }
    return sum
  })
}

const error = ({ observations }: Solution, key: string) => {
  const estimate = observations[key].error
  return estimate.kind === 'estimate' ? estimate.value : Number.NaN
}

describe('a distilled network', () => {
  it('learns a joint law over a rate, and answers for others as well as it says', async () => {
    const first = await run(pair, [1, 4], small)
    expect(Math.max(...distances(pair, [1, 4], first))).toBeLessThan(0.1)
    // Through a file and back; another rate, other times, and a time zero that is exact.
    const file = readArtifact(
      writeArtifact({ artifact: first.artifact!, study: { version: 1, network: pair, times: [1, 4] } }),
    )
    if (!file.ok) throw new Error(file.why)
    const text = pair.replace('k = 6 in', 'k = 4.4 in')
    const again = await run(text, [0, 2.2, 3.7], small, file.value.artifact, 99)
    const off = distances(text, [0, 2.2, 3.7], again)
    expect(off[0]).toBe(0)
    expect(Math.max(...off)).toBeLessThan(error(again, 'joint:G,A'))
    expect(error(again, 'joint:G,A')).toBeLessThan(0.2)
    expect(again.artifact?.notes).toEqual(first.artifact?.notes)
    // What conservation gives, and what follows from a count, keeps to it.
    const { array } = again.observations.moments
    for (const time of [0, 2.2, 3.7]) {
      const mean = (quantity: string) => at(array, { time, moment: 'mean', quantity })
      expect(mean('G') + mean('H')).toBeCloseTo(1, 9)
      expect(mean('free')).toBe(mean('G'))
    }
    const far = await run(pair.replace('k = 6 in', 'k = 12 in'), [2], small, first.artifact)
    expect(far.warnings.join()).toMatch(/beyond what was learnt: k = 12 is outside 3 … 9/)
  })

  it('does not answer for another network, nor from a file that is not what it says', async () => {
    const { artifact } = await run(pair, [1], { ...small, settings: 4, looks: 2, epochs: 2, heldOut: 1 })
    const answers = (learnt: Artifact, text: string) => distilled.answers?.(learnt, ask(text, [1], all))
    expect(answers(artifact!, pair)).toBe(true)
    expect(answers(artifact!, pair.replace('0.5, 0.5', '0.5, 0.6'))).toBe(false)
    expect(answers({ ...artifact!, notes: { ...artifact!.notes, domain: '{"axes":7}' } }, pair)).toBe(false)
    // Asked all the same, it learns anew.
    const broken = { ...artifact!, arrays: { errors: artifact!.arrays.errors } }
    const options = { ...small, settings: 4, looks: 2, epochs: 2, heldOut: 1 }
    expect((await run(pair, [1], options, broken)).observations).toEqual((await run(pair, [1], options)).observations)
  })

  it('learns by attention, too: a hop from any number of molecules, which is narrower than Poisson', async () => {
    const text = '0 -> X, 0.1\nX -> 0, 0.01'
    const problem = ask(`species X = 12\n${text}`, [5], { marginals: true })
    const options = {
      network: 'transformer',
      starts: 15,
      settings: 48,
      looks: 3,
      heldOut: 8,
      width: 16,
      epochs: 150,
    } as const
    const { observations } = await finish(method, problem, { ...distilled.options.defaults, ...options }, lend(2))
    const { array } = observations.marginals
    const [kept, born] = [Math.exp(-0.05), 10 * (1 - Math.exp(-0.05))]
    let overlap = 0
    for (let n = 0; n < array.shape[2]; n++) {
      let p = 0
      for (let m = 0; m <= Math.min(n, 12); m++) p += binomial(12, kept, m) * poisson(born, n - m)
      overlap += Math.sqrt(p * array.data[n])
    }
    expect(Math.sqrt(1 - overlap)).toBeLessThan(0.1)
  })

  // Of 48 settings 30 are found while it learns, in the first two epochs of eight.
  it.each([
    { settings: 8, epochs: 5, at: 3 },
    { settings: 48, epochs: 8, at: 1 },
    { settings: 48, epochs: 8, at: 4 },
  ])('goes on from a checkpoint, through a file, to the same bits: %o', async ({ settings, epochs, at }) => {
    const options = { ...distilled.options.defaults, ...small, settings, looks: 2, heldOut: 2, epochs }
    const problem = ask(pair, [1], all)
    const whole = await finish(method, problem, options, lend(5))
    let checkpoint: Artifact | undefined
    for await (const snapshot of method.solve(problem, options, { ...lend(5), due: () => true })) {
      checkpoint = snapshot().artifact ?? checkpoint
      if (JSON.parse(String(checkpoint?.notes.course ?? '{}')).epoch === at) break
    }
    expect(distilled.answers?.(checkpoint!, problem)).toBe(false)
    const file = readArtifact(
      writeArtifact({ artifact: checkpoint!, study: { version: 1, network: pair, times: [1] } }),
    )
    if (!file.ok) throw new Error(file.why)
    const resumed = await finish(method, problem, options, { ...lend(5), artifact: file.value.artifact })
    expect(resumed.artifact).toEqual(whole.artifact)
    expect(resumed.observations).toEqual(whole.observations)
    // Begun otherwise, it begins anew.
    const other = { ...options, rate: 0.003 }
    const anew = await finish(method, problem, other, { ...lend(5), artifact: file.value.artifact })
    expect(anew.artifact).toEqual((await finish(method, problem, other, lend(5))).artifact)
  })

  it('says how far off it was beyond its ranges', async () => {
    const options = { ...small, heldOut: 40, epochs: 60 }
    const { artifact } = await run(pair, [1, 4], options)
    const outer = pair.replace('k = 6 in', 'k = 9.6 in')
    const answer = await run(outer, [4], options, artifact)
    const warnings = answer.warnings.join()
    const told = /at (\d+) places, the Hellinger distance was (\S+) on average and (\S+) at worst/.exec(warnings)
    expect(Number(told?.[1])).toBeGreaterThan(4)
    expect(Number(told?.[2])).toBeLessThan(Number(told?.[3]))
    expect(warnings).not.toContain('this is further')
    expect(distances(outer, [4], answer)[0]).toBeLessThan(error(answer, 'joint:G,A'))
    const far = await run(pair.replace('k = 6 in', 'k = 20 in'), [1], options, artifact)
    expect(far.warnings.join()).toContain('this is further')
  })

  it('learns states that are too many to write down from samples, and draws them', async () => {
    // A conversion chain from nothing: every count is a Poisson number of its own (Jahnke & Huisinga 2007).
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'H']
    const steps = names.slice(1).map((name, i) => `${names[i]} -> ${name}, 2`)
    const text = `parameter k = 20 in [15, 25]\n0 -> A, k\n${steps.join('\n')}\nH -> 0, 2`
    const options = {
      teacher: 'ssa',
      paths: 300,
      settings: 20,
      looks: 4,
      rows: 32,
      heldOut: 2,
      width: 16,
      epochs: 60,
    } as const
    const problem = ask(text, [1.5], { moments: true, marginals: true, joints: [[0, 1]] })
    const { observations } = await finish(method, problem, { ...distilled.options.defaults, ...options }, lend(4))
    const { array, error: estimate } = observations.marginals
    const mean = 10 * (1 - Math.exp(-2 * 1.5))
    let overlap = 0
    for (let n = 0; n < array.shape[2]; n++)
      overlap += Math.sqrt(poisson(mean, n) * at(array, { time: 1.5, quantity: 'A', count: n }))
    // 4000 draws are 0.05 from their own law.
    expect(Math.sqrt(1 - overlap)).toBeLessThan(0.1)
    expect(estimate.kind).toBe('estimate')
    expect(observations['joint:A,B'].error.kind).toBe('none')
  })

  it('learns from samples', async () => {
    const options = { ...small, teacher: 'ssa', paths: 300, settings: 16 } as const
    expect(Math.max(...distances(pair, [2], await run(pair, [2], options)))).toBeLessThan(0.15)
  })
})

describe('a course', () => {
  it('cuts a law into conditional ones that multiply to it', () => {
    const problem = ask('0 -> A + B, 3\nA -> 0, 1\nB -> 0, 2', [1])
    for (const _ of project(problem, {}, (held) => {
      const box = boxOf(held)
      const found = conditionals(box, 1000, 0.5)
      const [first] = found.filter(({ i }) => i === 0)
      for (const {
        before: [a],
        law,
      } of found.filter(({ i }) => i === 1)) {
        for (let k = 0; k < law.p.length; k++) {
          const [i, j] = [a - box.low[0], law.low[0] + k - box.low[1]]
          const product = first.law.p[a - first.law.low[0]] * law.p[k]
          expect(product).toBeCloseTo(box.p[i * box.widths[1] + j], 12)
        }
      }
      // Where there are too many prefixes, each is drawn about as often as its probability says.
      const drawn = conditionals(box, 4, 0.5).filter(({ i }) => i === 1)
      expect(drawn.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(drawn.length, 12)
    }));
  })
})
