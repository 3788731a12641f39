/** Arithmetic of shapes: broadcasting, and axes that belong together. */

/** Steps between neighbours of each axis, in elements. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1)
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * shape[i + 1]
  return strides
}

/** The shape of two arrays together: aligned at their ends, lengths of 1 are repeated. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1]
    if (m !== n && m !== 1 && n !== 1) throw new RangeError(`shapes ${a.join('×')} and ${b.join('×')} do not fit`)
    return m === 1 ? n : m
  })
}

/** Neighbouring axes of a shape, merged where an array of another shape has all of them or repeats all of them. */
export function collapse(shape: readonly number[], own: readonly number[]): { size: number; repeated: boolean }[] {
  const runs: { size: number; repeated: boolean }[] = []
  shape.forEach((size, i) => {
    if (size === 1) return
    const repeated = (own[i - shape.length + own.length] ?? 1) === 1
    const last = runs.at(-1)
    if (last && last.repeated === repeated) last.size *= size
    else runs.push({ size, repeated })
  })
  return runs
}
