/** An SBML model as a network. */

import { builder } from '../evaluate'
import { maxCount, maxDepth, maxOrder } from '../limits'
import type { Assignment, Definition, Expr, Network, Reaction, Species, Term, TriggeredEvent } from '../network'
import { netChange, parts } from '../structure'
import { difference, massActionRate } from './mass-action'
import { constant, expression, identifiers, operation, size } from './math'
import type { ImportReport } from './report'
import { freeName, plainName, readingOrder, readSymbols, type Symbols } from './symbols'
import { child, type Element, flag, list, numeric, Refusal } from './xml'

/** Read a model; what is refused is in the report, and the network is then not the model. Throws a `Refusal`. */
export function readModel(model: Element, level: number, report: ImportReport): Network {
  return new ModelReader(model, level, report).network()
}

/** Nodes of all formulas together, functions written out: a text of them is a few megabytes long. */
const maxModelNodes = 1_000_000

class ModelReader {
  private readonly model: Element
  private readonly level: number
  private readonly report: ImportReport
  private readonly symbols: Symbols
  private readonly parameters: { name: string; value: number }[]
  private readonly species: Species[]
  private readonly lets: Definition[] = []
  private readonly observables: Definition[] = []

  constructor(model: Element, level: number, report: ImportReport) {
    this.model = model
    this.level = level
    this.report = report
    this.symbols = readSymbols(model, level, report)
    const { values, species } = this.symbols
    this.parameters = [...values.values()].map(({ name, value }) => ({ name, value: value ?? Number.NaN }))
    this.species = [...species.values()].map(({ name, fixed }) =>
      fixed ? { name, initial: 0, fixed } : { name, initial: 0 },
    )
  }

  network(): Network {
    const { model, report } = this
    this.refuseWhatChangesTime()
    for (const rule of this.symbols.rules.values()) report.try(rule.rule, () => this.rule(rule))
    const blank = this.whole([], [])
    const initial = this.initialise(blank)
    this.species.forEach((one, s) => {
      this.species[s] = { ...one, initial: initial[s] }
    })
    const reactions: Reaction[] = []
    for (const element of list(model, 'listOfReactions')) {
      for (const one of report.try(element, () => this.reaction(element)) ?? []) reactions.push(one)
    }
    const events = list(model, 'listOfEvents').flatMap(
      (element) => report.try(element, () => this.event(element)) ?? [],
    )
    if (events.length > 1) {
      report.add('assumed', model, 'Events of the same instant happen in the order in which they are written.')
    }
    return this.whole(reactions, events)
  }

  private whole(reactions: readonly Reaction[], events: readonly TriggeredEvent[]): Network {
    const { species, parameters, lets, observables } = this
    return { species, parameters, lets, observables, reactions, events }
  }

  private refuseWhatChangesTime(): void {
    for (const rule of list(this.model, 'listOfRules')) {
      if (rule.name === 'rateRule')
        this.report.add('refused', rule, 'Rate rules are not read: here only reactions change counts.')
      if (rule.name === 'algebraicRule') this.report.add('refused', rule, 'Algebraic rules are not read.')
    }
    for (const constraint of list(this.model, 'listOfConstraints')) {
      this.report.add('assumed', constraint, 'Constraints are left out: they do not change the dynamics.')
    }
    if (this.model.attributes.conversionFactor) {
      this.report.add('refused', this.model, 'Conversion factors are not read.')
    }
  }

  private nodes = 0

  private formula(math: Element | undefined, local?: ReadonlyMap<string, Expr>): Expr {
    const { functions, meaning } = this.symbols
    if (this.nodes <= maxModelNodes) {
      const expr = expression(math, { functions, symbol: (id) => meaning(id, local) })
      this.nodes += size(expr)
      if (this.height(expr) > maxDepth)
        throw new Refusal(`It is more than ${maxDepth} levels deep, through what it reads.`)
      if (this.nodes <= maxModelNodes) return expr
    }
    const most = maxModelNodes.toLocaleString('en')
    throw new Refusal(
      `Up to here the formulas of the file, functions written out, have ${most} parts: no more are read.`,
    )
  }

  /** Of each let, how deep whoever walks through it recurses. */
  private readonly letHeights: number[] = []

  private height(e: Expr): number {
    if (e.kind === 'let') return 1 + (this.letHeights[e.index] ?? 0)
    return 1 + parts(e).reduce((most, part) => Math.max(most, this.height(part)), 0)
  }

  private rule({
    rule,
    name,
    let: place,
  }: {
    rule: Element
    name: string
    let?: { name: string; index: number }
  }): void {
    // Others may read it, also when it is refused.
    if (place) this.lets[place.index] = { name: place.name, expr: constant(0) }
    const expr = this.formula(child(rule, 'math'))
    if (place) {
      this.letHeights[place.index] = this.height(expr)
      this.lets[place.index] = { name: place.name, expr }
      this.observables.push({ name, expr: { kind: 'let', index: place.index } })
      this.report.add('converted', rule, `It is read by formulas as ${place.name} and observed as ${name}.`)
    } else {
      this.observables.push({ name, expr })
      this.report.add('read', rule, `It is the observable ${name}.`)
    }
  }

