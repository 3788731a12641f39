/** `propensity check`: what is wrong with a network text; of an SBML file, the text that it becomes. */
import { parseArgs } from 'node:util'
import { parse } from '../src/network/parse'
import { imported, isSbml } from './sbml'
import { exitStatus, oneFile, readText } from './usage'

export function check(args: string[]): number {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true })
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
