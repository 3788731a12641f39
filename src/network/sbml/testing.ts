/** SBML files for tests, piece by piece. */
import { importSbml } from './import'

export const math = (content: string) => `<math xmlns="http://www.w3.org/1998/Math/MathML">${content}</math>`
export const ci = (name: string) => `<ci> ${name} </ci>`
export const cn = (value: number | string) => `<cn>${value}</cn>`
export const apply = (operator: string, ...args: string[]) => `<apply><${operator}/>${args.join('')}</apply>`
export const times = (...args: string[]) => apply('times', ...args)
export const time = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time"> t </csymbol>'

export interface Parts {
  attributes?: string
  before?: string
  compartments?: string
  species?: string
  parameters?: string
  after?: string
  reactions?: string
  events?: string
}

/** A Level 3 model from the contents of its lists; a cell of size 1 and a species X of 10 molecules by default. */
export function sbml(parts: Parts, level = 3): string {
  const lists = (name: string, content?: string) => (content ? `<listOf${name}>\n${content}\n</listOf${name}>\n` : '')
  return `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level${level}" level="${level}" version="1" ${parts.attributes ?? ''}>
<model id="m" name="A model" ${level === 3 ? 'substanceUnits="item"' : ''}>
${parts.before ?? ''}
${lists('Compartments', parts.compartments ?? '<compartment id="cell" size="1" constant="true"/>')}
${lists('Species', parts.species ?? species('X', 10))}
${lists('Parameters', parts.parameters ?? '<parameter id="k" value="2"/>')}
${parts.after ?? ''}
${lists('Reactions', parts.reactions)}
${lists('Events', parts.events)}
</model></sbml>`
}

export const species = (id: string, amount: number, more = 'hasOnlySubstanceUnits="true"') =>
  `<species id="${id}" compartment="cell" initialAmount="${amount}" ${more}/>`

export const side = (name: string, all: Record<string, number>) => {
  const references = Object.entries(all).map(([id, n]) => `<speciesReference species="${id}" stoichiometry="${n}"/>`)
  return references.length ? `<listOf${name}>${references.join('')}</listOf${name}>` : ''
}

export const reaction = (
  id: string,
  from: Record<string, number>,
  to: Record<string, number>,
  law: string,
  more = { attributes: 'reversible="false"', law: '' },
) =>
  `<reaction id="${id}" ${more.attributes}>${side('Reactants', from)}${side('Products', to)}
<kineticLaw>${math(law)}${more.law}</kineticLaw></reaction>`

export const event = (trigger: string, assignments: Record<string, string>, more = '') =>
  `<event id="e"><trigger initialValue="true">${math(trigger)}</trigger>${more}<listOfEventAssignments>${Object.entries(
    assignments,
  )
    .map(([variable, value]) => `<eventAssignment variable="${variable}">${math(value)}</eventAssignment>`)
    .join('')}</listOfEventAssignments></event>`

/** The text without blank lines, or what was refused. */
export function read(file: string): string[] {
  const { text, items } = importSbml(file)
  if (text === null) return items.filter(({ deed }) => deed === 'refused').map(({ where, what }) => `${where}: ${what}`)
  return text.split('\n').filter(Boolean)
}

export const law = (one: string) => read(sbml({ reactions: one })).at(-1)
export const decay = (content: string) => law(reaction('R', { X: 1 }, {}, content))
export const pair = (content: string) => law(reaction('R', { X: 2 }, { X: 1 }, content))
export const X = ci('X')
export const k = ci('k')
export const X1 = apply('minus', X, cn(1))
