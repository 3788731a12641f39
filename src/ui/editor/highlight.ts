/** Colours from the language's own tokens; names are coloured by what the network says they are. */
import { type Extension, RangeSetBuilder, StateEffect, StateField, type Text } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type { Network } from '../../network/network'
import { type TokenKind, tokenize } from '../../network/tokenize'

/** Tells the editor what the last good network is. */
export const setNetwork = StateEffect.define<Network>()

export type Role = 'species' | 'parameter' | 'let' | 'observable'

/** What each name means, for colours and completion. */
export const roles = StateField.define<ReadonlyMap<string, Role>>({
  create: () => new Map(),
  update: (value, transaction) =>
    transaction.effects.reduce((roles, effect) => (effect.is(setNetwork) ? rolesOf(effect.value) : roles), value),
})

function rolesOf({ species, parameters, lets, observables }: Network): Map<string, Role> {
  const found = new Map<string, Role>()
  for (const { name } of species) found.set(name, 'species')
  for (const { name } of parameters) found.set(name, 'parameter')
  for (const { name } of lets) found.set(name, 'let')
  for (const { name } of observables) found.set(name, 'observable')
  return found
}

const marks = new Map<string, Decoration>()

function mark(name: TokenKind | Role): Decoration {
  const known = marks.get(name)
  if (known) return known
  const made = Decoration.mark({ class: `tok-${name}` })
  marks.set(name, made)
  return made
}

/** Only lines on the screen are read: no token is longer than its line. */
function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  const meanings = view.state.field(roles)
  for (const { from, to } of view.visibleRanges) {
    const { text, start } = wholeLines(view.state.doc, from, to)
    for (const { kind, offset, length } of tokenize(text)) {
      if (kind === 'newline' || kind === 'separator') continue
      const meaning = kind === 'name' ? (meanings.get(text.slice(offset, offset + length)) ?? kind) : kind
      builder.add(start + offset, start + offset + length, mark(meaning))
    }
  }
  return builder.finish()
}

function wholeLines(doc: Text, from: number, to: number): { text: string; start: number } {
  const start = doc.lineAt(from).from
  return { text: doc.sliceString(start, doc.lineAt(to).to), start }
}

const painter = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = decorate(view)
    }
    update(update: ViewUpdate) {
      const renamed = update.startState.field(roles) !== update.state.field(roles)
      if (update.docChanged || update.viewportChanged || renamed) this.decorations = decorate(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

export const highlighting: Extension = [roles, painter]
