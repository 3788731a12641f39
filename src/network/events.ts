/**
 * When events happen. A trigger may compare time with what never changes, and read counts as it likes: so it can only
 * turn at instants that are known beforehand, or when a reaction or another event changes a count that it reads.
 */

import { builder } from './evaluate'
import type { BinaryOperator, Expr, Network } from './network'
import { exprReads, parts } from './structure'

/** A look at the clock in a trigger: holds from the instant `at` on (`from`), or until then. */
export interface ClockFlag {
  /** Reads neither counts nor time. */
  readonly at: Expr
  readonly from: boolean
}

export interface Watch {
  /** In the order of `network.events`. Each look at the clock reads a flag instead: species S + k stands for flag k. */
  readonly triggers: readonly Expr[]
  readonly flags: readonly ClockFlag[]
}

/** What has to be watched so that no event of the network is missed. */
export function watchOf(network: Network): Watch {
  const flags: ClockFlag[] = []
  const S = network.species.length
  const replace = (e: Expr): Expr => {
    const flag = clockFlag(network, e)
    if (flag) return { kind: 'species', index: S + flags.push(flag) - 1 }
    switch (e.kind) {
      case 'unary':
        return { ...e, of: replace(e.of) }
      case 'binary':
        return { ...e, left: replace(e.left), right: replace(e.right) }
      case 'conditional':
        return { ...e, test: replace(e.test), yes: replace(e.yes), no: replace(e.no) }
      case 'call':
        return { ...e, args: e.args.map(replace) }
      default:
        return e
    }
  }
  return { triggers: network.events.map(({ trigger }) => replace(trigger)), flags }
}

/**
 * Whether time is read only where it is compared, by <, <=, > or >=, with what reads neither counts nor time. At the
 * instant of a comparison itself, a strict one counts as one that is not: the event is then, not an instant later.
 */
export function isWatchable(network: Network, trigger: Expr): boolean {
  const timed = new Map<number, boolean>()
  const letReadsTime = (e: Expr & { kind: 'let' }): boolean => {
    const known = timed.get(e.index) ?? exprReads(network, e).time
    timed.set(e.index, known)
    return known
  }
  const readsFreely = (e: Expr): boolean => {
    if (e.kind === 'let') return letReadsTime(e)
    return e.kind === 'time' || (!clockFlag(network, e) && parts(e).some(readsFreely))
  }
  return !readsFreely(trigger)
}

function clockFlag(network: Network, e: Expr): ClockFlag | null {
  if (e.kind !== 'binary') return null
  const [clock, at, op] = e.left.kind === 'time' ? [e.left, e.right, e.op] : [e.right, e.left, mirrored[e.op]]
  if (clock.kind !== 'time' || op === undefined || mirrored[op] === undefined) return null
  const { species, time } = exprReads(network, at)
  return species.length === 0 && !time ? { at, from: op === '>' || op === '>=' } : null
}

/** c < t is t > c. */
const mirrored: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** The state of a plain walker, and how it watches its triggers: what compiled code does by itself. */
export interface PlainWatch {
  /** The counts, then the flags; and the counts alone. The same memory. */
  readonly state: Float64Array
  readonly counts: Float64Array
  readonly truth: Float64Array
  /** Whether a trigger is no longer what it was when last looked at. */
  flipped(): boolean
}

export function plainWatch(network: Network, parameters: ArrayLike<number>): PlainWatch {
  const { triggers, flags } = watchOf(network)
  const S = network.species.length
  const state = new Float64Array(S + flags.length)
  const truth = new Float64Array(triggers.length)
  const rules = triggers.map(builder(network, parameters))
  return {
    state,
    counts: state.subarray(0, S),
    truth,
    flipped: () => rules.some((rule, e) => (rule(state, 0) !== 0) !== (truth[e] === 1)),
  }
}
