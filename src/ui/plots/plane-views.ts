/** On the joint map of two species: the current of probability, and where the rate equation stands still. */
import { type Current, pairCurrent } from '../../analysis/current'
import { type FixedPoint, fieldOf, fixedPoints, nullcline } from '../../analysis/fixed-points'
import { readsTime } from '../../network/structure'
import { Failure, type Problem } from '../../solvers/contract'
import type { Fact, HeatLayer, Layer, Panel, PointsLayer } from '../figure/figure'
import { number } from '../figure/ticks'
import { joint, jointAnswers, jointShown } from './joint'
import { type Answer, errorWords, type Outlook, problemOf, provenance, type Source, timeIndex } from './sources'
import { type Body, nothing } from './views'

/** The joint map at the cursor, and all that is needed to lay something over it. */
interface Ground {
  readonly panel: Panel
  readonly heat: HeatLayer
  readonly answer: Answer
  readonly problem: Problem
  readonly species: readonly [number, number]
  readonly time: number
  readonly index: number
}

function groundOf(sources: readonly Source[], outlook: Outlook, title: string): Ground | Body | undefined {
  const answer = jointShown(jointAnswers(sources, outlook), outlook)
  const panel = joint(sources, outlook)
  const problem = answer && problemOf(answer.source)
  if (!answer || !panel || !problem) return undefined
  const species = outlook.joint.map((name) => problem.network.species.findIndex((one) => one.name === name))
  if (species.includes(-1)) {
    return nothing(
      title,
      'the joint map must be of two species: an observable moves with many reactions at once',
      outlook,
    )
  }
  const heat = panel.layers.find((layer) => layer.kind === 'heat') as HeatLayer
  const index = timeIndex(answer.observation.array.coords.time, outlook.time)
  const time = Number(answer.observation.array.coords.time[index])
  return { panel, heat, answer, problem, species: species as [number, number], time, index }
}

/** What the user can mend becomes the panel's sentence. */
function orWhy(title: string, outlook: Outlook, make: () => Body): Body {
  try {
    return make()
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return nothing(title, thrown.message, outlook)
  }
}

/** Arrows along one side at most. */
const arrowsAlong = 15

export function flux(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const title = 'Probability current'
  const ground = groundOf(sources, outlook, title)
  if (!ground || !('heat' in ground)) return ground
  return orWhy(title, outlook, () => arrowsOver(ground, outlook, title))
}

