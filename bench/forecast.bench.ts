/**
 * What a projection is foretold to take over what it takes, in CPU time of one thread: studies and models by which the
 * forecast was set, and studies that it has never seen. The ratio is foretold over taken: 1 is right. What takes longer
 * than a minute is stopped, and told by how far it came. Told is the cost of the kind of states that the run came to take.
 */
import { stream } from '../src/numerics/rng'
import type { Problem } from '../src/solvers/contract'
import { truthsOf } from '../src/solvers/fsp/cards'
import { sampled, slowSampled } from '../src/solvers/fsp/cards-sampled'
import { type FspOptions, fsp } from '../src/solvers/fsp/index'
import { foretell } from '../src/solvers/fsp/plan'
import { method } from '../src/solvers/fsp/solve'
import { problem } from '../src/solvers/fsp/trial'
import { readStudy } from '../src/solvers/study'
import type { Line } from './measure'
import { cases } from './ssit-cases'

const gallery = [
  'bursty-expression',
  'burst-size',
  'futile-cycle',
  'gene-expression',
  'michaelis-menten',
  'schlogl',
  'schlogl-pair',
  'sir',
  'switching-time',
  'toggle-genes',
  'toggle-switch',
]

/** Short ones: seen once before what a start and a product cost was set. */
const short = [
  'feedback-bimodal',
  'feedback-broad',
  'negative-autoregulation',
  'positive-autoregulation',
  'sis',
  'moran',
  'dimerisation',
  'self-replicator',
  'seasonal-epidemic',
  'isomerisation',
  'small-bias',
]

/** Of the models of SSIT those that end in a few seconds. */
const longestUnseen = 100

/** Seconds of CPU time after which a run is stopped. */
const longest = 60

interface Job {
  readonly name: string
  readonly problem: Problem
  readonly options: FspOptions
}

export async function bench(): Promise<Line[]> {
  const lines: Line[] = []
  for (const name of gallery) lines.push(await line(await study(name)))
  for (const card of [...sampled, ...slowSampled]) lines.push(await line(carded(card)))
  for (const name of short) lines.push(await line(await study(name)))
  for (const { name, text, until, tolerance = 1e-4 } of cases) {
    if (until === undefined || until > longestUnseen || name.startsWith('TripleRepressor')) continue
    const options = { ...fsp.options.defaults, tolerance }
    lines.push(await line({ name: `unseen: ${name}`, problem: problem(text, [until]), options }))
  }
  return lines
}

const files = import.meta.glob<{ default: object }>('../public/studies/*.study.json')

async function study(name: string): Promise<Job> {
  const { default: json } = await files[`../public/studies/${name}.study.json`]()
  const read = readStudy({ ...json, solver: 'fsp', options: {}, compare: undefined, observe: ['moments', 'marginals'] })
  if (!read.ok) throw new Error(`${name} cannot be read`)
  return { name, problem: read.value.problem, options: fsp.options.defaults }
}

function carded(card: (typeof sampled)[number]): Job {
  const times = [...new Set(truthsOf(card).map(({ time }) => Number(time)))].sort((a, b) => a - b)
  const options = { ...fsp.options.defaults, tolerance: card.tolerance }
  return { name: card.name, problem: problem(card.text, times), options }
}

async function line({ name, problem, options }: Job): Promise<Line> {
  const costs = foretell(problem, options, () => performance.now())
  const before = process.cpuUsage()
  const spent = () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
  const solving = method.solve(problem, options, { rng: (i) => stream(1, i), due: () => true })
  let step = await solving.next()
  while (!step.done && spent() < longest) step = await solving.next()
  const took = spent()
  const { diagnostics, notes } = step.done ? step.value : step.value()
  const { seconds, states } = costs[notes?.states.startsWith('window') ? 'window' : 'box']
  const held = diagnostics.peak ?? diagnostics.states
  const came = step.done ? '' : `, stopped at ${Math.round(100 * step.value().done)} %`
  if (!step.done) await solving.return(undefined as never)
  return {
    name,
    variant: `foretold ${seconds.toFixed(2)} s and ${Math.round(states)} states; ${took.toFixed(2)} s and ${held}${came}`,
    interceptMs: 0,
    perSecond: 1 / took,
    unit: 'solves',
    ratio: seconds / took,
  }
}
