/** What can be read but is probably not meant. Asked only of networks without errors. */

import { type Fix, quote, type Report, span } from './diagnostics'
import { evaluators } from './evaluate'
import type { Expr, Network, Reaction } from './network'
import { exprText, propensityText } from './propensity'
import type { ReactionItem } from './reaction'
import { type Steps, scaled, stride } from './steps'

/** The statement that a reaction comes from: 0 is its forward direction, 1 its backward one. */
export interface Source {
  readonly item: ReactionItem
  readonly direction: number
}

/** Warn of reactions whose rate repeats the reactants, that change nothing, or that start off impossible. */
export function* caution(network: Network, sources: readonly Source[], report: Report): Steps<void> {
  yield* scaled(warnOfRepeatedReactants(network, sources, report), 0, 0.3)
  warnOfIdleReactions(network, sources, report)
  yield* scaled(warnOfImpossibleRates(network, sources, report), 0.4, 1)
}

function* warnOfRepeatedReactants(network: Network, sources: readonly Source[], report: Report): Steps<void> {
  for (const [r, reaction] of network.reactions.entries()) {
    if (r % suspectsAtOnce === suspectsAtOnce - 1) yield r / network.reactions.length
    if (report.full('warning') || !repeatsReactants(reaction)) continue
    const { item, direction } = sources[r]
    const twin = item.rates.length > 1 ? network.reactions[direction === 0 ? r + 1 : r - 1] : null
    const explicit = twin ? '<=>' : '=>'
    const fixes: Fix[] =
      twin && !repeatsReactants(twin) ? [] : [{ label: `Write \`${explicit}\``, ...span(item.arrow), insert: explicit }]
    const propensity = quote(propensityText(network, r))
    const meant = quote(exprText(network, reaction.rate))
    const message = `Mass action multiplies by the reactants, so the propensity is ${propensity}. If ${meant} is meant, write \`${explicit}\`.`
    report.warning(span(item.rates[direction]), message, fixes)
  }
}

/** A reactant that is a factor of a mass-action rate, or the substrate of a saturating one, probably counts twice. */
function repeatsReactants({ law, reactants, rate }: Reaction): boolean {
  if (law !== 'mass-action' || reactants.length === 0 || rate.kind === 'number' || rate.kind === 'parameter')
    return false
  const reacts = (e: Expr): boolean => e.kind === 'species' && reactants.some((term) => term.species === e.index)
  const repeats = (e: Expr): boolean => {
    if (e.kind === 'unary') return repeats(e.of)
    if (e.kind === 'call') return (e.name === 'mm' || e.name === 'hill') && reacts(e.args[0])
    if (e.kind !== 'binary') return reacts(e)
    if (e.op === '*') return repeats(e.left) || repeats(e.right)
    return (e.op === '/' || e.op === '^') && repeats(e.left)
  }
  return repeats(rate)
}

function warnOfIdleReactions(network: Network, sources: readonly Source[], report: Report): void {
  network.reactions.forEach((reaction, r) => {
    const { item, direction } = sources[r]
    if (reaction.net.length === 0 && direction === 0) report.warning(span(item), 'This reaction changes no count.')
  })
}

/** Propensities at the initial counts and time 0. Plain constants are judged without building anything. */
function* warnOfImpossibleRates(network: Network, sources: readonly Source[], report: Report): Steps<void> {
  const plain = ({ rate }: Reaction): boolean =>
    (rate.kind === 'number' && rate.value >= 0) ||
    (rate.kind === 'parameter' && network.parameters[rate.index].value >= 0)
  const suspects = network.reactions.flatMap((reaction, r) => (plain(reaction) ? [] : [r]))
  if (suspects.length === 0) return
  const values = network.parameters.map((parameter) => parameter.value)
  const x = network.species.map((species) => species.initial)
  for (let from = 0; from < suspects.length; from += suspectsAtOnce) {
    if (from > 0) yield from / suspects.length
    const some = suspects.slice(from, from + suspectsAtOnce)
    const { rates } = evaluators({ ...network, reactions: some.map((r) => network.reactions[r]) }, values)
    some.forEach((r, i) => {
      const value = rates[i](x, 0)
      if (value >= 0 && value < Number.POSITIVE_INFINITY) return
      const what = Number.isNaN(value) ? 'not a number' : value < 0 ? `negative, ${short(value)}` : 'infinite'
      const { item, direction } = sources[r]
      report.warning(span(item.rates[direction]), `At the initial counts and time 0 this rate is ${what}.`)
    })
  }
}

const suspectsAtOnce = 4 * stride

const short = (value: number): string => String(Number(value.toPrecision(4)))