function arrowsOver(
  { panel, heat, answer, problem, species, time, index }: Ground,
  outlook: Outlook,
  title: string,
): Body {
  const [a, b] = outlook.joint
  const { array, error } = answer.observation
  const swapped = array.dims[1] === b
  const [, rows, columns] = array.shape
  if (Number(array.coords[a][1] ?? 1) !== 1 || Number(array.coords[b][1] ?? 1) !== 1) {
    return nothing(
      title,
      'the joint law comes in bins of several counts, in which single steps cannot be seen: choose the state-space projection',
      outlook,
    )
  }
  const p = array.data.subarray(index * rows * columns, (index + 1) * rows * columns)
  const law = { rows, columns, p }
  const low = ({ from, step }: typeof heat.x) => Math.round(from - (step - 1) / 2)
  const blockOf = ({ count, step }: typeof heat.x) => Math.max(1, Math.ceil((count * step) / arrowsAlong))
  const [width, height] = [blockOf(heat.x), blockOf(heat.y)]
  const number_ = (side: typeof heat.x, size: number) => Math.ceil((side.count * side.step) / size)
  const along = {
    left: low(heat.x),
    bottom: low(heat.y),
    width,
    height,
    across: number_(heat.x, width),
    upwards: number_(heat.y, height),
  }
  // The array may hold the pair the other way round; so may the blocks.
  const blocks = swapped
    ? {
        left: along.bottom,
        bottom: along.left,
        width: height,
        height: width,
        across: along.upwards,
        upwards: along.across,
      }
    : along
  const pair: [number, number] = swapped ? [species[1], species[0]] : [species[0], species[1]]
  const current = currentOf(problem, pair, law, time, blocks)
  const n = error.kind === 'sampling' ? (answer.source.frame.diagnostics.replicates ?? 1) : undefined
  const bound = error.kind === 'bound' ? error.value[index] : error.kind === 'estimate' ? error.value : 0
  const places: Place[] = []
  let hidden = 0
  for (let i = 0; i < along.across; i++) {
    for (let j = 0; j < along.upwards; j++) {
      const k = swapped ? j * blocks.upwards + i : i * blocks.upwards + j
      const [jx, jy] = swapped ? [current.y[k], current.x[k]] : [current.x[k], current.y[k]]
      const size = Math.hypot(jx, jy)
      if (!(size > 0)) continue
      const doubt = n ? Math.sqrt(Math.max(0, current.square[k] - size * size) / n) : bound * current.largest[k]
      const within = size < (n ? 2 : 1) * doubt
      // Noise points anywhere; what is only not proved is drawn as such.
      if (within && n) hidden++
      else places.push({ i, j, jx, jy, doubt, within })
    }
  }
  // In blocks, so that an arrow never reaches far into the next.
  const inBlocks = ({ jx, jy }: Place) => Math.hypot(jx / width, jy / height)
  const most = places.reduce((top, place) => Math.max(top, inBlocks(place)), 0)
  // Where no arrow is sure, lengths relative to the longest would only magnify what is not known.
  const sure = places.some(({ within }) => !within)
  const strong = sure ? places.filter((place) => inBlocks(place) >= most * 1e-4) : []
  const listed = (some: readonly Place[]) => {
    // Lengths by the square root: currents span orders of magnitude.
    const stretch = some.map((place) => Math.sqrt(inBlocks(place) / most) / inBlocks(place))
    return {
      x: some.map(({ i }) => along.left + (i + 0.5) * width - 0.5),
      y: some.map(({ j }) => along.bottom + (j + 0.5) * height - 0.5),
      dx: some.map(({ jx }, k) => jx * stretch[k]),
      dy: some.map(({ jy }, k) => jy * stretch[k]),
      across: some.map(({ jx }) => jx),
      upwards: some.map(({ jy }) => jy),
      errors: error.kind === 'none' || error.kind === 'exact' ? undefined : some.map(({ doubt }) => doubt),
    }
  }
  const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0)
  const changing = current.inflow.reduce((total, flow) => total + Math.abs(flow), 0) / 2
  const drift = [sum(swapped ? [...current.y] : [...current.x]), sum(swapped ? [...current.x] : [...current.y])]
  const size = ({ jx, jy }: Place) => Math.hypot(jx, jy)
  const top = strong.reduce<Place | undefined>(
    (best, place) => (best && size(best) >= size(place) ? best : place),
    undefined,
  )
  const largest = top ? size(top) : 0
  const three = (value: number) => number(Number(value.toPrecision(3)))
  const unproved = strong.filter(({ within }) => within)
  const left = hidden ? `; ${hidden} smaller than twice their standard error left out` : ''
  const off = top && top.doubt > 0 ? ` ± ${number(Number(top.doubt.toPrecision(1)))}` : ''
  const facts: Fact[] = [
    { label: 'Largest arrow', text: `${three(largest)}${off} per unit time, over ${width} × ${height} counts${left}` },
    { label: `Drift of the means of ${a} and ${b}`, text: `${three(drift[0])} and ${three(drift[1])} per unit time` },
    {
      label: 'The law still changes by',
      text: `${three(changing)} of its probability per unit time${changing < 1e-8 ? ': at rest' : ''}`,
    },
  ]
  const arrows = (name: string, ink: 'text' | 'muted', some: readonly Place[]): Layer[] =>
    some.length === 0
      ? []
      : [
          {
            kind: 'arrows',
            name,
            ink,
            ...listed(some),
            label: 'current',
            meaning: n ? 'SE' : 'bound',
            faded: answer.source.faded,
          },
        ]
  return {
    title,
    note: panel.note,
    x: panel.x,
    y: panel.y,
    layers: [
      heat,
      ...arrows(
        'current, length by its square root',
        'text',
        strong.filter(({ within }) => !within),
      ),
      ...arrows('within its error', 'muted', unproved),
    ],
    summary:
      largest > 0
        ? `The current of probability on ${a} and ${b} at time ${number(time)}: its largest arrow, over ${width} × ${height} counts, is ${three(largest)} per unit time; the means drift by ${three(drift[0])} and ${three(drift[1])} (${errorWords(error, index)}).`
        : `No current of probability on ${a} and ${b} at time ${number(time)} exceeds its error.`,
    facts,
    provenance: provenance([answer], outlook, index),
  }
}

/** Frames of other methods come many times a second, and the law in this one stays: its last current is kept. */
function currentOf(...args: Parameters<typeof pairCurrent>): Current {
  const [problem, pair, law, time, blocks] = args
  const key = JSON.stringify([pair, time, blocks])
  const data = law.p as Float64Array
  const known = currents.get(data.buffer)
  if (known?.key === key && known.problem === problem && known.offset === data.byteOffset) return known.current
  const current = pairCurrent(...args)
  currents.set(data.buffer, { key, problem, offset: data.byteOffset, current })
  return current
}

