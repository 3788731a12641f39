/** Diagnostics of the language, as the editor draws them: a squiggle, a sentence, a button for each fix. */
import type { Diagnostic as Squiggle } from '@codemirror/lint'
import type { EditorView } from '@codemirror/view'
import type { Diagnostic, Fix } from '../../network/parse'

/** Apply a fix, if the text is still the one that it was made for. */
export function applyFix(view: EditorView, text: string, { offset, length, insert }: Fix): void {
  if (view.state.doc.toString() !== text) return
  view.dispatch({
    changes: { from: offset, to: offset + length, insert },
    selection: { anchor: offset + insert.length },
    scrollIntoView: true,
    userEvent: 'input.fix',
  })
  view.focus()
}

/** An empty place is widened to a character, so that there is something to underline. */
export function squiggles(text: string, diagnostics: readonly Diagnostic[]): Squiggle[] {
  return diagnostics.map(({ severity, message, offset, length, fixes }) => {
    const to = Math.min(text.length, offset + Math.max(1, length))
    return {
      from: Math.min(offset, Math.max(0, to - 1)),
      to,
      severity,
      message,
      actions: fixes.map((fix) => ({ name: fix.label, apply: (view: EditorView) => applyFix(view, text, fix) })),
    }
  })
}
