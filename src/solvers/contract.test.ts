/** What every solver must satisfy: a loop over the registry, through the runner that the page and the terminal use. */
import { describe, expect, it } from 'vitest'
import { chiSquare, poisson, twoSided } from '../numerics/statistics'
import type { ErrorEstimate, Frame, Observation, Outcome, Solution, Solver } from './contract'
import { solvers } from './registry'
import { type CrewMember, type Host, runStudy, tallyStudy } from './run'
import { readStudy } from './study'
import { lend } from './testing'

const text = `0 -> X, 10
X -> 0, 1
observable twice = 2*X`
const times = [0, 0.5, 3]

/** A small study for a solver: few replicates where it draws any. */
function study(solver: Solver, more: Record<string, unknown> = {}): Record<string, unknown> {
  const sampled = solver.options.fields.some(({ name }) => name === 'replicates')
  return {
    version: 1,
    network: text,
    times,
    observe: ['moments', 'marginals', 'joint:X,twice', 'trajectories'],
    solver: solver.id,
    options: sampled ? { replicates: 2000 } : {},
    seed: 7,
    ...more,
  }
}

interface Watched extends Host {
  readonly frames: Frame[]
  breaths: number
}

/** A host with a clock of its own: `hurry` milliseconds pass between any two looks at it. */
function host(hurry = 0, more: Partial<Host> = {}): Watched {
  let clock = 0
  const watched: Watched = {
    frames: [],
    breaths: 0,
    now() {
      clock += hurry
      return clock
    },
    breathe: async () => {
      watched.breaths++
    },
    cancelled: () => false,
    onFrame: (frame) => {
      watched.frames.push(frame)
    },
    ...more,
  }
  return watched
}

const always = 1000
const never = 0

async function solve(json: unknown, on: Host = host()): Promise<Solution> {
  const outcome = await runStudy(json, on)
  if (outcome.status !== 'done') throw new Error(`${outcome.status}: ${JSON.stringify(outcome)}`)
  return outcome.solution
}

/** A thread that is this thread. */
const crewMember: CrewMember = {
  tally: (json, share, onTally) => tallyStudy(json, share, { ...host(always), onTally }),
}

const axes: Record<string, string[]> = {
  moments: ['time', 'moment', 'quantity'],
  marginals: ['time', 'quantity', 'count'],
  joint: ['time', 'X', 'twice'],
  trajectories: ['replicate', 'quantity', 'time'],
}
const kindOf = (key: string) => key.split(':')[0]

