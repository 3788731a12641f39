/** What was learnt, opened again to be asked: without the run that learnt it, from the artifact alone. */
import { nade } from '../../numerics/learning/nade'
import { nadeChain } from '../../numerics/learning/nade-chain'
import { ownBackend } from '../../numerics/learning/own'
import { chainOf } from '../../numerics/learning/sampling'
import { stream } from '../../numerics/rng'
import type { Artifact, Opened, Problem } from '../contract'
import { fewEnough, largest } from '../learnt'
import { identity, snapshotsOf } from './artifact'
import { type Box, sumsOf, type Variable } from './box'
import { densityOf } from './density'
import type { NncmeOptions } from './index'
import { wholeTotal } from './paper/scheme'

/** Undefined where it was learnt of another problem, or is not whole. */
export function open(artifact: Artifact, problem: Problem): Opened | undefined {
  const { notes } = artifact
  if (artifact.solver !== 'nncme' || notes.problem !== identity(problem)) return undefined
  const variables = variablesOf(artifact, problem)
  if (!variables) return undefined
  const box = { variables, sums: sumsOf(problem, variables) }
  return notes.density === 'nade' ? openNade(artifact, box) : openDensity(artifact, box)
}

function openDensity(artifact: Artifact, box: Box): Opened | undefined {
  const { density: kind, width, layers } = artifact.notes
  if (kind !== 'dense' && kind !== 'gru' && kind !== 'transformer') return undefined
  if (!natural(width) || !natural(layers) || width > largest.width || layers > largest.layers) return undefined
  const density = densityOf({ density: kind, width, layers } satisfies Partial<NncmeOptions>, box)
  const initial = density.initial(stream(0, 0))
  const { weights, times } = snapshotsOf(artifact, initial, {})
  if (times.length === 0) return undefined
  const learner = ownBackend().learner(weights[0])
  const chain = chainOf(
    density,
    learner,
    box.variables.map(({ low }) => low),
  )
  return {
    species: box.variables.map(({ species }) => species),
    at(time) {
      const k = nearest(times, time)
      learner.restart(weights[k])
      return { time: times[k], chain }
    },
    close: learner.dispose,
  }
}

function openNade({ arrays, notes }: Artifact, { variables, sums }: Box): Opened | undefined {
  const all = arrays.nade
  const times = all?.coords.time?.map(Number) ?? []
  if (times.length === 0 || !natural(notes.width)) return undefined
  const caps = variables.map(({ cap }) => cap)
  // It has more parameters than that, and is not made where the file cannot hold them.
  if (caps.reduce((sum, cap) => sum + cap, 1) * notes.width > all.data.length) return undefined
  const net = nade(caps, notes.width, wholeTotal(sums))
  const size = net.parameters.length
  if (all.data.length !== size * times.length) return undefined
  const lows = variables.map(({ low }) => low)
  return {
    species: variables.map(({ species }) => species),
    at(time) {
      const k = nearest(times, time)
      net.parameters.set(all.data.subarray(k * size, (k + 1) * size))
      return { time: times[k], chain: nadeChain(net, lows) }
    },
    close() {},
  }
}

/** The box that the notes describe; they may come from anywhere. */
function variablesOf({ notes }: Artifact, { network }: Problem): Variable[] | undefined {
  const names = String(notes.species).split(' ')
  const [lows, widest, caps] = [notes.lows, notes.widest, notes.caps].map((list) => String(list).split(' ').map(Number))
  const variables = names.map((name, i) => ({
    species: network.species.findIndex((one) => one.name === name),
    low: lows[i],
    cap: caps[i],
    widest: widest[i],
  }))
  const sound = variables.every(
    ({ species, low, cap, widest: w }) => species >= 0 && natural(low) && natural(cap) && w > 0,
  )
  if (new Set(names).size < names.length || !fewEnough(caps)) return undefined
  return sound ? variables : undefined
}

const natural = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

function nearest(times: readonly number[], time: number): number {
  let best = 0
  times.forEach((t, k) => {
    if (Math.abs(t - time) < Math.abs(times[best] - time)) best = k
  })
  return best
}
