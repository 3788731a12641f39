/** Data as the model would make them, seen as the instrument would show them. */

import { builder, quantityRules } from '../../network/evaluate'
import { readsTime } from '../../network/structure'
import { type Variates, variates } from '../../numerics/variates'
import { Failure } from '../../solvers/contract'
import { nothing } from '../../solvers/observe'
import { sampler, walkerFor } from '../../solvers/ssa/kernel'
import type { Data } from './data'
import type { Law, Laws, Streams } from './likelihood'
import { type Noise, see } from './noise'
import type { Observed } from './observed'

/** Simulates cells through some times. */
export interface Simulator {
  /** One more cell: [time, quantity], without noise; valid until the next. */
  cell(): Generator<void, Float64Array, void>
  release(): void
}

/** Events between two breaths. */
const eventsPerBreath = 20_000

/** A simulator of cells, seen at these times (ascending, finite), under these parameters. */
export function simulator(
  { network, initial, quantities }: Observed,
  parameters: Float64Array,
  times: Float64Array,
  streams: Streams,
): Simulator {
  if (times.some((t) => t === Number.POSITIVE_INFINITY)) {
    throw new Failure('unsupported', 'cells at rest cannot be simulated', 'give the time of the cells, or use "fsp"')
  }
  const problem = { network, parameters, initial, times, observe: nothing }
  const walker = sampler(problem, walkerFor(problem))
  const rules = quantityRules(network, builder(network, parameters))
  const S = network.species.length
  const row = new Float64Array(times.length * quantities.length)
  let work = 0
  return {
    *cell() {
      walker.start(streams())
      for (let ended = false; !ended; ) {
        const before = walker.place.events
        ended = walker.advance()
        work += walker.place.events - before + 32
        if (work < eventsPerBreath) continue
        work = 0
        yield
      }
      const { records } = walker.place
      for (let k = 0; k < times.length; k++) {
        const counts = records.subarray(k * S, (k + 1) * S)
        for (const [q, quantity] of quantities.entries()) {
          row[k * quantities.length + q] = quantity < S ? counts[quantity] : rules[quantity](counts, times[k])
        }
      }
      return row
    },
    release: () => walker.release(),
  }
}

/**
 * Laws by sampling: shares of `cells` simulated cells. What no cell showed may have a probability of half a cell. The
 * likelihood of them is biased, the less so the more cells.
 */
export function sampledLaws(observed: Observed, times: readonly number[], cells: number): Laws {
  const Q = observed.quantities.length
  return function* laws(parameters, streams) {
    const simulated = simulator(observed, parameters, Float64Array.from(times), streams)
    const seen = times.map(() => new Map<string, number>())
    try {
      for (let i = 0; i < cells; i++) {
        const row = yield* simulated.cell()
        for (const [k, counts] of seen.entries()) {
          const key = row.subarray(k * Q, (k + 1) * Q).join()
          counts.set(key, (counts.get(key) ?? 0) + 1)
        }
      }
    } finally {
      simulated.release()
    }
    return seen.map((counts): Law => {
      const values = Float64Array.from([...counts.keys()].flatMap((key) => key.split(',').map(Number)))
      return { values, p: Float64Array.from(counts.values(), (n) => n / cells), missing: 0.5 / cells }
    })
  }
}

/** Data of the same size and times as these, from some parameters: independent cells, or courses. */
export function* replicateData(
  observed: Observed,
  shape: Data,
  noise: Noise,
  parameters: Float64Array,
  streams: Streams,
): Generator<void, Data, void> {
  const draw = variates()
  draw.start(streams())
  if (shape.kind === 'courses') {
    const courses = []
    for (const course of shape.courses) {
      const simulated = simulator(observed, parameters, course.times, streams)
      const values = noisy(yield* simulated.cell(), noise, draw)
      simulated.release()
      courses.push({ ...course, values: values.map((x, i) => (Number.isNaN(course.values[i]) ? Number.NaN : x)) })
    }
    return { ...shape, courses }
  }
  const snapshots = []
  for (const { time, cells } of shape.snapshots) {
    const simulated = simulator(observed, parameters, Float64Array.of(time), streams)
    const counts = new Map<string, number>()
    for (let i = 0; i < cells; i++) {
      const key = noisy(yield* simulated.cell(), noise, draw).join()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    simulated.release()
    const values = Float64Array.from([...counts.keys()].flatMap((key) => key.split(',').map(Number)))
    snapshots.push({ time, values, weights: Float64Array.from(counts.values()), cells: Math.ceil(cells) })
  }
  return { ...shape, snapshots }
}

export function noisy(values: Float64Array, noise: Noise, draw: Variates): Float64Array {
  return values.map((x) => see(noise, x, draw))
}

/** Refuses networks that a filter of simulated pieces would get wrong. */
export function checkPieces({ network }: Observed): void {
  if (network.events.length > 0)
    throw new Failure('unsupported', 'the network has events, which a particle filter misses')
  if (readsTime(network))
    throw new Failure('unsupported', 'rates change with time, which a particle filter here misses')
}
