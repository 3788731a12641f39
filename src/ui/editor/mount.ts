/**
 * CodeMirror on the studio's text. The text in the studio is the single truth: typing goes there, and whatever else
 * changes it (a slider, undo, another study) comes here as the smallest change. The editor keeps no history of its
 * own, so its undo and the studio's are one.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Annotation, EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, type ViewUpdate } from '@codemirror/view'
import { parse } from '../../network/parse'
import { longText } from '../../store/reading'
import type { Studio } from '../../store/studio'
import { plainBreaks, smallestChange } from './change'
import { complete } from './completion'
import { highlighting, setNetwork } from './highlight'
import { squiggles } from './problems'

/** Typing without a pause this long is one step of undo. */
const burstMs = 700
/** Squiggles wait this long for the next keystroke: half-typed words are not errors yet. */
const squiggleMs = 90
/** The text follows a slider no more often, unless it has the cursor. */
const followMs = 300
/** And no sooner than the picture has had its chance. */
const gestureMs = 60

const external = Annotation.define<boolean>()

/** Show the studio's text in `parent`. */
export function mountEditor(parent: HTMLElement, studio: Studio): { view: EditorView; unmount(): void } {
  const { studies, reader } = studio
  const burst = typingBurst(studio)
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: plainBreaks(studies.getState().study.network),
      extensions: [language, history(studio, burst), EditorView.updateListener.of((update) => typed(update))],
    }),
  })
  function typed(update: ViewUpdate): void {
    if (update.focusChanged && !update.view.hasFocus) burst.end()
    if (!update.docChanged || update.transactions.every((one) => one.annotation(external))) return
    burst.touch()
    take(update.state.doc.toString())
  }
  /** The studio has a long text when it has been read; until then the editor is ahead of it. */
  let ahead = false
  let takes = 0
  function take(text: string): void {
    const own = ++takes
    ahead = text.length >= longText
    const reading = reader.read(text)
    if (!ahead) {
      studies.getState().setText(text)
      return
    }
    reading.then((read) => {
      // A newer keystroke sees to itself; where a study was opened, or this one undone, the editor shows that.
      if (own !== takes) return
      ahead = false
      if (read) studies.getState().setText(text)
      else follow()
    })
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  const squiggle = () => {
    if (ahead) return
    const { parsed, study } = studies.getState()
    const text = view.state.doc.toString()
    // Offsets into a text from elsewhere, with other line breaks, are not offsets into this one.
    const { diagnostics } = text === study.network ? parsed : parse(text)
    view.dispatch(setDiagnostics(view.state, squiggles(text, diagnostics)))
  }
  let followed = 0
  let late: ReturnType<typeof setTimeout> | undefined
  const follow = () => {
    clearTimeout(late)
    late = undefined
    followed = performance.now()
    if (ahead) return
    const { study, parsed, reading } = studies.getState()
    const change = smallestChange(view.state.doc.toString(), plainBreaks(study.network))
    const effects = setNetwork.of(parsed.network ?? reading.problem.network)
    if (change) {
      const annotations = external.of(true)
      // An undo in the text shows what it undid; a slider leaves the cursor alone.
      const there = { selection: { anchor: change.from + change.insert.length }, scrollIntoView: true }
      view.dispatch({ changes: change, annotations, effects, ...(view.hasFocus && there) })
    } else view.dispatch({ effects })
    clearTimeout(timer)
    timer = setTimeout(squiggle, squiggleMs)
  }
  let last = studies.getState().parsed
  const unfollow = studies.subscribe((state) => {
    if (state.parsed === last) return
    last = state.parsed
    // Showing new text takes half a frame: under a slider that moves, some times a second are enough.
    // Nor may the first of them be before the picture, which the slider was moved for.
    const wait = Math.max(followed + followMs - performance.now(), gestureMs)
    if (view.hasFocus) follow()
    else late ??= setTimeout(follow, wait)
  })
  const catchUp = () => late !== undefined && follow()
  view.contentDOM.addEventListener('focus', catchUp)
  follow()
  return {
    view,
    unmount() {
      unfollow()
      view.contentDOM.removeEventListener('focus', catchUp)
      clearTimeout(late)
      clearTimeout(timer)
      burst.end()
      view.destroy()
    },
  }
}

interface Burst {
  touch(): void
  end(): void
}

/** Keystrokes close to each other are one gesture, so that one undo takes them all back. */
function typingBurst({ studies }: Studio): Burst {
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    studies.getState().endGesture()
  }
  return {
    touch() {
      if (timer === undefined) studies.getState().beginGesture()
      clearTimeout(timer)
      timer = setTimeout(end, burstMs)
    },
    end,
  }
}

/** Undo and redo of keyboard, menu and touch screen all go to the studio. */
function history({ studies, reader }: Studio, burst: Burst): Extension {
  const step = (event: Event, action: 'undo' | 'redo' | undefined) => {
    if (!action) return false
    event.preventDefault()
    burst.end()
    // What is still being read is the last thing that was done.
    if (action === 'undo' && reader.getState().progress) reader.stop()
    else studies.getState()[action]()
    return true
  }
  return EditorView.domEventHandlers({
    // Not a keymap: with caps lock on, shift and z make a plain `z`.
    keydown: (event) => step(event, stepOf(event)),
    beforeinput: (event) => step(event, menuSteps[event.inputType]),
  })
}

const menuSteps: Readonly<Record<string, 'undo' | 'redo'>> = { historyUndo: 'undo', historyRedo: 'redo' }

function stepOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): 'undo' | 'redo' | undefined {
  if (altKey || ctrlKey === metaKey) return undefined
  const letter = key.toLowerCase()
  if (letter === 'y') return 'redo'
  return letter === 'z' ? (shiftKey ? 'redo' : 'undo') : undefined
}

const calm = window.matchMedia('(prefers-reduced-motion: reduce)')

const language: Extension = [
  lineNumbers(),
  drawSelection({ cursorBlinkRate: calm.matches ? 0 : 1200 }),
  highlightActiveLine(),
  bracketMatching(),
  closeBrackets(),
  highlightSelectionMatches(),
  search({ top: true }),
  autocompletion({ override: [complete], icons: false }),
  highlighting,
  EditorState.languageData.of(() => [{ commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '['] } }]),
  // The column is narrow everywhere, and what a rate ends with matters as much as how it begins.
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({
    'aria-label': 'Network text',
    tabindex: '0',
    spellcheck: 'false',
    autocapitalize: 'off',
  }),
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...defaultKeymap]),
]
