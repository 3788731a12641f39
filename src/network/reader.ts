/** From syntax to a network: looks names up, checks what they mean, and goes on after errors. */

import type { Source } from './caution'
import { type Declaration, type DefinitionItem, parameterOf, type SpeciesItem } from './declaration'
import { either, type Fix, lineEnd, nearest, quote, type Report, type Span } from './diagnostics'
import type { AssignmentItem, EventItem } from './event'
import { isWatchable } from './events'
import type { Node } from './expression'
import { reserved } from './functions'
import { maxDefinitions, maxDepth, maxEvents, maxOrder, maxParameters, maxReactions, maxSpecies } from './limits'
import type { Name } from './name'
import type {
  Assignment,
  Definition,
  Expr,
  Network,
  Parameter,
  Reaction,
  Species,
  Term,
  TriggeredEvent,
} from './network'
import { labelsOf, type ReactionItem, type TermItem } from './reaction'
import { type Steps, scaled, stride } from './steps'
import { exprReads, netChange } from './structure'
import type { Syntax } from './syntax'

type Kind = Declaration['kind']
type Meaning = { readonly kind: Kind; readonly index: number; readonly line: number }

const kinds: Readonly<Record<Kind, string>> = {
  species: 'a species',
  parameter: 'a parameter',
  let: 'a named expression',
  observable: 'an observable',
}

/** Who reads an expression decides what it may read. */
interface Scope {
  readonly reader: 'let' | 'observable' | 'reaction or event'
  /** Lets below this index may be read. */
  readonly lets: number
}

/** Looks names up and builds the network. Goes on after errors, so that all are told. */
export class Reader {
  /** The statement and direction of each reaction. */
  readonly sources: Source[] = []
  private readonly names = new Map<string, Meaning>()
  private readonly undefinedNames = new Set<string>()
  /** Species that are not declared and have occurred: where, or null when more than once. */
  private readonly once = new Map<string, TermItem | null>()
  private readonly species: Species[] = []
  private readonly parameters: Parameter[] = []
  private readonly lets: Definition[] = []
  /** Height of each let, through the lets that it reads. */
  private readonly heights: number[] = []
  /** Height of the tallest let that the expression being resolved reads. */
  private tallest = 0
  private readonly observables: Definition[] = []
  private readonly reactions: Reaction[] = []
  private readonly events: TriggeredEvent[] = []
  private readonly text: string
  private readonly syntax: Syntax
  private readonly report: Report

  constructor(text: string, syntax: Syntax, report: Report) {
    this.text = text
    this.syntax = syntax
    this.report = report
  }

  *network(): Steps<Network> {
    const definitions = yield* scaled(this.declare(), 0, 0.2)
    const sides = yield* scaled(this.sides(), 0.2, 0.4)
    this.suspectSpecies()
    for (const item of definitions) this.define(item)
    yield* scaled(this.react(sides), 0.4, 1)
    const { species, parameters, lets, observables, reactions, events } = this
    const network = { species, parameters, lets, observables, reactions, events }
    for (const item of this.syntax.events.slice(0, maxEvents)) events.push(this.event(item, network))
    this.countAll(definitions.length)
    return network
  }

  /** Enter all declared names, so that expressions may read what is declared below them. */
  private *declare(): Steps<DefinitionItem[]> {
    const definitions: DefinitionItem[] = []
    const counts: Record<Kind, number> = { species: 0, parameter: 0, let: 0, observable: 0 }
    const { declarations } = this.syntax
    for (const [i, item] of declarations.entries()) {
      if (i % stride === stride - 1) yield i / declarations.length
      if (!this.enter(item, item.kind, counts[item.kind], item.removal)) continue
      counts[item.kind]++
      if (item.kind === 'species') this.species.push(speciesOf(item))
      else if (item.kind === 'parameter') this.parameters.push(parameterOf(item, this.text, this.report))
      else definitions.push(item)
    }
    return definitions
  }

