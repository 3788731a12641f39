/** What the identifiers of a model stand for: species, parameters, compartments, rules; and how amounts become counts. */

import { reserved } from '../functions'
import { maxNameLength } from '../limits'
import type { Expr } from '../network'
import { constant, identifiers, operation } from './math'
import type { ImportReport } from './report'
import { child, type Element, flag, list, numeric, Refusal } from './xml'

/** A species whose count is a part of the state. */
export interface SpeciesSymbol {
  readonly element: Element
  readonly name: string
  readonly index: number
  /** No reaction changes it. */
  readonly fixed: boolean
  /** Count of molecules in one unit of what formulas mean by its name: of amount, or of concentration. */
  readonly unit: Expr
}

/** A number, known at time 0: a parameter or the size of a compartment. */
export interface ValueSymbol {
  readonly element: Element
  readonly name: string
  readonly index: number
  /** Undefined until an initial assignment gives it. */
  readonly value: number | undefined
}

/** Defined by an assignment rule. `let` is its place among the lets, when formulas read it. */
export interface RuleSymbol {
  readonly rule: Element
  readonly name: string
  readonly let?: { readonly name: string; readonly index: number }
}

export interface Symbols {
  readonly species: Map<string, SpeciesSymbol>
  readonly values: Map<string, ValueSymbol>
  readonly rules: Map<string, RuleSymbol>
  readonly compartments: Map<string, Element>
  readonly functions: Map<string, Element>
  /** Items in one unit of a reaction's extent. */
  readonly perExtent: number
  /** A name like this one that the language allows and nothing has. */
  fresh(id: string): string
  /** What an identifier means in a formula; `local` are parameters of the kinetic law. */
  meaning(id: string, local?: ReadonlyMap<string, Expr>): Expr
}

/** An identifier as a name of the language; not yet one that is free. */
export function plainName(id: string | undefined): string {
  if (!id) throw new Refusal('It has no identifier.')
  return id.slice(0, maxNameLength - 20).replace(/^(?=\d)|[^A-Za-z0-9_]/g, '_')
}

/** Things that would have the same name here, told apart by a line under each more. */
const maxNamesakes = 20

/** The name, or one like it that is not taken. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  for (let i = 0, one = name; i < maxNamesakes; i++, one += '_') if (!taken(one) && !reserved(one)) return one
  throw new Refusal(`More than ${maxNamesakes} things would be called ${name} here: give them different identifiers.`)
}

/** Enter all identifiers of a model. */
export function readSymbols(model: Element, level: number, report: ImportReport): Symbols {
  const taken = new Set<string>()
  const fresh = (id: string): string => {
    const name = freeName(plainName(id), (one) => taken.has(one))
    taken.add(name)
    return name
  }
  const named = (element: Element, id: string): string => {
    const name = fresh(id)
    if (name !== id) report.add('converted', element, `It is called ${name} here.`)
    return name
  }
  const units = unitReader(model, level, report)
  const compartments = new Map(list(model, 'listOfCompartments').map((one) => [one.attributes.id, one]))
  const rules = new Map<string, RuleSymbol>()
  const species = new Map<string, SpeciesSymbol>()
  const values = new Map<string, ValueSymbol>()
  const functions = new Map(
    list(model, 'listOfFunctionDefinitions').map((one) => [one.attributes.id, child(one, 'math') ?? one]),
  )
  const onlyOne = ({ attributes: { id } }: Element): string => {
    if (values.has(id) || species.has(id)) throw new Refusal(`There is another ${id}: identifiers stand for one thing.`)
    return id
  }
  const addValue = (element: Element, value: number | undefined) => {
    const id = onlyOne(element)
    values.set(id, { element, name: named(element, id), index: values.size, value })
  }

  const assigned = list(model, 'listOfRules').filter(({ name }) => name === 'assignmentRule')
  const ruleOf = new Map(assigned.map((rule) => [rule.attributes.variable, rule]))
  const read = new Set(formulas(model).flatMap(identifiers))
  for (const id of compartments.keys()) {
    const element = compartments.get(id)!
    if (ruleOf.has(id) || !flag(element, 'constant', true)) {
      report.add('refused', element, 'Its size varies; compartments of constant size are read.')
    }
    const size = report.try(element, () => numeric(element, 'size') ?? numeric(element, 'volume'))
    if (size === undefined) report.add('assumed', element, 'It has no size; 1 is taken.')
    if (read.has(id) || (size ?? 1) !== 1 || hasInitial(model, id)) addValue(element, size ?? 1)
  }
  for (const element of list(model, 'listOfParameters')) {
    if (!ruleOf.has(element.attributes.id)) {
      const value = report.try(element, () => numeric(element, 'value')) ?? undefined
      report.try(element, () => addValue(element, value))
    }
  }
  const meaning: Symbols['meaning'] = (id, local) => {
    const value = values.get(id)
    const rule = rules.get(id)
    const one = species.get(id)
    if (local?.has(id)) return local.get(id)!
    if (value) return { kind: 'parameter', index: value.index }
    if (rule?.let) return { kind: 'let', index: rule.let.index }
    if (one) {
      const count: Expr = { kind: 'species', index: one.index }
      return isOne(one.unit) ? count : operation('/', count, one.unit)
    }
    if (compartments.has(id)) return constant(1)
    throw new Refusal(`It reads ${id}, which is no species, parameter, compartment or assigned quantity.`)
  }
  for (const element of list(model, 'listOfSpecies')) {
    const { id, compartment } = element.attributes
    if (ruleOf.has(id)) continue
    const fixed = flag(element, 'boundaryCondition', false) || flag(element, 'constant', false)
    report.try(element, () => {
      if (element.attributes.conversionFactor) throw new Refusal('Conversion factors are not read.')
      const perUnit = units.items(element.attributes.substanceUnits, element)
      const size = flag(element, 'hasOnlySubstanceUnits', false) ? undefined : values.get(compartment)
      const volume: Expr | null = size ? { kind: 'parameter', index: size.index } : null
      const unit =
        volume === null ? constant(perUnit) : perUnit === 1 ? volume : operation('*', constant(perUnit), volume)
      if (volume) report.add('converted', element, `In formulas it is a concentration: its count over ${size!.name}.`)
      onlyOne(element)
      species.set(id, { element, name: named(element, id), index: species.size, fixed, unit })
      if (fixed) report.add('read', element, 'Reactions do not change it: it is declared as fixed.')
    })
  }
  for (const [id, rule] of inOrder(ruleOf)) {
    const place = read.has(id) ? { name: fresh(`${id}_rule`), index: rules.size } : undefined
    rules.set(id, { rule, name: named(rule, id), ...(place && { let: place }) })
  }
  // Lets are numbered among themselves.
  let lets = 0
  for (const [id, rule] of rules) {
    if (rule.let) rules.set(id, { ...rule, let: { ...rule.let, index: lets++ } })
  }
  return { species, values, rules, compartments, functions, perExtent: units.extent, fresh, meaning }
}

