/** States are added to a region where the law leaves it, as far out as it falls off there. */
import { checkWalls } from './exits'
import { floors } from './floors'
import type { Following } from './follow'
import { budgetOf } from './projection'
import { rebuild } from './rebuild'
import { extent, type Pieces, piecesOf, regionInSteps } from './region'
import { type Coordinates, recover } from './space'
import type { Steps } from './steps'
import type { Bounds } from './within'

/** Of the rate at which probability may be lost: what states may leak when others are added. */
const growShare = 0.06
/** … and by which they always are when they enter with this share of the largest rate. */
const leakShare = 0.02
/** A law is taken to fall off by this much at least with every step beyond its states, in powers of e. */
const slowest = 0.25
/** … and by this much where that cannot be seen. */
const usual = 1
/** Most that is added at once along a move, as a share of the region's extent. */
const growth = 0.5

/** Add states where the law leaves by the moves that it leaves by, and set it back to `early`. */
export function* enlarge(following: Following, early: Float64Array): Steps<void> {
  const { generator, horizon, space } = following
  const { region, sinks, lines } = generator
  const late = generator.matrix.transition.vectors[0]
  const rates = floors()
  const open = Array.from({ length: sinks.count }, (_, k) => k).filter((k) => sinks.beyond[k] < 0)
  checkWalls(following, early)
  let largest = 0
  for (const k of open) {
    const [from, line, factor] = [sinks.from[k], sinks.line[k], sinks.factor[k]]
    for (let i = 0; i < sinks.length[k]; i++) {
      const rate = factor * lines[line + i] * Math.max(early[from + i], late[from + i])
      rates.add(rate)
      if (rate > largest) largest = rate
    }
  }
  // What has passed through and gone shows at neither end: then mass may have left by any sink.
  const enough = Math.min(rates.below((growShare * budgetOf(following)) / horizon), leakShare * largest)
  const ahead = Math.exp(-Math.min(1, (following.rise * following.pace) / generator.rate / 2))
  const threshold = largest > 0 ? enough * ahead : -1
  yield
  const pieces = piecesOf(region)
  yield
  const longestOf = longestDepths(following)
  const counts = Float64Array.from(space.origin)
  const depths = new Float64Array(sinks.length.reduce((a, b) => Math.max(a, b), 0))
  for (const k of open) {
    const [from, line, factor] = [sinks.from[k], sinks.line[k], sinks.factor[k]]
    const length = sinks.length[k]
    let most = 0
    for (let i = 0; i < length; i++) {
      const p = Math.max(early[from + i], late[from + i])
      const flux = factor * lines[line + i] * p
      depths[i] = 0
      if (!(flux > threshold)) continue
      // Steps to where the flux, falling off as the law does here, meets the threshold.
      let steps = 1
      if (threshold > 0) {
        const source = generator.cameFrom(k, i)
        const fall = source < 0 ? usual : Math.log(Math.max(early[source], late[source]) / p)
        steps = Math.ceil(Math.log(flux / threshold) / Math.max(fall, slowest))
      }
      depths[i] = Math.min(longestOf[sinks.move[k]], steps * following.reach)
      most = Math.max(most, depths[i])
    }
    for (let depth = 1; depth <= most; depth++) {
      for (let i = 0; i < length; i++) {
        const begin = i
        while (i < length && depths[i] >= depth) i++
        if (i > begin) extend(following, k, begin, i, depth, pieces, counts)
      }
    }
  }
  following.reach *= 2
  yield
  yield* rebuild(following, yield* regionInSteps(space, region.inner, pieces), early)
  following.growths++
  following.flux = following.rise = 0
}

/** As many steps of each move as reach across a share of the region. */
function longestDepths({ ground, generator: { region } }: Following): number[] {
  const { low, cap } = extent(region)
  return ground.moves.map(({ along, across }) => {
    const spans = [[region.inner, along] as const, ...across.map((c, j) => [region.outer[j], c] as const)]
    const steps = spans.filter(([, c]) => c !== 0).map(([axis, c]) => (cap[axis] - low[axis] + 1) / Math.abs(c))
    return Math.max(1, Math.ceil(growth * Math.max(...steps)))
  })
}

/** Add the states that `steps` steps of a sink's move lead to from its states `begin` … `end` − 1. `counts`: scratch. */
function extend(
  { ground, generator: { region, sinks } }: Following,
  sink: number,
  begin: number,
  end: number,
  steps: number,
  pieces: Pieces,
  counts: Float64Array,
): void {
  const { moves, space, inner, bounds } = ground
  const { along, across } = moves[sinks.move[sink]]
  const { outer, at, low, first } = region
  const row = sinks.row[sink]
  const width = outer.length
  for (let j = 0; j < width; j++) {
    const count = at[row * width + j] + steps * across[j]
    if (count < 0 || count > space.most[outer[j]]) return
    counts[space.axes[outer[j]]] = count
  }
  const start = low[row] + sinks.from[sink] - first[row] + begin + steps * along
  const to = Math.min(space.most[inner] + 1, start + end - begin)
  for (let n = Math.max(0, start); n < to; n++) {
    const head = n
    while (n < to && allowed(space, bounds, inner, counts, n)) n++
    if (n === head) continue
    for (let j = 0; j < width; j++) pieces.at.push(counts[space.axes[outer[j]]])
    pieces.low.push(head)
    pieces.length.push(n - head)
  }
}

/** Whether there is a state with this count on the inner axis. */
function allowed(space: Coordinates, bounds: Bounds, inner: number, counts: Float64Array, count: number): boolean {
  if (space.dependents.length === 0 && bounds.constraints.length === 0) return true
  counts[space.axes[inner]] = count
  if (!recover(space.axes, space.dependents, counts)) return false
  return bounds.constraints.length === 0 || bounds.broken(space.axes.map((s) => counts[s])) < 0
}
