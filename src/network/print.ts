/** Network → text. What is printed reads back as the same network, up to the lines that reactions stand on. */

import type { Network, Parameter, Range, Reaction, Species, Term } from './network'
import { eventText, exprText, numberText } from './propensity'

/** Species are declared on as few lines of about this length as they fit. */
const lineLength = 100

/** A text that `parse` reads as this network, with the species in the same order. */
export function print(network: Network): string {
  const definition = (keyword: string) => (one: Network['lets'][number]) =>
    `${keyword} ${one.name} = ${exprText(network, one.expr)}`
  const blocks = [
    speciesLines(network.species),
    network.parameters.map(parameterLine),
    network.lets.map(definition('let')),
    reactionLines(network),
    network.events.map((_, e) => eventText(network, e)),
    network.observables.map(definition('observable')),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function speciesLines(species: readonly Species[]): string[] {
  const lines: string[] = []
  for (const { name, initial, fixed } of species) {
    const item = `${name} = ${initial}${fixed ? ' fixed' : ''}`
    const last = lines.length - 1
    if (last >= 0 && lines[last].length + item.length < lineLength) lines[last] += `, ${item}`
    else lines.push(`species ${item}`)
  }
  return lines
}

function parameterLine({ name, value, range }: Parameter): string {
  return `parameter ${name} = ${numberText(value)}${range ? ` ${rangeText(range)}` : ''}`
}

/** `in [0, 2] step 0.1 log`, with numbers written by `number`. */
export function rangeText({ min, max, step, log }: Range, number = numberText): string {
  const options = `${step === undefined ? '' : ` step ${number(step)}`}${log ? ' log' : ''}`
  return `in [${number(min)}, ${number(max)}]${options}`
}

function reactionLines(network: Network): string[] {
  const { reactions } = network
  const side = (terms: readonly Term[]): string =>
    terms.map(({ species, count }) => `${count > 1 ? `${count} ` : ''}${network.species[species].name}`).join(' + ') ||
    '0'
  const lines: string[] = []
  for (let r = 0; r < reactions.length; r++) {
    const reaction = reactions[r]
    const back = r + 1 < reactions.length && isReverse(reaction, reactions[r + 1]) ? reactions[r + 1] : null
    const head = `${reaction.named ? `${reaction.name}: ` : ''}${side(reaction.reactants)}`
    const arrow = `${back ? '<' : ''}${reaction.law === 'explicit' ? '=>' : '->'}`
    const rates = [reaction, ...(back ? [back] : [])].map(({ rate }) => exprText(network, rate))
    lines.push(`${head} ${arrow} ${side(reaction.products)}, ${rates.join(', ')}`)
    if (back) r++
  }
  return lines
}

function isReverse(forward: Reaction, back: Reaction): boolean {
  const same = (a: readonly Term[], b: readonly Term[]): boolean =>
    a.length === b.length && a.every((term, i) => term.species === b[i].species && term.count === b[i].count)
  return (
    forward.pair !== undefined &&
    forward.pair === back.pair &&
    forward.law === back.law &&
    same(forward.reactants, back.products) &&
    same(forward.products, back.reactants)
  )
}
