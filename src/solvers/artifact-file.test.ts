import { describe, expect, it } from 'vitest'
import { namedArray } from '../numerics/named-array'
import { stream } from '../numerics/rng'
import { readArtifact, readArtifactInSteps, type Taught, writeArtifact } from './artifact-file'
import { readStudyShape } from './study'

const read = readStudyShape({ version: 1, network: 'X -> 0, 1', times: [1], solver: 'ssa', seed: 7 })
if (!read.ok) throw new Error('the study of this test cannot be read')

const random = stream(1, 0)
const weights = Float64Array.from({ length: 6 }, () => Math.fround(random.uniform() - 0.5))
const taught: Taught = {
  study: read.value,
  artifact: {
    solver: 'pupil',
    arrays: {
      weights: namedArray(
        [
          ['from', [0, 1, 2]],
          ['to', ['a', 'b']],
        ],
        weights,
      ),
      thirds: namedArray([['time', [1, 5]]], Float64Array.of(1 / 3, -2 / 3)),
      scalar: namedArray([], Float64Array.of(4)),
    },
    notes: { loss: 0.25, density: 'masked' },
  },
}

const twins = {
  a: namedArray([['weight', [0, 1, 2]]], Float64Array.of(1, 2, 3)),
  b: namedArray([['weight', [0, 1, 2]]], Float64Array.of(4, 5, 6)),
}

/** The file with its header rewritten. */
function forged(change: (header: Record<string, never>) => void): Uint8Array {
  const bytes = writeArtifact(taught)
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  change(header)
  const text = new TextEncoder().encode(JSON.stringify(header))
  const forgery = new Uint8Array(8 + text.length + bytes.length - 8 - length)
  new DataView(forgery.buffer).setBigUint64(0, BigInt(text.length), true)
  forgery.set(text, 8)
  forgery.set(bytes.subarray(8 + length), 8 + text.length)
  return forgery
}

const why = (bytes: Uint8Array): string => {
  const answer = readArtifact(bytes)
  return answer.ok ? 'it was read' : answer.why
}

describe('the file of what was learnt', () => {
  it('holds every bit of every array, the axes, the notes and the study', () => {
    const again = readArtifact(writeArtifact(taught))
    expect(again).toEqual({ ok: true, value: taught })
  })

  it('spends four bytes on a number where that is enough', () => {
    const header = new TextDecoder().decode(writeArtifact(taught))
    expect(header).toContain('"weights":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}')
    expect(header).toContain('"thirds":{"dtype":"F64","shape":[2],"data_offsets":[24,40]}')
  })

  it('reads a view into a larger buffer', () => {
    const bytes = writeArtifact(taught)
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(readArtifact(larger.subarray(3)).ok).toBe(true)
  })

  it('is refused in words when it was cut short or made up', () => {
    const bytes = writeArtifact(taught)
    expect(why(bytes.subarray(0, 5))).toContain('too short')
    expect(why(bytes.subarray(0, 100))).toContain('does not begin')
    expect(why(bytes.subarray(0, bytes.length - 1))).toContain('cut short')
    expect(why(new Uint8Array(100).fill(255))).toContain('does not begin')
    expect(why(forged((h) => Reflect.deleteProperty(h, '__metadata__')))).toContain('not of this program')
    expect(why(forged((h) => Object.assign(h.weights, { shape: [3, 2e9] })))).toContain('cut short')
    expect(why(forged((h) => Object.assign(h.weights, { shape: [2, 3] })))).toContain('do not fit')
    expect(why(forged((h) => Object.assign(h.weights, { dtype: 'I8' })))).toContain('array weights')
    expect(why(forged((h) => Object.assign(h.__metadata__, { study: '{"version":1}' })))).toContain('its study')
    expect(why(forged((h) => Object.assign(h.__metadata__, { axes: '{' })))).toContain('its axes')
  })

  it('is refused when a short text names more coordinates than the file could hold', () => {
    const bare = (length: number) =>
      forged((h) => {
        Object.assign(h.weights, { shape: [0, length], data_offsets: [0, 0] })
        const axes = JSON.parse((h.__metadata__ as unknown as { axes: string }).axes)
        Object.assign(h.__metadata__, {
          axes: JSON.stringify({
            ...axes,
            weights: [
              ['row', 0],
              ['column', length],
            ],
          }),
        })
      })
    expect(why(bare(10))).toBe('it was read')
    for (const length of [1e6, 4e8, 2 ** 32]) expect(why(bare(length))).toContain('an axis too long')
  })

  it('is refused when arrays share bytes: 200 of them over one megabyte would fill 400', () => {
    const share = (h: Record<string, never>) => Object.assign(h.thirds, { data_offsets: [16, 32] })
    expect(why(forged(share))).toContain('arrays weights and thirds share bytes, from 16')
  })

  it('makes the coordinates 0, 1, 2 … once for each length, when they are asked for', () => {
    const again = readArtifact(writeArtifact({ ...taught, artifact: { ...taught.artifact, arrays: twins } }))
    if (!again.ok) throw new Error(again.why)
    const { a, b } = again.value.artifact.arrays
    expect(Object.getOwnPropertyDescriptor(a.coords, 'weight')?.get).toBeDefined()
    expect(a.coords.weight).toEqual([0, 1, 2])
    expect(b.coords.weight).toBe(a.coords.weight)
    expect(structuredClone(again.value.artifact)).toEqual(again.value.artifact)
  })

  it('reads a large file with pauses, to the same bits', () => {
    const data = Float64Array.from({ length: 600_000 }, (_, i) => i / 8)
    const large = namedArray([['weight', [...data.keys()]]], data)
    const steps = readArtifactInSteps(writeArtifact({ ...taught, artifact: { ...taught.artifact, arrays: { large } } }))
    let pauses = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) pauses++
    expect(pauses).toBe(2)
    if (!step.value.ok) throw new Error(step.value.why)
    const again = step.value.value.artifact.arrays.large.data
    expect(again.length === data.length && again.every((value, i) => value === data[i])).toBe(true)
  })

  it('is refused when a number in it is not finite', () => {
    const bytes = writeArtifact(taught)
    new DataView(bytes.buffer).setFloat64(bytes.length - 8, Number.NaN, true)
    expect(why(bytes)).toContain('not finite')
  })

  it('cannot reach what every object has', () => {
    expect(why(forged((h) => Object.assign(h, { constructor: h.weights })))).toContain('do not fit')
  })
})