  private enter(item: Name, kind: Kind, index: number, removal: Span): boolean {
    const taken = reserved(item.name)
    if (taken) {
      this.report.error(item, `${taken} and cannot be defined: choose another name.`, [
        { label: `Call it \`${item.name}_1\``, offset: item.offset, length: item.length, insert: `${item.name}_1` },
      ])
      return false
    }
    const known = this.names.get(item.name)
    if (known) {
      const fixes = [{ label: 'Remove this one', offset: removal.offset, length: removal.length, insert: '' }]
      this.report.error(item, `${quote(item.name)} is already ${kinds[known.kind]}, since line ${known.line}.`, fixes)
      return false
    }
    this.names.set(item.name, { kind, index, line: item.line })
    return true
  }

  private *sides(): Steps<(readonly Term[])[][]> {
    const { reactions } = this.syntax
    const sides: (readonly Term[])[][] = []
    for (const { left, right } of reactions) {
      if (sides.length % stride === stride - 1) yield sides.length / reactions.length
      sides.push([this.terms(left), this.terms(right)])
    }
    return sides
  }

  /** Species of one side; those that are not declared are entered here, in order of occurrence. */
  private terms(items: readonly TermItem[]): Term[] {
    const terms: Term[] = []
    for (const item of items) {
      const { name, count } = item
      const known = this.names.get(name)
      if (known && known.kind !== 'species') {
        this.report.error(item, `${quote(name)} is ${kinds[known.kind]}, since line ${known.line}, not a species.`)
      } else if (known) {
        terms.push({ species: known.index, count })
        if (this.once.has(name)) this.once.set(name, null)
      } else if (this.enter(item, 'species', this.species.length, item)) {
        terms.push({ species: this.species.length, count })
        this.once.set(name, item)
        this.species.push({ name, initial: 0 })
      }
    }
    return terms
  }

  /** A species that is not declared, occurs once and looks like a declared one is probably a slip. */
  private suspectSpecies(): void {
    const declared = this.species.slice(0, this.species.length - this.once.size).map((one) => one.name)
    if (declared.length === 0 || this.once.size > 20) return
    for (const [name, item] of this.once) {
      if (!item || name.length < 4) continue
      const near = nearest(name, declared).filter((one) => one.replace(/\d/g, '') !== name.replace(/\d/g, ''))
      if (near.length === 0) continue
      const fixes: Fix[] = near.map((insert) => replacement(item, insert))
      fixes.push(this.declaration('species', name, 0))
      this.report.warning(item, `${quote(name)} occurs only here: did you mean ${either(near)}?`, fixes)
    }
  }

  private define(item: DefinitionItem): void {
    const { kind, name } = item
    const scope = { reader: kind, lets: this.lets.length }
    this.tallest = 0
    const expr: Expr = item.expr ? this.resolve(item.expr, scope) : { kind: 'number', value: 0 }
    const height = (item.expr?.height ?? 1) + this.tallest
    if (kind === 'let') {
      this.lets.push({ name, expr })
      this.heights.push(height)
    } else {
      this.observables.push({ name, expr })
    }
    if (height > maxDepth) {
      this.report.error(item, `${quote(name)} is more than ${maxDepth} levels deep, through what it reads.`)
    }
  }

  private resolve(node: Node, scope: Scope): Expr {
    switch (node.kind) {
      case 'number':
        return { kind: 'number', value: node.value }
      case 'time':
        return { kind: 'time' }
      case 'name':
        return this.lookUp(node, scope)
      case 'unary':
        return { kind: 'unary', op: node.op, of: this.resolve(node.of, scope) }
      case 'binary': {
        const left = this.resolve(node.left, scope)
        return { kind: 'binary', op: node.op, left, right: this.resolve(node.right, scope) }
      }
      case 'conditional': {
        const test = this.resolve(node.test, scope)
        const yes = this.resolve(node.yes, scope)
        return { kind: 'conditional', test, yes, no: this.resolve(node.no, scope) }
      }
      case 'call':
        return { kind: 'call', name: node.name, args: node.args.map((arg) => this.resolve(arg, scope)) }
    }
  }