  /** Initial counts and the values of parameters, those that are given by formulas after those that they read. */
  private initialise(network: Network): number[] {
    const { species, values, rules } = this.symbols
    const assigned = new Map(list(this.model, 'listOfInitialAssignments').map((one) => [one.attributes.symbol, one]))
    const counts = [...species.keys()].map(() => 0)
    const parameters = this.parameters
    const evaluate = (math: Element | undefined): number => this.now(network, this.formula(math), counts)
    const reads = (id: string): string[] => {
      const { compartment } = species.get(id)?.element.attributes ?? {}
      const rule = rules.get(id)?.rule
      return [
        ...(compartment !== undefined && this.symbols.compartments.has(compartment) ? [compartment] : []),
        ...identifiers(child(rule, 'math')),
        ...identifiers(child(assigned.get(id), 'math')),
      ]
    }
    const order = readingOrder(reads, (id) => `The initial value of ${id} reads itself, through others.`)
    const settle = (id: string): void => {
      const assignment = assigned.get(id)
      const [one, value] = [species.get(id), values.get(id)]
      if (value && assignment) parameters[value.index].value = evaluate(child(assignment, 'math'))
      if (value && !Number.isFinite(parameters[value.index].value)) {
        this.report.add('refused', value.element, 'It has no value.')
        parameters[value.index].value = 1
      }
      if (one) {
        const perUnit = this.unitValue(one.unit)
        counts[one.index] = assignment
          ? this.count(one.element, evaluate(child(assignment, 'math')) * perUnit)
          : this.count(one.element, this.initialAmount(one.element, perUnit, network))
      }
    }
    const elementOf = (id: string) => assigned.get(id) ?? species.get(id)?.element ?? this.model
    for (const id of [...values.keys(), ...species.keys()]) {
      for (const one of this.report.try(elementOf(id), () => order(id)) ?? []) {
        this.report.try(elementOf(one), () => settle(one))
      }
    }
    return counts
  }

  /** In items: an amount is in the unit of substance, a concentration in that over the volume. */
  private initialAmount(element: Element, perUnit: number, network: Network): number {
    const amount = numeric(element, 'initialAmount')
    const concentration = numeric(element, 'initialConcentration')
    const size = this.symbols.values.get(element.attributes.compartment)
    const volume = size ? this.parameters[size.index].value : 1
    const isAmount = flag(element, 'hasOnlySubstanceUnits', false)
    const perItem = isAmount ? perUnit : perUnit / volume
    if (amount !== undefined) return amount * perItem
    if (concentration !== undefined) {
      this.report.add(
        'converted',
        element,
        `It starts at a concentration of ${concentration} in a volume of ${volume}.`,
      )
      return concentration * volume * perItem
    }
    if (network.species.length > 0) this.report.add('assumed', element, 'It has no initial value; 0 is taken.')
    return 0
  }

  private count(at: Element, amount: number): number {
    const count = Math.round(amount)
    if (!(count >= 0 && count <= maxCount)) {
      throw new Refusal(`It starts with ${amount.toPrecision(4)} molecules; counts go from 0 to ${maxCount}.`)
    }
    if (Math.abs(amount - count) > 1e-9 * Math.max(1, count)) {
      this.report.add('converted', at, `It starts with ${amount} molecules, rounded to ${count}.`)
    }
    return count
  }

  /** Units are numbers, sizes of compartments, or products of the two. */
  private unitValue(unit: Expr): number {
    if (unit.kind === 'number') return unit.value
    if (unit.kind === 'parameter') return this.parameters[unit.index].value
    return unit.kind === 'binary' ? this.unitValue(unit.left) * this.unitValue(unit.right) : Number.NaN
  }

  private now(network: Network, e: Expr, counts: readonly number[]): number {
    const values = this.parameters.map(({ value }) => value)
    return builder(network, values)(e)(counts, 0)
  }

  private reaction(element: Element): Reaction[] {
    const { report } = this
    if (flag(element, 'fast', false)) throw new Refusal('Fast reactions are not read.')
    const kinetic = child(element, 'kineticLaw')
    if (!kinetic) throw new Refusal('It has no kinetic law.')
    const reactants = this.terms(list(element, 'listOfReactants'))
    const products = this.terms(list(element, 'listOfProducts'))
    const { perExtent } = this.symbols
    const rate = this.formula(child(kinetic, 'math'), this.locals(element, kinetic))
    const law = perExtent === 1 ? rate : operation('*', constant(perExtent), rate)
    const name = this.reactionName(element)
    const both = flag(element, 'reversible', true) ? difference(law) : null
    if (both) {
      report.add('converted', element, 'Its law is a difference: it becomes two reactions, forward and backward.')
      return [
        this.direction(element, name, reactants, products, both[0]),
        this.direction(element, `${name}_reverse`, products, reactants, both[1]),
      ]
    }
    if (element.attributes.reversible === 'true') {
      report.add('assumed', element, 'It may be reversible, but its law is no difference: it goes forward only.')
    }
    return [this.direction(element, name, reactants, products, law)]
  }

