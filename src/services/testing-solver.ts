/** A solver whose every step a test can see. Imports no registry, so that tests can put it into one. */
import { namedArray } from '../numerics/named-array'
import type { Frame, Method, Observations, Solver } from '../solvers/contract'
import { optionSchema } from '../solvers/options'
import type { Study } from '../solvers/study'

/** What the doubles did, for tests to look at. */
export const seen = { snapshots: 0, steps: 0, open: 0 }

function observations(value: number): Observations {
  const array = namedArray([['time', [1]]], Float64Array.of(value))
  return { moments: { array, error: { kind: 'exact' } } }
}

function fakeSolver(id: string, random: boolean, method: Method<{ steps: number; replicates: number }>): Solver {
  const solver: Solver<{ steps: number; replicates: number }> = {
    id,
    title: id,
    summary: 'A double.',
    cites: [],
    traits: { device: 'cpu', random, trains: false, spatial: false, observes: ['moments'] },
    options: {
      ...optionSchema({}),
      defaults: { steps: 10, replicates: 10 },
      parse: (raw) => ({ ok: true, value: { steps: 10, replicates: 10, ...(raw as object) } }),
    },
    supports: () => ({ ok: true }),
    load: async () => method,
  }
  return solver as unknown as Solver
}

/** Counts to `steps`, yielding at each; frame k says k. */
export const counting = fakeSolver('counting', false, {
  async *solve(_, { steps }) {
    seen.open++
    try {
      for (let step = 0; step < steps; step++) {
        seen.steps++
        const frame = (): Frame => {
          seen.snapshots++
          return {
            observations: observations(step),
            diagnostics: {},
            warnings: [],
            done: step / steps,
            phase: 'counting',
          }
        }
        yield frame
      }
      return { observations: observations(steps), diagnostics: { steps }, warnings: [] }
    } finally {
      seen.open--
    }
  },
})

export const tinyStudy: Study = { version: 1, network: 'species X = 5\nX -> 0, 1', times: [1], seed: 1 }
