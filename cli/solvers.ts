/** `propensity solvers`: the registry. */
import { parseArgs } from 'node:util'
import type { Solver } from '../src/solvers/contract'
import type { OptionField } from '../src/solvers/options'
import { solvers } from '../src/solvers/registry'
import { exitStatus } from './usage'

export function listSolvers(args: string[]): number {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const all = Object.values(solvers)
  console.log(values.json ? JSON.stringify(all.map(asData), null, 2) : all.map(asText).join('\n\n'))
  return exitStatus.done
}

function asData({ id, title, summary, cites, traits, options }: Solver) {
  return { id, title, summary, cites, traits, options: options.fields }
}

function asText({ id, title, summary, traits, options }: Solver): string {
  const marks = [traits.device, traits.random && 'random', traits.trains && 'trains', traits.spatial && 'spatial']
  const head = `${id}  ${title} (${marks.filter(Boolean).join(', ')}; ${traits.observes.join(', ')})\n    ${summary}`
  return [head, ...options.fields.map(optionText)].join('\n')
}

function optionText({ name, kind, unit, choices, min, max, help, when, default: preset }: OptionField): string {
  const bounds = choices
    ? choices.join(' | ')
    : kind === 'boolean' || kind === 'text'
      ? ''
      : `${min ?? '-∞'} … ${max ?? '∞'}`
  const range = bounds && ` in ${bounds}`
  return `    ${name} = ${preset === '' ? "''" : preset}${unit ? ` ${unit}` : ''}  (${kind}${range})  ${help}${conditions(when)}`
}

function conditions(when: OptionField['when'] = {}): string {
  const said = Object.entries(when).map(([name, values]) => `${name} = ${values.join(' | ')}`)
  return said.length ? ` [with ${said.join(', ')}]` : ''
}