  private readonly reactionNames = new Set<string>()

  private reactionName({ attributes: { id } }: Element): string {
    const names = this.reactionNames
    const name = freeName(plainName(id), (one) => names.has(one) || names.has(`${one}_reverse`))
    this.reactionNames.add(name).add(`${name}_reverse`)
    return name
  }

  private direction(
    element: Element,
    name: string,
    reactants: readonly Term[],
    products: readonly Term[],
    law: Expr,
  ): Reaction {
    const collides = reactants.every(({ count }) => count <= maxOrder)
    const rate = collides ? massActionRate(this.whole([], []), law, reactants) : null
    const net = netChange(this.species, reactants, products)
    const form = rate === null ? 'explicit' : 'mass-action'
    this.report.add(
      'read',
      element,
      rate === null ? 'Its law is the propensity, as it stands.' : 'Its law is mass action.',
    )
    return { name, named: true, reactants, products, net, law: form, rate: rate ?? law, line: 1 }
  }

  /** Parameters of one kinetic law become parameters of the network, under a name of their own. */
  private locals(reaction: Element, kinetic: Element): ReadonlyMap<string, Expr> {
    const local = new Map<string, Expr>()
    for (const element of [...list(kinetic, 'listOfParameters'), ...list(kinetic, 'listOfLocalParameters')]) {
      const { id } = element.attributes
      const value = numeric(element, 'value')
      if (value === undefined) throw new Refusal(`Its parameter ${id} has no value.`)
      const name = this.symbols.fresh(`${id}_${reaction.attributes.id}`)
      this.report.add('converted', element, `It is called ${name} here: it belongs to this reaction alone.`)
      local.set(id, { kind: 'parameter', index: this.parameters.push({ name, value }) - 1 })
    }
    return local
  }

  private terms(references: readonly Element[]): Term[] {
    const counts = new Map<number, number>()
    for (const reference of references) {
      const { species: id, stoichiometry } = reference.attributes
      const one = this.symbols.species.get(id)
      if (child(reference, 'stoichiometryMath')) throw new Refusal(`The stoichiometry of ${id} is a formula.`)
      if (reference.attributes.id && this.varies(reference.attributes.id)) {
        throw new Refusal(`The stoichiometry of ${id} is assigned, and may vary.`)
      }
      if (!one && !this.symbols.rules.has(id)) throw new Refusal(`There is no species ${id}.`)
      const count = numeric(reference, 'stoichiometry') ?? 1
      if (stoichiometry === undefined && this.level === 3) {
        this.report.add('assumed', reference, `The stoichiometry of ${id} is not given; 1 is taken.`)
      }
      if (!Number.isInteger(count) || count < 0) {
        throw new Refusal(`The stoichiometry of ${id} is ${count}; here molecules react in whole numbers.`)
      }
      if (one && count > 0) counts.set(one.index, (counts.get(one.index) ?? 0) + count)
    }
    return [...counts].map(([species, count]) => ({ species, count }))
  }

  private varies(id: string): boolean {
    const { model } = this
    return [...list(model, 'listOfRules'), ...list(model, 'listOfInitialAssignments')].some(
      ({ attributes }) => attributes.variable === id || attributes.symbol === id,
    )
  }

  private event(element: Element): TriggeredEvent {
    const trigger = child(element, 'trigger')
    if (child(element, 'delay')) throw new Refusal('Events with a delay are not read.')
    if (child(element, 'priority')) throw new Refusal('Priorities of events are not read.')
    const condition = this.formula(child(trigger, 'math'))
    const network = this.whole([], [])
    const initial = this.species.map((one) => one.initial)
    const early = trigger && !flag(trigger, 'initialValue', true) && this.now(network, condition, initial) !== 0
    if (early) throw new Refusal('It happens at time 0: put what it assigns into the initial values.')
    const assignments = list(element, 'listOfEventAssignments').map((one): Assignment => {
      const { variable } = one.attributes
      const species = this.symbols.species.get(variable)
      if (!species) throw new Refusal(`It assigns ${variable}; here events assign counts of species.`)
      const value = this.formula(child(one, 'math'))
      const { unit, index } = species
      const plain = unit.kind === 'number' && unit.value === 1
      return { species: index, value: plain ? value : operation('*', value, unit) }
    })
    if (assignments.length === 0) throw new Refusal('It assigns nothing.')
    this.report.add('read', element, 'It happens whenever its trigger becomes true.')
    return { trigger: condition, assignments, line: 1 }
  }
}