/** A sentence for a person: words, and no trace of the program's insides. */
function expectSentence(outcome: Outcome) {
  if (outcome.status !== 'failed') throw new Error(`expected a failure, got ${outcome.status}`)
  expect(outcome.code).not.toBe('bug')
  expect(outcome.message).toMatch(/\w+ \w+ \w+/)
  expect(outcome.message).not.toMatch(/undefined|NaN at|\[object|TypeError|RangeError/)
}

it('has solvers to test', () => {
  expect(Object.keys(solvers).length).toBeGreaterThan(0)
})

for (const [id, solver] of Object.entries(solvers)) {
  describe(id, () => {
    describe('description', () => {
      it('is registered under its own id, with a title, a summary and sources', () => {
        expect(solver.id).toBe(id)
        expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/)
        expect(solver.title).not.toBe('')
        expect(solver.summary).toMatch(/\.$/)
        expect(solver.cites.length).toBeGreaterThan(0)
        for (const source of solver.cites) expect(source).toMatch(/doi\.org\/10\.\d{4,}/)
        expect(solver.traits.observes.length).toBeGreaterThan(0)
      })

      it('has options whose defaults parse to themselves and lie within their bounds', () => {
        expect(solver.options.parse({})).toEqual({ ok: true, value: solver.options.defaults })
        expect(solver.options.parse(solver.options.defaults)).toEqual({ ok: true, value: solver.options.defaults })
        for (const field of solver.options.fields) {
          expect(field.title).not.toBe(field.name)
          expect(field.help).not.toBe('')
          if (typeof field.default === 'number') {
            expect(field.default).toBeGreaterThanOrEqual(field.min ?? -Infinity)
            expect(field.default).toBeLessThanOrEqual(field.max ?? Infinity)
          }
          if (field.choices) expect(field.choices).toContain(field.default)
        }
      })

      it('refuses an option that it does not know, and names those it knows', async () => {
        const outcome = await runStudy(study(solver, { options: { toleranse: 1 } }), host())
        expectSentence(outcome)
        const message = outcome.status === 'failed' ? outcome.message : ''
        expect(message).toContain('options.toleranse')
        for (const { name } of solver.options.fields) expect(message).toContain(name)
      })
    })

    describe('run', () => {
      it('gives the same solution however often it is asked to yield', async () => {
        const hurried = host(always)
        const calm = host(never)
        let k = 0
        const moody = host(0, { now: () => 7 * ++k })
        const solution = await solve(study(solver), calm)
        expect(await solve(study(solver), hurried)).toEqual(solution)
        expect(await solve(study(solver), moody)).toEqual(solution)
        expect(hurried.frames.length).toBeGreaterThan(calm.frames.length)
      })

      it('gives the same bits for the same seed, and others for another if it is random', async () => {
        const one = await solve(study(solver))
        expect(await solve(study(solver))).toEqual(one)
        const other = await solve(study(solver, { seed: 8 }))
        if (solver.traits.random) expect(other.observations).not.toEqual(one.observations)
        else expect(other).toEqual(one)
      })

      it('stops at the next yield when cancelled, and shows nothing more', async () => {
        for (const breath of [1, 2, 5]) {
          const watched: Watched = host(always, { cancelled: () => watched.breaths >= breath })
          const outcome = await runStudy(study(solver), watched)
          expect(outcome.status).toBe('cancelled')
          expect(watched.breaths).toBe(breath)
          expect(watched.frames.length).toBeLessThanOrEqual(breath)
        }
      })

      it('is done with its generator once it was stopped', async () => {
        const method = await solver.load()
        const read = readStudy(study(solver))
        if (!read.ok) throw new Error(JSON.stringify(read.issues))
        const { problem, options } = read.value
        const generator = method.solve(
          problem,
          options,
          lend(1, () => true),
        )
        expect((await generator.next()).done).toBe(false)
        await generator.return(undefined as unknown as Solution)
        expect(await generator.next()).toEqual({ done: true, value: undefined })
      })

      it('shows whole pictures, and progress that never falls', async () => {
        const watched = host(always)
        const solution = await solve(study(solver), watched)
        expect(watched.frames.length).toBeGreaterThan(0)
        let before = 0
        for (const { done, phase, observations } of watched.frames) {
          expect(done).toBeGreaterThanOrEqual(before)
          expect(done).toBeLessThanOrEqual(1)
          before = done
          expect(phase).not.toBe('')
          expect(Object.keys(observations).sort()).toEqual(Object.keys(solution.observations).sort())
          for (const [key, { array }] of Object.entries(observations)) {
            expect(array.dims).toEqual(solution.observations[key].array.dims)
          }
        }
      })

      it('crosses to another thread as it is', async () => {
        const outcome = await runStudy(study(solver), host())
        expect(structuredClone(outcome)).toEqual(outcome)
      })
    })

    describe('solution', () => {
      it('has what its traits promise, on the documented axes', async () => {
        const { observations } = await solve(study(solver))
        expect(new Set(Object.keys(observations).map(kindOf))).toEqual(new Set(solver.traits.observes))
        for (const [key, { array, error }] of Object.entries(observations)) {
          expect(array.dims).toEqual(axes[kindOf(key)])
          expect(array.shape).toEqual(array.dims.map((dim) => array.coords[dim].length))
          expect(array.data.length).toBe(array.shape.reduce((a, b) => a * b, 1))
          expect(array.coords.time).toEqual(times)
          if (array.coords.quantity) expect(array.coords.quantity).toEqual(['X', 'twice'])
          if (array.coords.moment) expect(['mean', 'mean,variance']).toContain(array.coords.moment.join())
          for (const axis of [array.coords.count, array.coords.X].filter((axis) => axis !== undefined)) {
            expect(axis[0]).toBe(0)
          }
          expect(array.data.every(Number.isFinite)).toBe(true)
          if (error.kind === 'sampling') expect(error.standardError.shape).toEqual(array.shape)
          if (error.kind === 'bound') expect(error.value).toHaveLength(times.length)
        }
      })

      it('has laws that are laws: nothing below zero, one in all up to the error', async () => {
        const { observations } = await solve(study(solver))
        for (const [key, { array, error }] of Object.entries(observations)) {
          if (key !== 'marginals' && kindOf(key) !== 'joint') continue
          const rows = key === 'marginals' ? times.length * 2 : times.length
          const size = array.data.length / rows
          for (let row = 0; row < rows; row++) {
            const law = array.data.subarray(row * size, (row + 1) * size)
            expect(law.every((p) => p >= 0)).toBe(true)
            const missing = error.kind === 'bound' ? error.value[Math.floor(row / (rows / times.length))] : 0
            const total = law.reduce((a, b) => a + b, 0)
            expect(total).toBeLessThanOrEqual(1 + 1e-9)
            expect(total).toBeGreaterThanOrEqual(1 - missing - 1e-9)
          }
        }
      })

      it('gives only what was asked for', async () => {
        const { observations } = await solve(study(solver, { observe: ['moments'] }))
        expect(Object.keys(observations)).toEqual(solver.traits.observes.includes('moments') ? ['moments'] : [])
        expect((await solve(study(solver, { observe: [] }))).observations).toEqual({})
      })

      it('is no further from the truth than its errors say', async () => {
        const { observations, diagnostics } = await solve(study(solver))
        for (const [k, t] of times.entries()) {
          const mean = 10 * (1 - Math.exp(-t))
          for (const [key, observation] of Object.entries(observations)) {
            if (key === 'moments') checkMoments(observation, k, mean)
            else if (key === 'marginals') checkMarginals(observation, k, mean, diagnostics.replicates)
            else if (kindOf(key) === 'joint') checkJoint(observation, k, mean, diagnostics.replicates)
            else checkPaths(observation, k, mean)
          }
        }
      })
    })

    describe('edges', () => {
      const still = async (network: string, at: number[], counts: Record<string, number>) => {
        const { observations } = await solve(study(solver, { network, times: at, observe: ['moments'] }), host(always))
        const { moments } = observations
        if (!moments) return
        const { data, coords } = moments.array
        expect(coords.time).toEqual(at)
        for (const [q, name] of coords.quantity.entries()) {
          for (let row = 0; row < at.length * coords.moment.length; row++) {
            const expected = coords.moment[row % coords.moment.length] === 'mean' ? counts[name] : 0
            expect(Math.abs(data[row * coords.quantity.length + q] - expected)).toBeLessThan(1e-9)
          }
        }
      }

      it('no reactions', () => still('species X = 7', [0, 3], { X: 7 }))
      it('no counts', () => still('species A = 0, B = 0\nA + B -> 0, 1\n2A -> B, 1', [0, 3], { A: 0, B: 0 }))
      it('no times', () => still(text, [], {}))
      it('only time zero', () => still('species X = 4\nX -> 0, 1', [0], { X: 4 }))
      it('the same time twice', () => still('species X = 4', [1, 1], { X: 4 }))
      it('a rate of zero', () => still('species X = 4\nX -> 0, 0', [5], { X: 4 }))
    })

    describe('says in a sentence what it cannot do', () => {
      const run = (network: string, at: number[] = [10]) => {
        // Whoever asks for too much gets an answer, a sentence, or the chance to stop it.
        const watched: Watched = host(always, { cancelled: () => watched.breaths >= 20_000 })
        return runStudy(study(solver, { network, times: at, observe: ['moments'] }), watched)
      }

      it('a propensity that becomes negative, with its reaction, and where', async () => {
        const outcome = await run('0 -> X, 2\nbad: 0 -> Y, 5 - X')
        expectSentence(outcome)
        expect(outcome).toMatchObject({ code: 'propensity', message: expect.stringMatching(/bad\b.*X = \d/) })
        expect(outcome).toMatchObject({ hint: expect.stringMatching(/\w+ \w+/) })
      })

      it('a propensity that divides by zero', async () => {
        const outcome = await run('species X = 3\nX -> 0, 1\nbad: 0 -> Y, 1/X')
        // Zero is never reached where counts are real numbers; the solver may then answer.
        if (solver.traits.random || outcome.status === 'failed') {
          expectSentence(outcome)
          expect(outcome).toMatchObject({ code: 'propensity', message: expect.stringContaining('bad') })
        }
        const first = await run('0 -> X, 1\nbad: 0 -> Y, 1/X')
        expectSentence(first)
        expect(first).toMatchObject({ code: 'propensity', message: expect.stringContaining('bad') })
      })

      it('a population that explodes', async () => {
        expectSentence(await run('species X = 10\n2X -> 3X, 1'))
      })

      it('a billion molecules: an answer, a sentence, or the chance to stop it', async () => {
        const outcome = await run('species X = 1000000000\nX -> 0, 1', [1])
        if (outcome.status === 'failed') expectSentence(outcome)
        if (outcome.status === 'done') {
          const { moments } = outcome.solution.observations
          expect(Math.abs(moments.array.data[0] / (1e9 * Math.exp(-1)) - 1)).toBeLessThan(1e-3)
        }
      })
    })

    it('adds up to the same bits however its replicates are split', async () => {
      const { ensemble } = await solver.load()
      if (!ensemble) return
      const alone = await solve(study(solver))
      for (const size of [2, 8]) {
        const crew = Array.from({ length: size - 1 }, () => crewMember)
        expect(await solve(study(solver), host(always, { crew }))).toEqual(alone)
      }
    })
  })
}

