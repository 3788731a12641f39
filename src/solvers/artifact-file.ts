/**
 * What was learnt, as one file: the safetensors layout (a length, a JSON header, the numbers;
 * github.com/huggingface/safetensors), with the study that trained it and the names of the axes in its metadata, so that
 * other programs read the weights and this one reads all of it. A file may come from anywhere: nothing in it is believed
 * before it was checked, and nothing is made that is larger than the file itself.
 */
import { z } from 'zod'
import type { NamedArray } from '../numerics/named-array'
import type { Artifact } from './contract'
import { readStudyShape, type Study } from './study'

export interface Taught {
  readonly artifact: Artifact
  /** The study that trained it. */
  readonly study: Study
}

export type ReadTaught = { readonly ok: true; readonly value: Taught } | { readonly ok: false; readonly why: string }

/** Larger files are refused. */
export const maxArtifactBytes = 128_000_000
const maxHeaderBytes = 4_000_000
const maxArrays = 10_000
/** Axes of an array without numbers may be no longer. */
const maxBare = 1000
/** The header's length, as eight bytes before it. */
const prefixBytes = 8
/** Numbers begin at a multiple of this, so that they can be read in place. */
const alignment = 8

const whole = z.int().nonnegative()
const tensor = z.strictObject({
  dtype: z.enum(['F32', 'F64']),
  shape: z.array(whole).max(8),
  data_offsets: z.tuple([whole, whole]),
})
/** An axis whose coordinates are 0, 1, 2 … is written as its length. */
const axis = z.tuple([z.string().max(100), z.union([whole, z.array(z.union([z.number(), z.string().max(200)]))])])
const axes = z.record(z.string(), z.array(axis).max(8))
const notes = z.record(z.string().max(100), z.union([z.string().max(100_000), z.number()]))
const metadata = z.object({
  program: z.literal('propensity'),
  solver: z.string().max(100),
  study: z.string(),
  notes: z.string(),
  axes: z.string(),
})

/** One file of all the arrays; single precision where nothing is lost by it. */
export function writeArtifact({ artifact, study }: Taught): Uint8Array<ArrayBuffer> {
  const arrays = Object.entries(artifact.arrays)
  const parts = arrays.map(([, { data }]) => (data.every(isSingle) ? Float32Array.from(data) : data))
  const header: Record<string, unknown> = {
    __metadata__: {
      program: 'propensity',
      solver: artifact.solver,
      study: JSON.stringify(study),
      notes: JSON.stringify(artifact.notes),
      axes: JSON.stringify(Object.fromEntries(arrays.map(([name, array]) => [name, axesOf(array)]))),
    },
  }
  let end = 0
  arrays.forEach(([name, { shape }], k) => {
    const { byteLength } = parts[k]
    header[name] = {
      dtype: parts[k] instanceof Float32Array ? 'F32' : 'F64',
      shape,
      data_offsets: [end, end + byteLength],
    }
    end += byteLength
  })
  const text = new TextEncoder().encode(JSON.stringify(header))
  const headerBytes = Math.ceil(text.length / alignment) * alignment
  const bytes = new Uint8Array(prefixBytes + headerBytes + end).fill(0x20, prefixBytes, prefixBytes + headerBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.set(text, prefixBytes)
  let at = prefixBytes + headerBytes
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
    at += part.byteLength
  }
  return bytes
}

/** Read what `writeArtifact` wrote, or say in words why not. */
export function readArtifact(bytes: Uint8Array): ReadTaught {
  try {
    return { ok: true, value: read(bytes) }
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, why: thrown.message }
    throw thrown
  }
}

class Refusal extends Error {}

function refuseUnless(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Refusal(why)
}

function read(bytes: Uint8Array): Taught {
  refuseUnless(bytes.length <= maxArtifactBytes, `it is larger than ${maxArtifactBytes / 1e6} MB`)
  refuseUnless(bytes.length > prefixBytes, 'it is too short to be a network')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = Number(view.getBigUint64(0, true))
  const start = prefixBytes + headerBytes
  refuseUnless(headerBytes <= maxHeaderBytes && start <= bytes.length, 'it does not begin like a safetensors file')
  const text = new TextDecoder().decode(bytes.subarray(prefixBytes, start))
  const header = checked(z.record(z.string(), z.unknown()), json(text, 'its header'), 'its header')
  const { __metadata__: about, ...entries } = header
  refuseUnless(metadata.safeParse(about).success, 'it is a safetensors file, but not of this program')
  const { solver, ...texts } = metadata.parse(about)
  const names = checked(axes, json(texts.axes, 'its axes'), 'its axes')
  refuseUnless(Object.keys(entries).length <= maxArrays, `it has more than ${maxArrays} arrays`)
  const arrays = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const layout = checked(tensor, entry, `array ${name}`)
      const named = Object.hasOwn(names, name) ? names[name] : []
      return [name, readArray(name, layout, named, view, start)] as const
    }),
  )
  const study = readStudyShape(json(texts.study, 'its study'))
  if (!study.ok) throw new Refusal(`its study cannot be read: ${study.issues[0]?.message}`)
  return {
    artifact: { solver, arrays, notes: checked(notes, json(texts.notes, 'its notes'), 'its notes') },
    study: study.value,
  }
}

function readArray(
  name: string,
  { dtype, shape, data_offsets: [from, to] }: z.infer<typeof tensor>,
  named: z.infer<typeof axes>[string],
  view: DataView,
  start: number,
): NamedArray {
  const width = dtype === 'F32' ? 4 : 8
  const size = shape.reduce((a, b) => a * b, 1)
  refuseUnless(size * width === to - from && start + to <= view.byteLength, `array ${name} is cut short`)
  // Coordinates are made of the lengths alone: they may not be more than the numbers that lie along them.
  refuseUnless(
    shape.every((length) => length <= Math.max(size, maxBare)),
    `array ${name} is empty, but has an axis too long`,
  )
  const lengths = named.map(([, coords]) => (typeof coords === 'number' ? coords : coords.length))
  refuseUnless(
    lengths.length === shape.length && lengths.every((length, d) => length === shape[d]),
    `the axes of array ${name} do not fit its shape ${shape.join('×')}`,
  )
  const data = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    const at = start + from + k * width
    data[k] = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true)
    refuseUnless(Number.isFinite(data[k]), `array ${name} holds a number that is not finite, at place ${k}`)
  }
  const coords = named.map(
    ([dim, c]) => [dim, typeof c === 'number' ? Array.from({ length: c }, (_, i) => i) : c] as const,
  )
  return { dims: coords.map(([dim]) => dim), shape, coords: Object.fromEntries(coords), data }
}

function axesOf({ dims, coords }: NamedArray): z.infer<typeof axes>[string] {
  return dims.map((dim) => {
    const along = coords[dim]
    return [dim, along.every((coord, i) => coord === i) ? along.length : [...along]]
  })
}

const isSingle = (x: number): boolean => Math.fround(x) === x

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(`${what} cannot be read`)
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]
    throw new Refusal(`${what}: ${[...path, message].join(': ')}`)
  }
  return parsed.data
}