  private lookUp(node: { readonly name: string; readonly offset: number }, scope: Scope): Expr {
    const known = this.names.get(node.name)
    const at = { offset: node.offset, length: node.name.length }
    if (!known) {
      this.reportUndefined(node.name, at, scope)
      return { kind: 'number', value: 0 }
    }
    if (known.kind === 'observable') {
      this.report.error(at, `${quote(node.name)} is an observable: only a \`let\` can be read by other expressions.`)
      return { kind: 'number', value: 0 }
    }
    if (known.kind === 'let') {
      if (scope.reader === 'let' && known.index >= scope.lets) {
        const where = known.index === scope.lets ? 'reads itself' : `is defined below, on line ${known.line}`
        this.report.error(at, `${quote(node.name)} ${where}: a \`let\` reads only those above it.`)
        return { kind: 'number', value: 0 }
      }
      this.tallest = Math.max(this.tallest, this.heights[known.index])
    }
    return { kind: known.kind, index: known.index }
  }

  private reportUndefined(name: string, at: Span, scope: Scope): void {
    // Once per name: the first place has the fix for all of them.
    if (this.undefinedNames.has(name) || this.report.full('error')) return
    this.undefinedNames.add(name)
    if (name === 'time') {
      this.report.error(at, '`time` is not defined: time is written `t`.', [replacement(at, 't')])
      return
    }
    const near = nearest(name, this.readable())
    const fixes: Fix[] = near.map((insert) => replacement(at, insert))
    const created = this.declaration('parameter', name, 1)
    if (near.length > 0) fixes.push(created)
    else fixes.unshift(created)
    if (scope.reader === 'observable') fixes.push(this.declaration('species', name, 0))
    const question = near.length > 0 ? `did you mean ${either(near)}?` : 'make it a parameter?'
    this.report.error(at, `${quote(name)} is not defined: ${question}`, fixes)
  }

  private *readable(): Generator<string> {
    for (const [name, { kind }] of this.names) if (kind !== 'observable') yield name
    yield 'pi'
  }

  /** A fix that declares a name on a line of its own, after the last declaration of its kind or at the top. */
  private declaration(kind: 'species' | 'parameter', name: string, value: number): Fix {
    const label = `Make \`${name}\` a ${kind}`
    const statement = `${kind} ${name} = ${value}`
    const after = this.syntax.ends[kind] ?? this.syntax.ends.species
    if (after === null) return { label, offset: 0, length: 0, insert: `${statement}\n` }
    return { label, offset: lineEnd(this.text, after), length: 0, insert: `\n${statement}` }
  }

  private *react(sides: readonly (readonly Term[])[][]): Steps<void> {
    const labels = labelsOf(this.syntax.reactions, this.report)
    const names = new Set(labels.values())
    const fresh = (wanted: string): string => {
      let name = wanted
      while (names.has(name)) name += '_'
      names.add(name)
      return name
    }
    for (const [i, item] of this.syntax.reactions.entries()) {
      if (i % stride === stride - 1) yield i / sides.length
      const reversible = item.rates.length > 1
      const pair = reversible ? { pair: this.reactions.length } : {}
      item.rates.forEach((rate, direction) => {
        const label = labels.get(item)
        const name = label
          ? direction === 0
            ? label
            : fresh(`${label}_reverse`)
          : fresh(`r${this.reactions.length + 1}`)
        const [reactants, products] = direction === 0 ? sides[i] : [sides[i][1], sides[i][0]]
        this.checkOrder(item, reactants)
        const expr = this.resolveWhole(rate.expr, rate, 'This rate')
        this.sources.push({ item, direction })
        this.reactions.push({
          name,
          named: label !== undefined,
          reactants,
          products,
          net: netChange(this.species, reactants, products),
          law: item.law,
          rate: expr,
          ...pair,
          line: item.line,
        })
      })
    }
  }