/** How far one number may lie from the truth; sampling by the 4.5 standard errors of agreement.test.ts. */
function margin(error: ErrorEstimate, i: number, k: number): number {
  switch (error.kind) {
    case 'exact':
      return 0
    case 'sampling':
      return 4.5 * error.standardError.data[i] + (error.bias ? Math.abs(error.bias.value.data[i]) : 0)
    case 'bound':
      return error.value[k]
    case 'estimate':
      return error.value
    case 'none':
      return Number.POSITIVE_INFINITY
    default:
      return error satisfies never
  }
}

/** Rounding of a number of this size. */
const rounding = (value: number) => 1e-10 * (1 + Math.abs(value))

function checkMoments({ array, error }: Observation, k: number, mean: number) {
  const [, moments, quantities] = array.shape
  for (let m = 0; m < moments; m++) {
    for (let q = 0; q < quantities; q++) {
      const i = (k * moments + m) * quantities + q
      // `twice` has twice the mean and four times the variance of X.
      const truth = mean * (m === 0 ? 1 + q : (1 + q) ** 2)
      expect(Math.abs(array.data[i] - truth)).toBeLessThanOrEqual(margin(error, i, k) + rounding(truth))
    }
  }
}

/** The law of X and that of `twice`, which lives on the even counts. */
function checkMarginals(observation: Observation, k: number, mean: number, replicates: number) {
  const [, quantities, counts] = observation.array.shape
  for (let q = 0; q < quantities; q++) {
    const from = (k * quantities + q) * counts
    const cells = Array.from({ length: Math.ceil(counts / (q + 1)) }, (_, n) => from + n * (q + 1))
    checkLaw(observation, k, cells, mean, replicates)
    const odd = q === 1 ? observation.array.data.subarray(from, from + counts).filter((_, n) => n % 2 === 1) : []
    expect(odd.every((p) => p === 0)).toBe(true)
  }
}

