/** The generator on a box as a chain in the narrowest band, restricted to states that belong together. */
import { bandChain, type Chain } from '../../numerics/elimination'
import type { BoxGenerator } from './generator'
import { volume, widths } from './space'

export interface BoxChain {
  readonly chain: Chain
  /** Number in the generator of each state of the chain. */
  readonly states: Int32Array
}

type Visit = (from: number, to: number, rate: number) => void

/** Visit every rate of the generator: states are given by their numbers. */
export function forEachRate(generator: BoxGenerator, visit: Visit): void {
  for (const _ of rates(generator, visit));
}

/** Places looked at between two looks at the clock: a millisecond or two. */
const stretch = 1 << 16

/** The same by and by, yielding every few milliseconds. */
export function* rates(generator: BoxGenerator, visit: Visit): Generator<void, void, void> {
  if (generator.matrixFree) throw new TypeError('no rates are stored')
  const places = volume(generator.box)
  for (const [entry, distance] of distances(generator)) {
    const end = Math.min(places, places + distance)
    for (let place = Math.max(0, distance); place < end; place += stretch) {
      visitPlaces(generator, entry, distance, place, Math.min(end, place + stretch), visit)
      yield
    }
  }
}

function visitPlaces(
  { numbering, matrix, rate }: BoxGenerator,
  entry: number,
  distance: number,
  first: number,
  end: number,
  visit: Visit,
): void {
  const values = matrix.entries[entry]
  for (let place = first; place < end; place++) {
    const to = numbering ? numbering[place] : place
    if (to < 0 || values[to] === 0) continue
    visit(numbering ? numbering[place - distance] : place - distance, to, values[to] * rate)
  }
}

function distances({ moves }: BoxGenerator): Map<number, number> {
  return new Map(moves.filter(({ entry }) => entry > 0).map(({ entry, distance }) => [entry, distance]))
}

/**
 * The states with `keep[state]` as a chain. Rates to other states, and, with `leaks`, those out of the box, are
 * exits; otherwise the latter are left out, as if their reactions could not happen there. Throws a RangeError where the
 * band would have more than `maxNumbers`. Like all that follows here it yields every few milliseconds.
 */
export function* chainOf(
  generator: BoxGenerator,
  keep: Uint8Array,
  leaks: boolean,
  maxNumbers = 1e9,
): Generator<void, BoxChain, void> {
  const { box, moves, numbering, sinks } = generator
  const width = widths(box)
  // The widest axis outermost: the band is as wide as the product of the others.
  const outermostFirst = width.map((_, axis) => axis).sort((a, b) => width[b] - width[a])
  const stride = new Array<number>(width.length).fill(1)
  for (let k = width.length - 2; k >= 0; k--) {
    stride[outermostFirst[k]] = stride[outermostFirst[k + 1]] * width[outermostFirst[k + 1]]
  }
  const positions = new Int32Array(volume(box)).fill(-1)
  let place = 0
  const steps = new Int32Array(width.length)
  for (; place < positions.length; place++) {
    const state = numbering ? numbering[place] : place
    if (state >= 0 && keep[state]) positions[steps.reduce((sum, s, axis) => sum + s * stride[axis], 0)] = state
    for (let axis = width.length - 1; axis >= 0 && ++steps[axis] === width[axis]; axis--) steps[axis] = 0
    if (place % stretch === stretch - 1) yield
  }
  const states = positions.filter((state) => state >= 0)
  const index = new Int32Array(generator.states).fill(-1)
  states.forEach((state, i) => {
    index[state] = i
  })
  const jumps = moves
    .filter(({ entry }) => entry > 0)
    .map(({ change }) => change.reduce((sum, c, axis) => sum + c * stride[axis], 0))
  const reachOf = (sign: number) => Math.min(states.length - 1, Math.max(0, ...jumps.map((jump) => sign * jump)))
  const [below, above] = [reachOf(-1), reachOf(1)]
  const numbers = states.length * (below + 1 + above)
  if (numbers > maxNumbers) throw new RangeError(`a band of ${numbers.toExponential(1)} numbers`)
  const chain = bandChain(states.length, below, above)
  const row = below + 1 + above
  // Memory comes when it is first touched, which takes a while: by and by.
  for (let at = 0; at < chain.rates.length; at += 16 * stretch) {
    chain.rates.fill(0, at, at + 16 * stretch)
    yield
  }
  yield* rates(generator, (from, to, rate) => {
    if (index[from] < 0) return
    if (index[to] >= 0) chain.rates[index[from] * row + below + index[to] - index[from]] += rate
    else chain.exit[index[from]] += rate
  })
  if (leaks) {
    for (const [k, state] of sinks.from.entries()) if (index[state] >= 0) chain.exit[index[state]] += sinks.rate[k]
  }
  return { chain, states }
}