const isOne = (e: Expr): boolean => e.kind === 'number' && e.value === 1

const hasInitial = (model: Element, id: string): boolean =>
  list(model, 'listOfInitialAssignments').some(({ attributes }) => attributes.symbol === id)

/** Everything in which an identifier may be read. */
const formulas = (model: Element): Element[] =>
  ['listOfFunctionDefinitions', 'listOfInitialAssignments', 'listOfRules', 'listOfReactions', 'listOfEvents'].flatMap(
    (name) => list(model, name),
  )

/** Assignment rules such that each reads only those before it. */
function inOrder(rules: ReadonlyMap<string, Element>): [string, Element][] {
  const order = readingOrder(
    (id) => identifiers(child(rules.get(id), 'math')).filter((other) => rules.has(other)),
    (id) => `The assignment rule of ${id} reads itself, through others.`,
  )
  return [...rules.keys()].flatMap(order).map((id) => [id, rules.get(id)!])
}

/**
 * A function that lists what is to be settled for `id`, itself last, each after what it reads, without what an earlier call
 * listed. Throws a `Refusal` where something reads itself. Chains may be as long as a file: nothing recurses.
 */
export function readingOrder(
  reads: (id: string) => readonly string[],
  circle: (id: string) => string,
): (id: string) => string[] {
  const listed = new Set<string>()
  return (root) => {
    const found: string[] = []
    const open = new Set<string>()
    const path: { id: string; rest: Iterator<string> }[] = []
    const enter = (id: string) => {
      if (listed.has(id)) return
      if (open.has(id)) throw new Refusal(circle(id))
      open.add(id)
      path.push({ id, rest: reads(id)[Symbol.iterator]() })
    }
    enter(root)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { done, value } = top.rest.next()
      if (!done) {
        enter(value)
        continue
      }
      path.pop()
      listed.add(top.id)
      found.push(top.id)
    }
    return found
  }
}

const avogadro = 6.02214076e23

/** Units of substance, as the number of items in one. */
function unitReader(model: Element, level: number, report: ImportReport) {
  const definitions = new Map(list(model, 'listOfUnitDefinitions').map((one) => [one.attributes.id, one]))
  let told = false
  const items = (named: string | undefined, at: Element): number => {
    const id =
      named ?? model.attributes.substanceUnits ?? (level === 2 && definitions.has('substance') ? 'substance' : '')
    if (id === '') {
      if (!told) report.add('assumed', model, 'No unit of substance is given: amounts are numbers of molecules.')
      told = true
      return 1
    }
    const count = inItems(id, definitions)
    if (count !== 1) {
      const digits = Number(count.toPrecision(6))
      report.add(
        'converted',
        at,
        `Its amounts are in ${id}, of ${digits} molecules each: counts are amounts times that.`,
      )
    }
    return count
  }
  const extents = model.attributes.extentUnits ?? model.attributes.substanceUnits
  const extent = report.try(model, () =>
    level === 3 && extents ? inItems(extents, definitions) : items(undefined, model),
  )
  return { items, extent: extent ?? 1 }
}

function inItems(id: string, definitions: ReadonlyMap<string, Element>): number {
  if (id === 'item' || id === 'dimensionless') return 1
  if (id === 'mole') return avogadro
  const [unit, ...more] = list(definitions.get(id), 'listOfUnits')
  const { kind, exponent = '1' } = unit?.attributes ?? {}
  const base = kind === 'item' || kind === 'dimensionless' ? 1 : kind === 'mole' ? avogadro : null
  if (!unit || base === null || more.length > 0 || Number(exponent) !== 1) {
    throw new Refusal(`The unit of substance ${id} is not a multiple of item or mole.`)
  }
  return base * (numeric(unit, 'multiplier') ?? 1) * 10 ** (numeric(unit, 'scale') ?? 0)
}
