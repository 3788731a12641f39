/** `propensity map`: how bimodal, how noisy and how much, over two parameters. */
import { parseArgs } from 'node:util'
import { learntMapRows } from '../src/analysis/learnt-maps'
import { axisValues, type MapAxis, type MapRow, mapRows } from '../src/analysis/maps'
import { shapeNames } from '../src/analysis/shape'
import type { Network } from '../src/network/network'
import { quantities } from '../src/network/network'
import { namedArray } from '../src/numerics/named-array'
import { Failure } from '../src/solvers/contract'
import { readStudy } from '../src/solvers/study'
import { version } from '../src/version'
import { drive } from './drive'
import { write } from './infer'
import { adjust, learntFrom, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, number, oneFile, UsageError } from './usage'

const flags = {
  set: questionFlags.set,
  initial: questionFlags.initial,
  x: { type: 'string' },
  y: { type: 'string' },
  of: { type: 'string' },
  at: { type: 'string' },
  tolerance: { type: 'string', default: '1e-8' },
  learnt: { type: 'string' },
  output: { type: 'string', short: 'o' },
} as const

export async function map(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const path = oneFile(positionals, 'network or study')
  const study = adjust(readFileAsStudy(path, { times: '0' }), { set: values.set, initial: values.initial })
  const read = readStudy({ ...study, times: [0], solver: 'fsp', options: {} })
  if (!read.ok) throw new UsageError(read.issues.map((issue) => `${issue.path}: ${issue.message}`).join('; '))
  const { network, parameters, initial } = read.value.problem
  const names = quantities(network)
  const quantity = names.indexOf(values.of ?? names[0])
  if (quantity < 0) throw new UsageError(`nothing called ${values.of} can be observed; there are ${names.join(', ')}`)
  if (!values.at) throw new UsageError('say when, as in --at 10 (or --at rest)')
  const time = values.at === 'rest' ? Number.POSITIVE_INFINITY : number('at', values.at)
  const [x, y] = [axisOf('x', values.x, network), axisOf('y', values.y, network)]
  const asked = { network, parameters, initial, x, y, quantity, time, tolerance: number('tolerance', values.tolerance) }
  const learnt = values.learnt === undefined ? undefined : learntFrom(values.learnt)
  const rows: MapRow[] = []
  const keep = (row: MapRow | undefined) => {
    if (row) rows.push(row)
  }
  try {
    const work = learnt ? learntMapRows(asked, learnt) : mapRows(asked)
    const result = await drive(work, () => `row ${rows.length} of ${y.count}`, keep)
    if (!result.done) {
      console.error('propensity: cancelled')
      return exitStatus.cancelled
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw new UsageError(`${thrown.message}${thrown.hint ? ` (${thrown.hint})` : ''}`)
  }
  const axes = [
    [y.name, axisValues(y)],
    [x.name, axisValues(x)],
  ] as const
  const mapsOf = (of: (row: MapRow) => Float64Array) =>
    shapeNames.map((name, s) => {
      const array = namedArray(axes)
      for (const row of rows) array.data.set(of(row).subarray(s * x.count, (s + 1) * x.count), row.row * x.count)
      return [name, array] as const
    })
  const maps = mapsOf(({ values }) => values)
  // By how much each number changes with what is too rare for a network to know.
  const doubt = mapsOf((row) => row.doubt ?? new Float64Array(row.values.length))
  const error = rows.map((row) => row.error)
  write(values.output, {
    ...{ quantity: names[quantity], time: values.at, maps: Object.fromEntries(maps) },
    ...(learnt && { doubt: Object.fromEntries(doubt) }),
    error: learnt
      ? {
          kind: 'estimate',
          norm: 'l1',
          value: Math.max(...error),
          of: 'each law, at the places nearest to some cells where it was measured',
        }
      : {
          kind: rows.some(({ estimated }) => estimated) ? 'estimate' : 'bound',
          norm: 'l1',
          value: Math.max(...error),
          of: 'each law; the numbers made of it have no bound of their own',
        },
    provenance: { version },
  })
  return exitStatus.done
}

const usualCount = 25

/** `k`, `k=0.1:10`, `k=0.1:10:50` or `k=0.1:10:50:log`. */
function axisOf(flag: string, text: string | undefined, network: Network): MapAxis {
  if (!text) throw new UsageError(`say which parameter goes along ${flag}, as in --${flag} k=0.1:10:25`)
  const [name, range] = text.split('=')
  const index = network.parameters.findIndex((parameter) => parameter.name === name)
  const known = network.parameters.map((parameter) => parameter.name).join(', ')
  if (index < 0) throw new UsageError(`there is no parameter ${name}; there are ${known}`)
  const declared = network.parameters[index].range
  const [min, max, count, scale] = range?.split(':') ?? []
  const axis = {
    ...{ name, index },
    min: min === undefined ? declared?.min : number(flag, min),
    max: max === undefined ? declared?.max : number(flag, max),
    count: count === undefined ? usualCount : number(flag, count),
    log: scale === undefined ? (min === undefined && declared?.log) || false : scale === 'log',
  }
  if (axis.min === undefined || axis.max === undefined) throw new UsageError(`${name} has no range: give one`)
  const right = axis.max > axis.min && Number.isInteger(axis.count) && axis.count >= 1 && (!axis.log || axis.min > 0)
  if (!right) throw new UsageError(`--${flag} takes NAME=MIN:MAX:COUNT[:log] with MIN < MAX, got "${text}"`)
  return { ...axis, min: axis.min, max: axis.max }
}