/** The states that a state leads to, itself included; paths end at `barriers`, which are left out. */
export function* reachable(
  generator: BoxGenerator,
  from: number,
  barriers?: Uint8Array,
): Generator<void, Uint8Array, void> {
  return yield* explore(yield* neighbours(generator, false), from, barriers)
}

/** The states that lead to a state, itself included. */
export function* reaching(generator: BoxGenerator, to: number): Generator<void, Uint8Array, void> {
  return yield* explore(yield* neighbours(generator, true), to)
}

/** The targets of state i are `targets[first[i] … first[i + 1] − 1]`. */
interface Neighbours {
  readonly first: Int32Array
  readonly targets: Int32Array
}

function* neighbours(generator: BoxGenerator, backwards: boolean): Generator<void, Neighbours, void> {
  const first = new Int32Array(generator.states + 1)
  yield* rates(generator, (from, to) => {
    first[(backwards ? to : from) + 1]++
  })
  for (let i = 0; i < generator.states; i++) first[i + 1] += first[i]
  const targets = new Int32Array(first[generator.states])
  const next = first.slice()
  yield* rates(generator, (from, to) => {
    targets[next[backwards ? to : from]++] = backwards ? from : to
  })
  return { first, targets }
}

function* explore(
  { first, targets }: Neighbours,
  from: number,
  barriers?: Uint8Array,
): Generator<void, Uint8Array, void> {
  const seen = new Uint8Array(first.length - 1)
  const open = [from]
  seen[from] = 1
  let looked = 0
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (++looked % stretch === 0) yield
    for (let k = first[state]; k < first[state + 1]; k++) {
      const to = targets[k]
      if (seen[to] || barriers?.[to]) continue
      seen[to] = 1
      open.push(to)
    }
  }
  return seen
}

/**
 * The closed classes that can be reached from a state: what the chain cannot leave again once it is there. By Tarjan's
 * strong components (1972, doi:10.1137/0201010), without recursion.
 */
export function* closedClasses(generator: BoxGenerator, from: number): Generator<void, number[][], void> {
  const n = generator.states
  const { first, targets } = yield* neighbours(generator, false)
  const visited = new Int32Array(n)
  const low = new Int32Array(n)
  const component = new Int32Array(n).fill(-1)
  const cursor = first.slice(0, n)
  const path = [from]
  const open: number[] = [from]
  const classes: number[][] = []
  let count = 1
  let components = 0
  visited[from] = low[from] = count
  for (let looked = 1; path.length; looked++) {
    if (looked % stretch === 0) yield
    const v = path[path.length - 1]
    if (cursor[v] < first[v + 1]) {
      const to = targets[cursor[v]++]
      if (visited[to] === 0) {
        visited[to] = low[to] = ++count
        path.push(to)
        open.push(to)
      } else if (component[to] < 0) low[v] = Math.min(low[v], visited[to])
      continue
    }
    path.pop()
    if (path.length) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[v])
    if (low[v] !== visited[v]) continue
    const start = open.lastIndexOf(v)
    const members = open.splice(start)
    for (const member of members) component[member] = components
    const leaves = members.some((member) =>
      targets.subarray(first[member], first[member + 1]).some((to) => component[to] !== components),
    )
    components++
    if (!leaves) classes.push(members)
  }
  return classes
}

/** Marks of some states. */
export function marks(generator: BoxGenerator, states: readonly number[]): Uint8Array {
  const marked = new Uint8Array(generator.states)
  for (const state of states) marked[state] = 1
  return marked
}
