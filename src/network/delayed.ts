/** A network as a clock sees it that is started late. */
import type { Expr, Network } from './network'
import { readsTime } from './structure'

/** The same network with t + `by` wherever it reads t. */
export function delayed(network: Network, by: number): Network {
  if (by === 0 || !readsTime(network)) return network
  const late: Expr = { kind: 'binary', op: '+', left: { kind: 'time' }, right: { kind: 'number', value: by } }
  const shift = (e: Expr): Expr => {
    switch (e.kind) {
      case 'time':
        return late
      case 'unary':
        return { ...e, of: shift(e.of) }
      case 'binary':
        return { ...e, left: shift(e.left), right: shift(e.right) }
      case 'conditional':
        return { ...e, test: shift(e.test), yes: shift(e.yes), no: shift(e.no) }
      case 'call':
        return { ...e, args: e.args.map(shift) }
      default:
        return e
    }
  }
  return {
    ...network,
    lets: network.lets.map((l) => ({ ...l, expr: shift(l.expr) })),
    reactions: network.reactions.map((r) => ({ ...r, rate: shift(r.rate) })),
  }
}
