/** A file that describes a network much larger than itself is not laid out. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { namedArray } from '../numerics/named-array'
import { stream } from '../numerics/rng'
import { readArtifact } from './artifact-file'
import type { Artifact } from './contract'
import { unpack, unpackCourse } from './distilled/model'
import { densityOf } from './distilled/student'
import { signature } from './learnt'
import { identity } from './nncme/artifact'
import { open } from './nncme/open'
import { readStudy } from './study'
import { ask } from './testing'

describe('notes of what was learnt', () => {
  it('are read of a shipped network, and refused once they tell of a larger one', () => {
    const file = readArtifact(
      readFileSync(new URL('../../public/models/birth-death-hops.safetensors', import.meta.url)),
    )
    if (!file.ok) throw new Error(file.why)
    const { artifact, study } = file.value
    const reading = readStudy(study)
    if (!reading.ok) throw new Error('the study is not whole')
    const { problem } = reading.value
    expect(unpack(artifact, problem)).toBeDefined()
    const student = JSON.parse(String(artifact.notes.student))
    for (const change of [{ width: 1e6 }, { layers: 1e6 }, { width: 513 }]) {
      const notes = { ...artifact.notes, student: JSON.stringify({ ...student, ...change }) }
      expect(unpack({ ...artifact, notes }, problem)).toBeUndefined()
    }
  })

  it('are refused with variables that the network has not, also as a course to go on from', () => {
    const problem = ask('0 -> X, 1; X -> 0, 1', [1], { moments: true })
    const course = { epoch: 1, loss: 1, held: 1, best: 1, steps: 1 }
    const beginning = {
      signature: signature(problem, []),
      domain: JSON.stringify({ axes: [], horizon: 1 }),
      student: JSON.stringify({ kind: 'dense', width: 2, layers: 1 }),
      course: JSON.stringify(course),
    }
    const courseOf = (variables: unknown) => {
      const notes = { ...beginning, variables: JSON.stringify(variables) }
      const weights = densityOf({ axes: [], horizon: 1 }, [{ species: 0, cap: 5 }], {
        kind: 'dense',
        width: 2,
        layers: 1,
      })
      const arrays = Object.fromEntries(
        ['weight', 'now', 'mean', 'square'].flatMap((prefix) =>
          Object.entries(weights.initial(stream(0, 0))).map(([name, { data }]) => {
            return [`${prefix} ${name}`, namedArray([['weight', [...data.keys()]]], Float64Array.from(data))] as const
          }),
        ),
      )
      return unpackCourse({ solver: 'distilled', arrays, notes }, problem, {})
    }
    expect(courseOf([{ species: 0, cap: 5 }])?.course.epoch).toBe(1)
    const many = Array.from({ length: 5000 }, () => ({ species: 0, cap: 5000 }))
    for (const wrong of [many, [], [{ species: 1, cap: 5 }], [{ species: 0, cap: 1e6 }]]) {
      expect(courseOf(wrong)).toBeUndefined()
    }
  })

  it('of a network through time are refused, too', () => {
    const problem = ask('0 -> X, 1; X -> 0, 1', [1], { moments: true })
    const notes = { problem: identity(problem), species: 'X', lows: '0', caps: '9', widest: '1', width: 1e9, layers: 2 }
    const nade = namedArray([['time', [1]], ['parameter', [0, 1]]]) // biome-ignore format: one line
    for (const density of ['dense', 'gru', 'transformer', 'nade']) {
      const artifact: Artifact = { solver: 'nncme', arrays: { nade }, notes: { ...notes, density } }
      expect(open(artifact, problem)).toBeUndefined()
      const twice = { ...notes, width: 2, species: 'X X', lows: '0 0', caps: '9 9', widest: '1 1' }
      for (const wrong of [twice, { ...notes, width: 2, caps: '900000' }]) {
        expect(open({ ...artifact, notes: { ...wrong, density } }, problem)).toBeUndefined()
      }
    }
  })
})
