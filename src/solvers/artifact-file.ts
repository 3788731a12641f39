/**
 * What was learnt, as one file: the safetensors layout (a length, a JSON header, the numbers;
 * github.com/huggingface/safetensors), with the study that trained it and the names of the axes in its metadata, so that
 * other programs read the weights and this one reads all of it. A file may come from anywhere: nothing in it is believed
 * before it was checked. No two arrays share bytes, so all numbers together take at most twice the file (single precision
 * becomes double); coordinates that are 0, 1, 2 … are made when they are first read, once for each length.
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
/** JSON is read in one go: a megabyte of it takes some hundredths of a second. */
const maxHeaderBytes = 1_000_000
const maxArrays = 10_000
/** Axes of an array without numbers may be no longer. */
const maxBare = 1000
/** Numbers between two breaths: some four milliseconds. */
const numbersPerStep = 500_000
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
  const steps = readArtifactInSteps(bytes)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same, with a pause every few milliseconds after the header: the largest file takes a quarter of a second. */
export function* readArtifactInSteps(bytes: Uint8Array): Generator<void, ReadTaught, void> {
  try {
    return { ok: true, value: yield* read(bytes) }
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, why: thrown.message }
    throw thrown
  }
}

class Refusal extends Error {}

function refuseUnless(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Refusal(why)
}

function* read(bytes: Uint8Array): Generator<void, Taught, void> {
  refuseUnless(bytes.length <= maxArtifactBytes, `it is larger than ${maxArtifactBytes / 1e6} MB`)
  refuseUnless(bytes.length > prefixBytes, 'it is too short to be a network')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = Number(view.getBigUint64(0, true))
  const start = prefixBytes + headerBytes
  refuseUnless(start <= bytes.length, 'it does not begin like a safetensors file')
  refuseUnless(headerBytes <= maxHeaderBytes, `its header is longer than ${maxHeaderBytes / 1e6} MB`)
  const text = new TextDecoder().decode(bytes.subarray(prefixBytes, start))
  const header = checked(z.record(z.string(), z.unknown()), json(text, 'its header'), 'its header')
  const { __metadata__: about, ...entries } = header
  refuseUnless(metadata.safeParse(about).success, 'it is a safetensors file, but not of this program')
  const { solver, ...texts } = metadata.parse(about)
  const names = checked(axes, json(texts.axes, 'its axes'), 'its axes')
  refuseUnless(Object.keys(entries).length <= maxArrays, `it has more than ${maxArrays} arrays`)
  const layouts = Object.entries(entries).map(([name, entry]) => {
    return { name, ...checked(tensor, entry, `array ${name}`), named: Object.hasOwn(names, name) ? names[name] : [] }
  })
  for (const layout of layouts) check(layout, bytes.length - start)
  refuseShared(layouts)
  const study = readStudyShape(json(texts.study, 'its study'))
  if (!study.ok) throw new Refusal(`its study cannot be read: ${study.issues[0]?.message}`)
  const noted = checked(notes, json(texts.notes, 'its notes'), 'its notes')
  const coordinates = lazyCoordinates()
  const arrays: [string, NamedArray][] = []
  for (const { name, dtype, shape, data_offsets, named } of layouts) {
    const data = yield* readNumbers(name, dtype, view, start + data_offsets[0], sizeOf(shape))
    arrays.push([name, { dims: named.map(([dim]) => dim), shape, coords: coordinates(named), data }])
  }
  return { artifact: { solver, arrays: Object.fromEntries(arrays), notes: noted }, study: study.value }
}

interface Layout extends z.infer<typeof tensor> {
  readonly name: string
  readonly named: z.infer<typeof axes>[string]
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const widthOf = { F32: 4, F64: 8 } as const

/** Whether an array lies within `bytes`, and its axes are those of its shape. */
function check({ name, dtype, shape, data_offsets: [from, to], named }: Layout, bytes: number): void {
  const size = sizeOf(shape)
  refuseUnless(size * widthOf[dtype] === to - from && to <= bytes, `array ${name} is cut short`)
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
}

/** Bytes that several arrays share would be written out for each of them. */
function refuseShared(layouts: readonly Layout[]): void {
  const full = layouts.filter(({ data_offsets: [from, to] }) => to > from)
  const inOrder = full.sort((a, b) => a.data_offsets[0] - b.data_offsets[0])
  for (let i = 1; i < inOrder.length; i++) {
    const [before, after] = [inOrder[i - 1], inOrder[i]]
    refuseUnless(
      after.data_offsets[0] >= before.data_offsets[1],
      `arrays ${before.name} and ${after.name} share bytes, from ${after.data_offsets[0]}; each needs its own`,
    )
  }
}

function* readNumbers(
  name: string,
  dtype: Layout['dtype'],
  view: DataView,
  start: number,
  size: number,
): Generator<void, Float64Array, void> {
  const width = widthOf[dtype]
  const data = new Float64Array(size)
  for (let from = 0; from < size; from += numbersPerStep) {
    const to = Math.min(size, from + numbersPerStep)
    for (let k = from; k < to; k++) {
      const at = start + k * width
      data[k] = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true)
      // A sentence for each number would take longer than the reading.
      if (!Number.isFinite(data[k])) throw new Refusal(`array ${name} holds a number that is not finite, at place ${k}`)
    }
    if (size >= numbersPerStep) yield
  }
  return data
}

/** Coordinates by axis; a list 0, 1, 2 … is made when it is first asked for, and shared by all axes of its length. */
function lazyCoordinates() {
  const counts = new Map<number, readonly number[]>()
  const count = (length: number): readonly number[] => {
    const known = counts.get(length) ?? Array.from({ length }, (_, i) => i)
    counts.set(length, known)
    return known
  }
  return (named: Layout['named']): NamedArray['coords'] => {
    const coords: Record<string, readonly (number | string)[]> = {}
    for (const [dim, given] of named) {
      const get = () => (typeof given === 'number' ? count(given) : given)
      Object.defineProperty(coords, dim, { get, enumerable: true, configurable: true })
    }
    return coords
  }
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
