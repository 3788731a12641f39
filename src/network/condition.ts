/** A condition on counts, such as `X >= 25`, read by the network's own parser. */
import { type Diagnostic, Report, type Span } from './diagnostics'
import type { Network } from './network'
import { parse } from './parse'

export interface Condition {
  /**
   * The network with one more observable, the last: not 0 where the condition holds. Null if and only if a diagnostic
   * is an error.
   */
  readonly network: Network | null
  /** The text of that network. */
  readonly text: string
  /** Places, and those of fixes, count from the start of the condition. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Read a condition on the counts of the network with this text, which must be sound itself. Never throws. */
export function readCondition(text: string, condition: string): Condition {
  const head = `${text}\nobservable ${freeName(text)} = `
  const whole = head + condition
  const refused = (at: Span, message: string): Condition => {
    const report = new Report(condition)
    report.error(at, message)
    return { network: null, text: whole, diagnostics: report.diagnostics() }
  }
  const all = { offset: 0, length: condition.length }
  if (condition.trim() === '') return refused(all, 'There is no condition yet: write one such as `X >= 25`.')
  const split = condition.search(/[;#\r\n]/)
  if (split >= 0) return refused({ offset: split, length: 1 }, 'One condition only: nothing may follow it.')
  const { network, diagnostics } = parse(whole)
  const [line, shift] = [head.split(/\r\n?|\n/).length, head.length]
  if (diagnostics.some(({ severity, offset }) => severity === 'error' && offset < shift)) {
    return refused(all, 'The network text has an error: mend that first.')
  }
  const column = shift - Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) - 1
  const own = diagnostics
    .filter(({ offset }) => offset >= shift)
    .map((one) => ({
      ...one,
      offset: one.offset - shift,
      line: one.line - line + 1,
      column: one.column - column,
      fixes: one.fixes.filter(({ offset }) => offset >= shift).map((fix) => ({ ...fix, offset: fix.offset - shift })),
    }))
  return { network, text: whole, diagnostics: own }
}

/** A name that does not occur in the text. */
function freeName(text: string): string {
  let name = 'condition_'
  while (text.includes(name)) name += '_'
  return name
}
