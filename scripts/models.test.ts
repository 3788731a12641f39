import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at } from '../src/numerics/named-array'
import { binomial, poisson } from '../src/numerics/statistics'
import { readArtifact } from '../src/solvers/artifact-file'
import type { Frame, Problem, Solution } from '../src/solvers/contract'
import { project, recorder } from '../src/solvers/fsp/kernel'
import { solvers } from '../src/solvers/registry'
import { readStudy } from '../src/solvers/study'
import { finish, lend } from '../src/solvers/testing'
import { readModels } from './models.mjs'
import { root } from './setup.mjs'

const folder = join(root, 'public/models')
const models = readModels()

function open(name: string) {
  const read = readArtifact(new Uint8Array(readFileSync(join(folder, `${name}.safetensors`))))
  if (!read.ok) throw new Error(`${name}: ${read.why}`)
  const study = readStudy(read.value.study)
  if (!study.ok) throw new Error(JSON.stringify(study.issues))
  return { ...read.value, reading: study.value }
}

it('the index says what the files hold', () => {
  expect(models.length).toBeGreaterThan(0)
  expect(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))).toEqual(models)
})

describe.each(models.map(({ name }) => name))('%s', (name) => {
  const { artifact, study, reading } = open(name)

  it('was trained by the study beside it, and is small', () => {
    const { title, about, cite, ...beside } = JSON.parse(readFileSync(join(folder, `${name}.study.json`), 'utf8'))
    expect(study).toMatchObject(beside)
    const weights = Object.entries(artifact.arrays).filter(([key]) => !key.startsWith('errors'))
    expect(weights.reduce((sum, [, { data }]) => sum + data.length, 0)).toBeLessThan(400_000)
  })

  it('has an error map of hundreds of places that it did not learn from, and of some around them', () => {
    const { shape, coords, data } = artifact.arrays.errors
    const inputs = coords.column.filter((column) => String(column).startsWith('input')).length
    const inside = Array.from({ length: shape[0] }, (_, row) =>
      data.subarray(row * shape[1], row * shape[1] + inputs).every((input) => Math.abs(input) <= 1 + 1e-6),
    )
    const count = inside.filter((one) => one).length
    expect(count).toBeGreaterThanOrEqual(500)
    expect(inside.length - count).toBeGreaterThan(10)
  })

  it('answers its study at once, no further from the exact law than it says', async () => {
    const { problem, solver } = reading
    const last = problem.times[problem.times.length - 1]
    const asked: Problem = {
      ...problem,
      times: Float64Array.of(0.3 * last, 0.7 * last),
      observe: { ...problem.observe, joints: [] },
    }
    const method = await solvers[solver.id].load()
    const frames: Frame[] = []
    const host = { ...lend(5, () => true), artifact }
    const learnt = await finish(method, asked, solver.options.defaults, host, (frame) => frames.push(frame))
    expect(frames.every(({ phase }) => !phase.includes('learn from'))).toBe(true)
    const { error } = learnt.observations.marginals
    if (error.kind !== 'estimate') throw new Error(error.kind)
    // Of states that are too many, the map tells of single counts alone.
    if (!artifact.arrays.errors.coords.column.includes('hellinger')) return compareMeans(asked, learnt)
    const record = recorder(asked)
    for (const _ of project(asked, { tolerance: 1e-7 }, (law) => record.take(law)));
    const exact = record.observations().marginals.array
    for (const time of asked.times) {
      for (const quantity of exact.coords.quantity) {
        expect(apart(learnt, exact, time, String(quantity))).toBeLessThanOrEqual(error.value)
      }
    }
  })
})

/** Where states are too many: the networks that are shipped are linear, so that the rate equation has their means. */
async function compareMeans(asked: Problem, { observations }: Solution): Promise<void> {
  const { array, error } = observations.moments
  if (error.kind !== 'estimate') throw new Error(error.kind)
  const method = await solvers.ode.load()
  const { observations: exact } = await finish(method, asked, solvers.ode.options.defaults)
  for (const time of asked.times) {
    for (const quantity of array.coords.quantity) {
      const place = { time, moment: 'mean', quantity } as const
      expect(Math.abs(at(array, place) - at(exact.moments.array, place))).toBeLessThanOrEqual(error.value)
    }
  }
}

describe('hops of birth and death', () => {
  const { artifact, reading } = open('birth-death-hops')
  const [kept, mean] = [(t: number) => Math.exp(-0.01 * t), (t: number) => 10 * (1 - Math.exp(-0.01 * t))]

  async function hop(from: number, times: number[]) {
    const { problem, solver } = reading
    const asked = { ...problem, initial: Float64Array.of(from), times: Float64Array.from(times) }
    const { solve } = await solver.load()
    const solution = await finish({ solve }, asked, solver.options.defaults, { ...lend(1), artifact })
    const { array } = solution.observations.marginals
    return (time: number) => array.coords.count.map((count) => at(array, { time, quantity: 'X', count }))
  }

  it('are near a binomial and a Poisson number from every count, and compose to what they must', async () => {
    const laws = await Promise.all(Array.from({ length: 20 }, (_, from) => hop(from, [1, 5])))
    const distances = laws.flatMap((law, from) =>
      [1, 5].map((t) => {
        const overlap = law(t).reduce((sum, q, n) => {
          let p = 0
          for (let m = 0; m <= Math.min(n, from); m++) p += binomial(from, kept(t), m) * poisson(mean(t), n - m)
          return sum + Math.sqrt(p * q)
        }, 0)
        return Math.sqrt(Math.max(0, 1 - overlap))
      }),
    )
    expect(distances.reduce((a, b) => a + b) / distances.length).toBeLessThan(0.03)
    // Twenty hops of 5 from nothing: Poisson of mean 6.3212; more than 19 are met in 2 of 10⁵.
    let now = [1]
    for (let k = 0; k < 20; k++) {
      const next: number[] = []
      now.forEach((p, from) => {
        laws[Math.min(19, from)](5).forEach((q, n) => {
          next[n] = (next[n] ?? 0) + p * q
        })
      })
      now = next
    }
    const average = now.reduce((sum, p, n) => sum + p * n, 0)
    expect(Math.abs(average - 6.3212)).toBeLessThan(0.1)
    expect(Math.abs(now.reduce((sum, p, n) => sum + p * (n - average) ** 2, 0) - 6.3212)).toBeLessThan(0.3)
  })
})

function apart(learnt: Solution, exact: Solution['observations'][string]['array'], time: number, quantity: string) {
  const { array } = learnt.observations.marginals
  const counts = Math.max(exact.shape[2], array.shape[2])
  let sum = 0
  for (let count = 0; count < counts; count++) {
    const p = count < exact.shape[2] ? at(exact, { time, quantity, count }) : 0
    const q = count < array.shape[2] ? at(array, { time, quantity, count }) : 0
    sum += Math.abs(p - q)
  }
  return sum
}