interface Kept {
  readonly key: string
  readonly problem: Problem
  readonly offset: number
  readonly current: Current
}

const currents = new WeakMap<ArrayBufferLike, Kept>()

/** A block with a current, and its error. */
interface Place {
  readonly i: number
  readonly j: number
  readonly jx: number
  readonly jy: number
  readonly doubt: number
  readonly within: boolean
}

export function nullclines(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const title = 'Nullclines and rest points'
  const ground = groundOf(sources, outlook, title)
  if (!ground || !('heat' in ground)) return ground
  return orWhy(title, outlook, () => {
    const { panel, heat, answer, problem, species, time, index } = ground
    const box = { low: [0, 0], high: [panel.x.domain[1], panel.y.domain[1]] }
    const { lines, points } = skeleton(problem, species, time, box)
    const [a, b] = outlook.joint
    const layers: Layer[] = lines.map(({ x, y }, k) => ({
      kind: 'line',
      name: `d${[a, b][k]}/dt = 0`,
      ink: Math.max(0, outlook.palette.indexOf([a, b][k])),
      dash: 'solid',
      x,
      y,
      rimmed: true,
      faded: answer.source.faded,
    }))
    return {
      title,
      note: panel.note,
      x: panel.x,
      y: panel.y,
      layers: [{ ...heat, name: '' }, ...layers, ...marked(points, [a, b])],
      summary: `${counted(points)} of the rate equation over the distribution of ${a} and ${b} at time ${number(time)}: ${told(points, [a, b]) || 'none inside the map'}.`,
      facts: pointFacts(points, [a, b]),
      provenance: {
        ...provenance([answer], outlook, index),
        methods: [
          ...provenance([answer], outlook, index).methods,
          {
            solver: 'analysis',
            title: 'Rest points by Newton’s method from a grid',
            error: 'rounding; nullclines by linear interpolation on 120 × 120 cells',
          },
        ],
      },
    }
  })
}

/** Rest points and nullclines depend on the question alone, not on the frame: found once for each. */
function skeleton(
  problem: Problem,
  species: readonly [number, number],
  time: number,
  box: { low: number[]; high: number[] },
) {
  // While the cursor moves through time, rates that do not read it keep their nullclines.
  const key = JSON.stringify([species, readsTime(problem.network) ? time : 0, box])
  const known = skeletons.get(problem)
  if (known?.key === key) return known.found
  const { field } = fieldOf(problem, species, time)
  const found = { lines: [0, 1].map((k) => nullcline(field, k, box)), points: fixedPoints(field, box) }
  skeletons.set(problem, { key, found })
  return found
}

const skeletons = new WeakMap<
  Problem,
  { key: string; found: { lines: { x: number[]; y: number[] }[]; points: FixedPoint[] } }
>()

const stable = ({ kind }: FixedPoint) => kind.startsWith('stable')

const place = ({ at }: FixedPoint, names: readonly string[]) =>
  at.map((value, k) => `${names[k]} = ${number(Number(value.toPrecision(4)))}`).join(', ')

export const told = (points: readonly FixedPoint[], names: readonly string[]): string =>
  points.map((point) => `${point.kind} at ${place(point, names)}`).join('; ')

export function counted(points: readonly FixedPoint[]): string {
  return points.length === 1 ? 'The rest point' : `${points.length} rest points`
}

/** Filled where stable, open where not. */
function marked(points: readonly FixedPoint[], names: readonly string[]): PointsLayer[] {
  return [true, false].flatMap((settled) => {
    const some = points.filter((point) => stable(point) === settled)
    if (some.length === 0) return []
    return [
      {
        kind: 'points' as const,
        name: settled ? 'stable' : 'unstable',
        ink: 'text' as const,
        mark: settled ? ('circle' as const) : ('ring' as const),
        x: some.map(({ at }) => at[0]),
        y: some.map(({ at }) => at[1] ?? 0),
        rimmed: true as const,
        names: some.map((point) => `${point.kind} at ${place(point, names)}`),
      },
    ]
  })
}

export function pointFacts(points: readonly FixedPoint[], names: readonly string[]): Fact[] {
  const rate = (value: number) => number(Number(value.toPrecision(3)))
  const written = ([re, im]: readonly [number, number]) =>
    im === 0 ? rate(re) : `${rate(re)} ${im < 0 ? '−' : '+'} ${rate(Math.abs(im))} i`
  return points.map((point) => ({
    label: `${point.kind} at ${place(point, names)}`,
    text: `eigenvalues ${point.eigenvalues.map(written).join(' and ')}`,
  }))
}
