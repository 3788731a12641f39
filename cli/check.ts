/**
 * `propensity check`: what is wrong with a network text; of an SBML file, the text that it becomes. With `--cost`, what
 * solving a study, or a network at `--times`, by projection would take on this machine.
 */
import { parseArgs } from 'node:util'
import { parse } from '../src/network/parse'
import { costText } from '../src/solvers/fsp/cost'
import { samplingText } from '../src/solvers/fsp/elsewhere'
import { fsp } from '../src/solvers/fsp/index'
import { foretell } from '../src/solvers/fsp/plan'
import { readStudy } from '../src/solvers/study'
import { imported, isSbml } from './sbml'
import { adjust, questionFlags, readFileAsStudy } from './solve'
import { exitStatus, oneFile, readText, UsageError } from './usage'

const flags = { ...questionFlags, options: { type: 'string', multiple: true }, cost: { type: 'boolean' } } as const

export function check(args: string[]): number {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  if (values.cost) return cost(oneFile(positionals, 'study or network'), values)
  const path = oneFile(positionals, 'network')
  const file = readText(path)
  if (isSbml(file)) {
    console.log(imported(path, file))
    return exitStatus.done
  }
  const { network, diagnostics } = parse(file)
  for (const { severity, line, column, message } of diagnostics) {
    console.log(`${path}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}`)
  }
  return network ? exitStatus.done : exitStatus.failed
}

/** Lines of what it would take, and what would be chosen. */
function cost(path: string, values: Parameters<typeof adjust>[1]): number {
  const read = readStudy(adjust(readFileAsStudy(path, values), { ...values, solver: 'fsp' }))
  if (!read.ok) throw new UsageError(read.issues.map((issue) => `${path}: ${issue.path}: ${issue.message}`).join('\n'))
  const options = fsp.options.parse(read.value.options)
  if (!options.ok) throw new UsageError(options.issues.map(({ message }) => message).join('\n'))
  const { box, window, seen, chosen, sampling } = foretell(read.value.problem, options.value, () => performance.now())
  console.log(`box: ${costText(box)}`)
  console.log(`window: ${costText(window)}`)
  console.log(`chosen: ${chosen}`)
  console.log(`instead: ${samplingText(sampling)}`)
  if (seen < 1)
    console.log(`sampled paths saw ${Math.round(100 * seen)} % of the time: the rest is taken to be like it`)
  return exitStatus.done
}
