import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at } from '../src/numerics/named-array'
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

  it('has an error map of hundreds of places that it did not learn from', () => {
    expect(artifact.arrays.errors.shape[0]).toBeGreaterThan(200)
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
    const record = recorder(asked)
    for (const _ of project(asked, { tolerance: 1e-7 }, (law) => record.take(law)));
    const exact = record.observations().marginals.array
    const { error } = learnt.observations.marginals
    if (error.kind !== 'estimate') throw new Error(error.kind)
    for (const time of asked.times) {
      for (const quantity of exact.coords.quantity) {
        expect(apart(learnt, exact, time, String(quantity))).toBeLessThanOrEqual(error.value)
      }
    }
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
