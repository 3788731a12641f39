/** Laws of networks that step through time, written down: what the paper's students learn from. */
import type { ChainLaw } from '../../numerics/learning/chain-law'
import { stream } from '../../numerics/rng'
import { Failure, type Problem, type Run } from '../contract'
import { coordinates } from '../fsp/kernel'
import { learnt, open } from '../nncme/kernel'
import type { Box } from './course'

/** Prefixes with less mass are not followed. */
const rare = 1e-9
/** Seeds of the networks' own streams. */
const seeds = 2 ** 31

/** Hands the law of the axes at each time to `take`; `number` tells settings apart. */
export async function* snapshots(
  problem: Problem,
  states: number,
  number: number,
  run: Run,
  take: (box: Box, k: number) => void,
): AsyncGenerator<void, void, void> {
  const seed = Math.floor(run.rng(number).uniform() * seeds)
  const own: Run = { rng: (i) => stream(seed, i), due: run.due }
  const observe = { moments: true, marginals: false, joints: [], trajectories: false }
  const artifact = yield* learnt({ ...problem, observe }, states, own)
  const { axes } = coordinates(problem.network, problem.initial)
  if (!artifact) {
    // Nothing ever changes.
    const still = { low: axes.map((s) => problem.initial[s]), widths: axes.map(() => 1), p: Float64Array.of(1) }
    problem.times.forEach((_, k) => {
      take(still, k)
    })
    return
  }
  const opened = open(artifact, problem)
  if (!opened) throw new Failure('teacher', 'a teaching network cannot be read', 'use the teacher "fsp" or "ssa"')
  try {
    for (const [k, time] of problem.times.entries()) {
      take(await writtenDown(opened.at(time).chain, opened.species, axes, problem.initial), k)
      yield
    }
  } finally {
    opened.close()
  }
}

/** The law of some species from a chain of all that vary. */
async function writtenDown(
  chain: ChainLaw,
  species: readonly number[],
  axes: readonly number[],
  initial: Float64Array,
): Promise<Box> {
  const last = Math.max(...axes.map((s) => species.indexOf(s)))
  let mass: ArrayLike<number> = [1]
  let before: Int32Array[] = []
  for (let i = 0; i <= last; i++) {
    const law = await chain.laws(i, before, mass.length)
    const W = chain.widths[i]
    const next: { row: number; n: number; mass: number }[] = []
    for (let row = 0; row < mass.length; row++) {
      for (let n = 0; n < W; n++) {
        const q = mass[row] * law[row * W + n]
        if (q > rare) next.push({ row, n, mass: q })
      }
    }
    before = [
      ...before.map((column) => Int32Array.from(next, ({ row }) => column[row])),
      Int32Array.from(next, ({ n }) => n),
    ]
    mass = next.map((one) => one.mass)
  }
  const columns = axes.map((s) => {
    const i = species.indexOf(s)
    return Int32Array.from(mass, (_, row) => (i < 0 ? initial[s] : chain.lows[i] + before[i][row]))
  })
  const low = columns.map((column) => column.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY))
  const widths = columns.map((column, a) => column.reduce((x, y) => Math.max(x, y), 0) - low[a] + 1)
  const p = new Float64Array(widths.reduce((a, b) => a * b, 1))
  let total = 0
  for (let row = 0; row < mass.length; row++) {
    p[columns.reduce((place, column, a) => place * widths[a] + column[row] - low[a], 0)] += mass[row]
    total += mass[row]
  }
  for (let i = 0; i < p.length; i++) p[i] /= total
  return { low, widths, p }
}