/** The joint law of X and `twice` lives on a line. */
function checkJoint(observation: Observation, k: number, mean: number, replicates: number) {
  const { array } = observation
  const [, rows, columns] = array.shape
  const cells = Array.from(
    { length: Math.min(rows, Math.ceil(columns / 2)) },
    (_, x) => (k * rows + x) * columns + 2 * x,
  )
  checkLaw(observation, k, cells, mean, replicates)
  const line = cells.reduce((sum, i) => sum + array.data[i], 0)
  const total = array.data.subarray(k * rows * columns, (k + 1) * rows * columns).reduce((sum, p) => sum + p, 0)
  expect(Math.abs(line - total)).toBeLessThan(1e-12)
}

/** A Poisson law whose probabilities stand in `cells`: by χ² where it was sampled, by its l1 distance elsewhere. */
function checkLaw({ array, error }: Observation, k: number, cells: number[], mean: number, replicates: number) {
  const law = cells.map((i) => array.data[i])
  const truth = cells.map((_, n) => poisson(mean, n))
  if (error.kind === 'sampling') {
    const seen = law.map((p) => Math.round(p * replicates))
    expect(chiSquare(seen, truth).pValue).toBeGreaterThan(twoSided(4.5))
    for (const [n, i] of cells.entries()) {
      // Where ten or more fell, the share found gives the standard error to a third.
      if (replicates * truth[n] < 10) continue
      const ratio = error.standardError.data[i] / Math.sqrt((truth[n] * (1 - truth[n])) / replicates)
      expect(truth[n] > 1 - 1e-12 || (ratio > 0.5 && ratio < 2)).toBe(true)
    }
  } else {
    const distance = law.reduce((sum, p, n) => sum + Math.abs(p - truth[n]), 0)
    expect(distance).toBeLessThanOrEqual(margin(error, 0, k) + 1e-10)
  }
}

/** The mean over the shown trajectories, with the standard error that a Poisson law gives it. */
function checkPaths({ array }: Observation, k: number, mean: number) {
  const [replicates, quantities, T] = array.shape
  let sum = 0
  for (let r = 0; r < replicates; r++) {
    const x = array.data[r * quantities * T + k]
    expect(array.data[(r * quantities + 1) * T + k]).toBe(2 * x)
    sum += x
  }
  expect(Math.abs(sum / replicates - mean)).toBeLessThanOrEqual(4.5 * Math.sqrt(mean / replicates) + 1e-12)
}
