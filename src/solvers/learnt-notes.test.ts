/** A file that describes a network much larger than itself is not laid out. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { namedArray } from '../numerics/named-array'
import { readArtifact } from './artifact-file'
import type { Artifact } from './contract'
import { unpack } from './distilled/model'
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

  it('of a network through time are refused, too', () => {
    const problem = ask('0 -> X, 1; X -> 0, 1', [1], { moments: true })
    const notes = { problem: identity(problem), species: 'X', lows: '0', caps: '9', widest: '1', width: 1e9, layers: 2 }
    const nade = namedArray([['time', [1]], ['parameter', [0, 1]]]) // biome-ignore format: one line
    for (const density of ['dense', 'gru', 'transformer', 'nade']) {
      const artifact: Artifact = { solver: 'nncme', arrays: { nade }, notes: { ...notes, density } }
      expect(open(artifact, problem)).toBeUndefined()
    }
  })
})
