import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Weight, Weights } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import { perceptron } from '../../numerics/perceptron'
import { stream } from '../../numerics/rng'
import { variates } from '../../numerics/variates'
import { readArtifact } from '../../solvers/artifact-file'
import type { Artifact, Problem } from '../../solvers/contract'
import { domainOf, inputCount } from '../../solvers/design'
import { type Model, measured, pack, unpack } from '../../solvers/distilled/model'
import { densityOf } from '../../solvers/distilled/student'
import { openWriter, type Variable } from '../../solvers/distilled/writer'
import { signature } from '../../solvers/learnt'
import {
  headOf,
  type Learnt,
  measured as measuredOfMixture,
  pack as packMixture,
} from '../../solvers/mixture-density/model'
import { ask } from '../../solvers/testing'
import { complete } from '../complete'
import { learntSensitivity } from '../learnt-sensitivity'
import { guessMapping, readData } from './data'
import { courseLikelihood } from './fsp-courses'
import { inferChain, posteriorOf } from './infer'
import { learntCourses } from './learnt-courses'
import type { Likelihood } from './likelihood'
import { type InferenceQuestion, type InferenceReading, readQuestion } from './question'
import { readTable } from './table'
import { chanceOf, emptyProgress } from './target'

/** A network that the program ships, and the text it was learnt of. */
function shipped(name: string): { network: string; learnt: Artifact } {
  const read = readArtifact(readFileSync(new URL(`../../../public/models/${name}.safetensors`, import.meta.url)))
  if (!read.ok) throw new Error(read.why)
  return { network: read.value.study.network, learnt: read.value.artifact }
}

const likelihood = ({ likelihood, measured, likelihoodOptions }: InferenceReading) =>
  likelihood.make(measured, likelihoodOptions)

const at = (reading: InferenceReading, parameters: Float64Array) =>
  complete(likelihood(reading).at(parameters, chanceOf(1, 0).streams))

const gene = `species G = 1, B = 0, P = 2
parameter k = 6 in [1, 12]
parameter u = 0.5 in [0.1, 2] log
G <-> B, u, 0.5
G -> G + P, k
P -> 0, 1
`
const few = 'time,G,P\n0,1,2\n1,1,4\n1,0,3\n1,1,0\n3,1,7\n3,0,2\n'

/** Networks that have learnt nothing: that is enough to differentiate them. */
const problem: Problem = ask(gene, [4])
const domain = domainOf(problem, 0)
const variables: Variable[] = [
  { species: 0, cap: 1 },
  { species: 2, cap: 30 },
]
const nothingMeasured = (errors: readonly string[]) => ({
  inputs: inputCount(domain),
  errors,
  rows: new Float64Array(),
})

function student(kind: 'dense' | 'transformer'): Artifact {
  const build = { kind, width: 16, layers: 2 }
  const model: Model = {
    ...{ signature: signature(problem, domain.axes), domain, variables, notes: {} },
    student: { ...build, weights: stirred(densityOf(domain, variables, build).initial(stream(5, 2))) },
    map: nothingMeasured(measured),
  }
  return pack(model)
}

function mixtures(): Artifact {
  const law = (key: string, caps: (number | null)[], widths: number[], i: number): Learnt => {
    const shape = { key, caps, components: 3, inflated: true, widths }
    const net = perceptron([inputCount(domain), 12, headOf(shape).size], stream(6, i))
    return { ...shape, net, map: nothingMeasured(measuredOfMixture) }
  }
  return packMixture({
    signature: signature(problem, domain.axes),
    domain,
    laws: [law('2', [null], [31], 0), law('0,2', [1, null], [2, 31], 1)],
    notes: {},
  })
}

/** Weights of a student begin with an output that does not depend on anything. */
function stirred(weights: Weights): Weights {
  const draw = variates()
  draw.start(stream(9, 1))
  const moved = ({ shape, data }: Weight) => ({ shape, data: data.map((w) => w + 0.3 * draw.normal()) })
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, moved(weight)]))
}

/** The slope is that of differences over `steps`. */
function checkSlope(reading: InferenceReading, place: Float64Array, steps: readonly number[]): void {
  const slope = at(reading, place).slope?.() ?? new Float64Array()
  for (const [i, h] of steps.entries()) {
    const value = (side: number) => at(reading, place.with(i, place[i] + side * h)).value
    const difference = (value(1) - value(-1)) / (2 * h)
    expect(Math.abs(difference)).toBeGreaterThan(1e-3)
    // Single precision: values near 20 differ by 2e-6, divided by 2h; the rest is the third derivative.
    expect(Math.abs(slope[i] - difference)).toBeLessThan(2e-3 * Math.abs(difference) + 4e-6 / h)
  }
}

