import type { Solution } from '../solvers/contract'

/** The buffers of a picture, each once, to be moved and not copied. */
export function buffersOf({ observations, artifact }: Solution): ArrayBuffer[] {
  const arrays = [
    ...Object.values(observations).flatMap(({ array, error }) =>
      error.kind === 'sampling'
        ? [array, error.standardError, ...(error.bias ? [error.bias.value, error.bias.noise] : [])]
        : [array],
    ),
    ...Object.values(artifact?.arrays ?? {}),
  ]
  return [...new Set(arrays.map(({ data }) => data.buffer as ArrayBuffer))]
}
