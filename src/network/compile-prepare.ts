/**
 * What of a network is known before its first event, and is computed once per set of parameters: its constants, and costly
 * propensities of one count in tables.
 */
import { emit, emitPropensity, isConstant, isCostly, type Scope } from './compile-expr'
import {
  branchIf,
  type Code,
  type Func,
  f64Op,
  f64Type,
  get,
  i32,
  i32Op,
  i32Type,
  load,
  loop,
  set,
  store,
} from './compile-wasm'
import type { Expr, Network } from './network'
import { parts, reads } from './structure'

/** Counts from 0 up to this many have their costly propensities in tables; beyond, they are computed. */
export const tableCells = 4096
const maxTables = 64
export interface Table {
  readonly reaction: number
  readonly species: number
  readonly address: number
}

/** What every replicate reads and none writes. */
export interface Fixed {
  readonly parameters: number
  readonly constants: number
  readonly tables: readonly Table[]
}

/** Expressions that read neither counts nor time, to be computed once per set of parameters. */
export interface Constants {
  readonly lets: ReadonlyMap<number, number>
  readonly exprs: ReadonlyMap<Expr, number>
}

/** Costly propensities of one species, and where to keep them. */
export function placeTables(network: Network, take: (bytes: number) => number): readonly Table[] {
  const tables = network.reactions.flatMap(({ rate }, reaction): Table[] => {
    const { species } = reads(network, reaction)
    if (species.length !== 1 || !isCostly(network, rate)) return []
    return [{ reaction, species: species[0], address: 0 }]
  })
  return tables.slice(0, maxTables).map((table) => ({ ...table, address: take(tableCells * 8) }))
}

/** The largest constant parts of the rates and of the lets that are not constant themselves. */
export function findConstants(network: Network): Constants {
  const lets = new Map<number, number>()
  const exprs = new Map<Expr, number>()
  const size = () => lets.size + exprs.size
  const walk = (e: Expr): void => {
    if (e.kind === 'number' || e.kind === 'parameter' || e.kind === 'let') return
    if (isConstant(network, e)) {
      exprs.set(e, size())
      return
    }
    parts(e).forEach(walk)
  }
  network.lets.forEach(({ expr }, index) => {
    if (isConstant(network, expr)) lets.set(index, size())
    else walk(expr)
  })
  for (const { rate } of network.reactions) walk(rate)
  return { lets, exprs }
}

/** Lets that a rate reads, through other lets, and that are not constant: in the order in which to compute them. */
export function letsOf(network: Network, constants: Constants, rate: Expr): number[] {
  const found = new Set<number>()
  const walk = (e: Expr): void => {
    for (const part of parts(e)) walk(part)
    if (e.kind !== 'let' || found.has(e.index) || constants.lets.has(e.index)) return
    found.add(e.index)
    walk(network.lets[e.index].expr)
  }
  walk(rate)
  return [...found].sort((a, b) => a - b)
}

export function scopeOf(layout: Fixed, constants: Constants, species: (s: number) => Code, firstLet: number): Scope {
  return {
    species,
    constant(e) {
      if (e.kind === 'parameter') return load(layout.parameters + 8 * e.index)
      const at = e.kind === 'let' ? constants.lets.get(e.index) : constants.exprs.get(e)
      return at === undefined ? null : load(layout.constants + 8 * at)
    },
    let: (index) => get(firstLet + index),
  }
}

/** `prepare()`: computes constants from the parameters, then fills the tables. */
export function prepareFunction(network: Network, layout: Fixed, constants: Constants): Func {
  const [i, x, hold, firstLet] = [0, 1, 2, 3]
  const outright = { ...scopeOf(layout, constants, () => get(x), firstLet) }
  outright.constant = (e) => {
    if (e.kind === 'parameter') return load(layout.parameters + 8 * e.index)
    const at = e.kind === 'let' ? constants.lets.get(e.index) : undefined
    return at === undefined ? null : load(layout.constants + 8 * at)
  }
  const slots: [Expr, number][] = [...constants.exprs]
  for (const [index, at] of constants.lets) slots.push([network.lets[index].expr, at])
  // in the order of their numbers: a constant reads constant lets before it
  slots.sort((a, b) => a[1] - b[1])
  const scope = scopeOf(layout, constants, () => get(x), firstLet)
  const fillTable = ({ reaction, address }: Table): Code => [
    set(i, i32(0)),
    loop(
      set(x, f64Op.fromI32(get(i))),
      letsOf(network, constants, network.reactions[reaction].rate).map((l) =>
        set(firstLet + l, emit(network.lets[l].expr, scope)),
      ),
      store(address, emitPropensity(network, network.reactions[reaction], scope, hold), i32Op.shl(get(i), i32(3))),
      set(i, i32Op.add(get(i), i32(1))),
      branchIf(i32Op.ltU(get(i), i32(tableCells)), 0),
    ),
  ]
  return {
    name: 'prepare',
    parameters: [],
    results: [],
    locals: [
      { count: 1, type: i32Type },
      { count: 2 + network.lets.length, type: f64Type },
    ],
    body: [slots.map(([e, at]) => store(layout.constants + 8 * at, emit(e, outright))), layout.tables.map(fillTable)],
  }
}
