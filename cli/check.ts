/** `propensity check`: what is wrong with a network text. */
import { parseArgs } from 'node:util'
import { parse } from '../src/network/parse'
import { exitStatus, oneFile, readText } from './usage'

export function check(args: string[]): number {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true })
  const path = oneFile(positionals, 'network')
  const { network, diagnostics } = parse(readText(path))
  for (const { severity, line, column, message } of diagnostics) {
    console.log(`${path}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}`)
  }
  return network ? exitStatus.done : exitStatus.failed
}