describe('a likelihood that was learnt', () => {
  it.each([
    ['a dense student, of all', student('dense'), 'G=G,P=P'],
    ['a dense student, summed over the gene', student('dense'), 'P=P'],
    ['a transformer', student('transformer'), 'P=P'],
    ['a mixture', mixtures(), 'P=P'],
    ['a mixture of pairs', mixtures(), 'G=G,P=P'],
  ] as const)('knows its slope: %s', (_, learnt, columns) => {
    const mapped = Object.fromEntries(columns.split(',').map((text) => text.split('=')))
    const question: InferenceQuestion = {
      ...{ network: gene, learnt, likelihood: learnt.solver },
      data: { text: few, mapping: { kind: 'snapshots', time: 'time', columns: mapped } },
    }
    checkSlope(readQuestion(question), problem.parameters, [0.02, 0.002])
  })

  it('has the same laws as the answer on the screen, and is near the exact one', async () => {
    const { network, learnt } = shipped('autoregulation')
    const text = 'time,P,cells\n1,8,30\n1,4,20\n5,12,40\n5,20,10\n10,9,30\n10,26,12\n'
    const asked = {
      network,
      data: { text, mapping: { kind: 'snapshots', time: 'time', count: 'cells', columns: { P: 'P' } } },
    } as const
    const [own, exact] = [readQuestion({ ...asked, learnt, likelihood: 'distilled' }), readQuestion(asked)]
    const of = (reading: InferenceReading) => at(reading, reading.others)
    const difference = of(own).value - of(exact).value
    // 142 cells, each within 5 %: the l1 distances of the map are below that here.
    expect(Math.abs(difference)).toBeLessThan(0.05 * 142)
    expect(of(own).error).toBeGreaterThan(0)
    const model = unpack(learnt, ask(network, [1])) as Model
    const writer = openWriter(model)
    const setting = { parameters: own.others, initial: own.measured.observed.initial }
    const widths = model.variables.map(({ cap }) => cap + 1)
    const joint = new Float64Array(widths[0] * widths[1])
    writer.write(setting, 5, widths, joint)
    const [law] = complete(own.likelihood.laws!(own.measured, [5], {})(own.others, chanceOf(1, 0).streams))
    for (let n = 0; n < 40; n++) {
      const sum = joint[n] + joint[widths[1] + n]
      expect(Math.abs(law.p[law.values.indexOf(n)] - sum)).toBeLessThan(1e-5)
    }
  })

  it('leads paths along its gradient to a posterior that holds the truth', () => {
    const { network, learnt } = shipped('autoregulation')
    // Shares of the law at (0.94, 0.01, 8.4, 28.1) in 2000 cells, by the exact law.
    const exact = readQuestion({ network, data: { text: 'time,P\n1,1\n' } })
    const rows = ['time,P,cells']
    for (const t of [1, 10]) {
      const [law] = complete(
        exact.likelihood.laws!(exact.measured, [t], { tolerance: 1e-9 })(exact.others, chanceOf(1, 0).streams),
      )
      law.p.forEach((p, k) => {
        const cells = Math.round(2000 * p)
        if (cells) rows.push(`${t},${law.values[k]},${cells}`)
      })
    }
    const reading = readQuestion({
      ...{ network, learnt, likelihood: 'distilled', method: 'nuts', seed: 3, chains: 2 },
      data: {
        text: rows.join('\n'),
        mapping: { kind: 'snapshots', time: 'time', count: 'cells', columns: { P: 'P' } },
      },
      options: { warmup: 80, draws: 80, depth: 5 },
    })
    const { parameters, diagnostics, error } = posteriorOf(
      reading,
      [0, 1].map((c) => complete(inferChain(reading, c, emptyProgress()))),
    )
    expect(diagnostics.gradients).toBeGreaterThan(300)
    expect(diagnostics.gradientError).toBeLessThan(0.05)
    expect(error.kind).toBe('estimate')
    for (const { name, low, high } of parameters) {
      const truth = reading.others[reading.priors.find((prior) => prior.name === name)!.index]
      expect(low).toBeLessThan(truth)
      expect(high).toBeGreaterThan(truth)
    }
  })

  it('tells how means move with a parameter, nearly as the exact law does', () => {
    const { network, learnt } = shipped('autoregulation')
    const asked = ask(network, [1, 5, 10])
    const told = complete(learntSensitivity(learnt, asked, 'ru'))
    const P = told.slopes.coords.quantity.indexOf('P')
    const exact = readQuestion({ network, data: { text: 'time,P\n1,1\n' } })
    const meansAt = (ru: number) => {
      const parameters = asked.parameters.with(2, ru)
      const laws = complete(
        exact.likelihood.laws!(exact.measured, [1, 5, 10], { tolerance: 1e-10 })(parameters, chanceOf(1, 0).streams),
      )
      return laws.map(({ p, values }) => p.reduce((sum, mass, k) => sum + mass * values[k], 0))
    }
    const [up, down] = [meansAt(8.41), meansAt(8.39)]
    for (let k = 0; k < 3; k++) {
      const slope = told.slopes.data[k * told.slopes.shape[1] + P]
      expect(Math.abs(slope / ((up[k] - down[k]) / 0.02) - 1)).toBeLessThan(0.03)
      // Laws move as their means do, and by nothing in all.
      const { data, shape } = told.laws.P
      const row = data.subarray(k * shape[1], (k + 1) * shape[1])
      expect(row.reduce((sum, d, n) => sum + n * d, 0)).toBeCloseTo(slope, 3)
      expect(row.reduce((sum, d) => sum + d, 0)).toBeCloseTo(0, 4)
    }
    expect(() => complete(learntSensitivity(learnt, asked, 'q'))).toThrow(/no parameter q/)
  })

  it('judges courses by hops', () => {
    const { network, learnt } = shipped('birth-death-hops')
    const { species, problem } = { species: ask(network, [1]).network.species, problem: ask(network, [1]) }
    const text = 'replicate,time,X\na,0,0\na,5,1\na,10,0\na,12,1\na,17,3\nb,0,0\nb,5,0\nb,10,2\n'
    const table = readTable(text)
    const { data } = readData(table, guessMapping(table, [species[0].name]), true)
    if (data.kind !== 'courses') throw new Error('courses are expected')
    const observed = { network: problem.network, initial: problem.initial, quantities: [0] }
    const subject = { observed, priors: [], others: problem.parameters, learnt }
    const of = (one: Likelihood) => complete(one.at(problem.parameters, chanceOf(1, 0).streams))
    const exact = of(courseLikelihood(observed, data, { kind: 'none' }, 1e-10, 'network'))
    const own = of(learntCourses('distilled', subject, data, { kind: 'none' }, 'network'))
    // Six hops of one hundredth to one half; the map's mean Hellinger distance is 0.02: some per cent of each.
    expect(Math.abs(own.value - exact.value)).toBeLessThan(0.3)
    expect(own.floored).toBe(0)
    const far = {
      ...data,
      courses: [{ name: 'c', times: Float64Array.of(0, 1, 2), values: Float64Array.of(0, 23, 24) }],
    }
    expect(() => learntCourses('distilled', subject, far, { kind: 'none' }, 'network')).toThrow(
      /passes X = 23; hops were learnt from 0 … 19/,
    )
    expect(() => learntCourses('distilled', subject, data, { kind: 'gaussian', sd: 1 }, 'network')).toThrow(
      /without measurement noise/,
    )
  })

  it('knows the slope of courses', () => {
    const text = 'species X = 3\nparameter k = 2 in [1, 4]\nparameter d = 0.4 in [0.1, 1] log\n0 -> X, k\nX -> 0, d'
    const pool = ask(text, [3])
    const hops = domainOf(pool, 12)
    const only: Variable[] = [{ species: 0, cap: 20 }]
    const build = { kind: 'transformer', width: 16, layers: 1 } as const
    const learnt = pack({
      ...{ signature: signature(pool, hops.axes), domain: hops, variables: only, notes: {} },
      student: { ...build, weights: stirred(densityOf(hops, only, build).initial(stream(5, 3))) },
      map: { inputs: inputCount(hops), errors: measured, rows: new Float64Array() },
    })
    const rows = 'replicate,time,X\na,0,3\na,1,5\na,2,4\na,4,7\nb,1,2\nb,2,0\nb,3,4\n'
    const reading = readQuestion({ network: text, learnt, likelihood: 'distilled', data: { text: rows } })
    checkSlope(reading, pool.parameters, [0.02, 0.004])
  })

  it('says where it does not reach', () => {
    const { network, learnt } = shipped('autoregulation')
    const ask = (change: Partial<InferenceQuestion>) => {
      const reading = readQuestion({
        network,
        data: { text: 'time,P\n1,3\n' },
        learnt,
        likelihood: 'distilled',
        ...change,
      })
      return () => likelihood(reading)
    }
    expect(ask({ learnt: undefined })).toThrow(/nothing learnt by "distilled"/)
    expect(ask({ likelihood: 'mixtureDensity' })).toThrow(/nothing learnt by "mixtureDensity"/)
    expect(ask({ data: { text: 'time,P\n11,3\n' } })).toThrow(/t = 11 is after 10/)
    expect(ask({ data: { text: 'P\n3\n' } })).toThrow(/rest is after 10/)
    expect(ask({ infer: { su: { min: 0.1, max: 4 } } })).toThrow(/su was learnt over 1e-8 … 2, not over 0.1 … 4/)
    expect(ask({ initial: { P: 3 } })).toThrow(/of another network, or of other values/)
    expect(ownBackend().memory().tensors).toBe(0)
  })
})
