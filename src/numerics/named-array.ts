/** A row-major array whose axes have names and coordinates, so that it can be read without a manual. */
export interface NamedArray {
  readonly dims: readonly string[]
  readonly shape: readonly number[]
  /** One entry per dim, as long as that axis. */
  readonly coords: Readonly<Record<string, readonly (number | string)[]>>
  readonly data: Float64Array
}

/** Build an array from its axes; the data default to zeros. The length of `data` must be the product of the axes. */
export function namedArray(
  axes: readonly (readonly [name: string, coords: readonly (number | string)[]])[],
  data?: Float64Array,
): NamedArray {
  const shape = axes.map(([, coords]) => coords.length)
  const size = shape.reduce((a, b) => a * b, 1)
  if (data && data.length !== size) {
    throw new RangeError(`namedArray: axes ${shape.join('×')} hold ${size} numbers, got ${data.length}`)
  }
  return {
    dims: axes.map(([name]) => name),
    shape,
    coords: Object.fromEntries(axes),
    data: data ?? new Float64Array(size),
  }
}

/** Position in `data` of the element at one index per dim. */
export function offset(array: NamedArray, indices: readonly number[]): number {
  let at = 0
  for (let d = 0; d < array.shape.length; d++) at = at * array.shape[d] + indices[d]
  return at
}

/** Index of a coordinate on an axis; throws when it is not there, naming what is. */
export function indexOf(array: NamedArray, dim: string, coord: number | string): number {
  const index = array.coords[dim]?.indexOf(coord) ?? -1
  if (index < 0) {
    const known = array.coords[dim]?.slice(0, 12).join(', ') ?? `no such axis; axes are ${array.dims.join(', ')}`
    throw new RangeError(`${dim} = ${coord} is not in the array (${known})`)
  }
  return index
}

/** The element named by its coordinates: `at(moments, { time: 5, moment: 'mean', quantity: 'U' })`. */
export function at(array: NamedArray, coords: Readonly<Record<string, number | string>>): number {
  return array.data[
    offset(
      array,
      array.dims.map((dim) => indexOf(array, dim, coords[dim])),
    )
  ]
}
