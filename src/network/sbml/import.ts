/**
 * SBML (Level 2 and Level 3 core) → network text. The text is what counts from then on: it is shown, edited and solved
 * like any other. Amounts become counts of molecules, and a kinetic law is the propensity itself, exactly. What cannot
 * be carried over without changing its meaning is refused, by name.
 */

import { isWatchable } from '../events'
import type { Network } from '../network'
import { parse } from '../parse'
import { print } from '../print'
import { readModel } from './model'
import { type ImportItem, ImportReport } from './report'
import { child, type Element, flag, Refusal, readXml } from './xml'

export type { Deed, ImportItem } from './report'

export interface Import {
  readonly title: string
  /** Null where something was refused. */
  readonly text: string | null
  readonly items: readonly ImportItem[]
}

/** Whether a text looks like SBML. */
export const isSbml = (text: string): boolean => /^\uFEFF?\s*<(?:\?xml|!--|(?:\w+:)?sbml\b)/.test(text)

/** Import a file. Never throws, whatever the file. */
export function importSbml(file: string): Import {
  const report = new ImportReport()
  const nowhere: Element = { name: 'file', prefix: '', attributes: {}, children: [], text: '', offset: 0 }
  const root = report.try(nowhere, () => readXml(file))
  const model = root && report.try(root, () => modelOf(root))
  if (!root || !model) return { title: '', text: null, items: report.items(file) }
  refusePackages(root, report)
  const network = report.try(model, () => readModel(model, Number(root.attributes.level), report))
  const text = network && !report.refused ? report.try(model, () => checkedText(network)) : null
  const title = model.attributes.name ?? model.attributes.id ?? ''
  return { title, text, items: report.items(file) }
}

function modelOf(root: Element): Element {
  if (root.name !== 'sbml') throw new Refusal(`The file is not SBML: it begins with <${root.name}>.`)
  const { level, version } = root.attributes
  if (level !== '2' && level !== '3') {
    throw new Refusal(`This is SBML Level ${level ?? '?'} Version ${version ?? '?'}; Levels 2 and 3 are read.`)
  }
  const model = child(root, 'model')
  if (!model) throw new Refusal('The file has no model.')
  return model
}

/** Packages of Level 3: those that change what the model means cannot be passed over. */
function refusePackages(root: Element, report: ImportReport): void {
  for (const name of Object.keys(root.attributes)) {
    const [prefix, word] = name.split(':')
    if (word !== 'required') continue
    if (flag(root, name, false)) report.add('refused', root, `It requires the package "${prefix}", which is not read.`)
    else report.add('assumed', root, `The package "${prefix}" does not change the dynamics; it is left out.`)
  }
}

/** The text, if it reads back without an error. */
function checkedText(network: Network): string {
  for (const { trigger } of network.events) {
    if (!isWatchable(network, trigger)) {
      throw new Refusal('A trigger compares time with what changes, or uses it otherwise than in a comparison.')
    }
  }
  const text = print(network)
  const { diagnostics } = parse(text)
  const error = diagnostics.find(({ severity }) => severity === 'error')
  if (error) throw new Refusal(`As a network text it has an error: ${error.message}`)
  return text
}