  private event({ trigger, assignments, line }: EventItem, network: Network): TriggeredEvent {
    const condition = this.resolveWhole(trigger.expr, trigger, 'This condition')
    const { species, time } = exprReads(network, condition)
    const text = this.text.slice(trigger.offset, trigger.offset + trigger.length)
    if (species.length === 0 && !time && !this.report.failed) {
      this.report.error(trigger, 'This condition never becomes true: it reads neither time nor a count.', [
        replacement(trigger, `t >= ${text}`),
      ])
    } else if (!isWatchable(network, condition)) {
      const message = 'In a condition, time can only be compared with what never changes, as in `t >= 25`.'
      this.report.error(trigger, message)
    }
    const assigned = new Set<number>()
    return { trigger: condition, assignments: assignments.flatMap((item) => this.assignment(item, assigned)), line }
  }

  /** Nothing where what is assigned is no species, or is already assigned by the same event. */
  private assignment(item: AssignmentItem, assigned: Set<number>): Assignment[] {
    const known = this.names.get(item.name)
    const value = this.resolveWhole(item.value, item, 'This value')
    if (known?.kind === 'species') {
      if (!assigned.has(known.index)) {
        assigned.add(known.index)
        return [{ species: known.index, value }]
      }
      this.report.error(item, `${quote(item.name)} is assigned twice by the same event.`)
    } else if (known) {
      const message = `An event assigns counts of species; ${quote(item.name)} is ${kinds[known.kind]}, since line ${known.line}.`
      this.report.error(item, message)
    } else {
      const near = this.report.full('error') ? [] : nearest(item.name, this.speciesNames())
      const fixes: Fix[] = near.map((insert) => replacement(item, insert))
      fixes.push(this.declaration('species', item.name, 0))
      const question = near.length > 0 ? `did you mean ${either(near)}?` : 'an event assigns counts of species.'
      this.report.error(item, `${quote(item.name)} is not a species: ${question}`, fixes)
    }
    return []
  }

  private *speciesNames(): Generator<string> {
    for (const { name } of this.species) yield name
  }

  private resolveWhole(node: Node, at: Span, what: string): Expr {
    this.tallest = 0
    const expr = this.resolve(node, { reader: 'reaction or event', lets: this.lets.length })
    if (node.height + this.tallest > maxDepth) {
      this.report.error(at, `${what} is more than ${maxDepth} levels deep, through what it reads.`)
    }
    return expr
  }

  private checkOrder(item: ReactionItem, reactants: readonly Term[]): void {
    const most = Math.max(0, ...reactants.map((term) => term.count))
    if (item.law !== 'mass-action' || most <= maxOrder) return
    const message = `Under mass action at most ${maxOrder} molecules of a species react at once, not ${most}.`
    const explicit = this.text.slice(item.arrow.offset, item.arrow.offset + item.arrow.length).replace('-', '=')
    this.report.error(item, `${message} Give the propensity explicitly, with \`${explicit}\`.`, [
      { label: `Write \`${explicit}\``, offset: item.arrow.offset, length: item.arrow.length, insert: explicit },
    ])
  }

  private countAll(definitions: number): void {
    const check = (count: number, most: number, what: string): void => {
      if (count <= most) return
      const message = `This text has ${count.toLocaleString('en')} ${what}; at most ${most.toLocaleString('en')} are read.`
      this.report.error({ offset: 0, length: 0 }, message)
    }
    check(this.species.length, maxSpecies, 'species')
    check(this.parameters.length, maxParameters, 'parameters')
    check(definitions, maxDefinitions, 'named expressions and observables')
    check(this.reactions.length, maxReactions, 'reactions')
    check(this.syntax.events.length, maxEvents, 'events')
    if (this.species.length === 0 && !this.report.failed) {
      const example = 'species A = 10\n0 -> A, 5\nA -> 0, 1\n'
      const message = 'There is no species yet: write a reaction such as `0 -> A, 5`.'
      this.report.error({ offset: 0, length: 0 }, message, [
        { label: 'Begin with an example', offset: 0, length: 0, insert: example },
      ])
    }
  }
}

const speciesOf = ({ name, initial, fixed }: SpeciesItem): Species =>
  fixed ? { name, initial, fixed } : { name, initial }

const replacement = (at: Span, insert: string): Fix => ({
  label: `Write \`${insert}\``,
  offset: at.offset,
  length: at.length,
  insert,
})
