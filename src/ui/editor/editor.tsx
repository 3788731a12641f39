/** The network as text, with what is wrong with it said below in plain sentences. */
import './editor.css'
import type { EditorView } from '@codemirror/view'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Diagnostic, Fix } from '../../network/parse'
import { grouped } from '../figure/ticks'
import { useStudies, useStudio } from '../studio'
import { mountEditor } from './mount'
import { applyFix } from './problems'

export function Editor() {
  const studio = useStudio()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<EditorView>()
  useEffect(() => {
    const { view, unmount } = mountEditor(host.current as HTMLDivElement, studio)
    setView(view)
    return unmount
  }, [studio])
  return (
    <>
      <div className="editor" ref={host} />
      <Progress />
      {view && <Problems view={view} />}
    </>
  )
}

/** How far a long text has been read. */
function Progress() {
  const { reader } = useStudio()
  const progress = useStore(reader, (state) => state.progress)
  if (!progress) return null
  const { lines, of } = progress
  return (
    <p className="reading-text">
      reading… {grouped(lines)} of {grouped(of)} lines
    </p>
  )
}

/** Listed below the editor; the rest is squiggled in the text. */
const listed = 3

function Problems({ view }: { view: EditorView }) {
  const text = useStudies(({ study }) => study.network)
  const diagnostics = useStudies(({ parsed }) => parsed.diagnostics)
  const ordered = [...diagnostics].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
  const goTo = ({ offset, length }: Diagnostic) => {
    const end = view.state.doc.length
    view.dispatch({
      selection: { anchor: Math.min(offset, end), head: Math.min(offset + length, end) },
      scrollIntoView: true,
    })
    view.focus()
  }
  return (
    <ul className="problems" aria-label="Problems in the text">
      {ordered.slice(0, listed).map((diagnostic) => (
        <li key={`${diagnostic.offset} ${diagnostic.message}`} data-severity={diagnostic.severity}>
          <button type="button" className="link" onClick={() => goTo(diagnostic)}>
            Line {diagnostic.line}
          </button>{' '}
          <Quoted text={diagnostic.message} />
          {diagnostic.fixes.map((fix: Fix) => (
            <button type="button" className="fix" key={fix.label} onClick={() => applyFix(view, text, fix)}>
              <Quoted text={fix.label} />
            </button>
          ))}
        </li>
      ))}
      {ordered.length > listed && <li className="muted">and {ordered.length - listed} more</li>}
    </ul>
  )
}

/** Pieces of the network text stand between backquotes. */
function Quoted({ text }: { text: string }) {
  const pieces = text.split('`')
  if (pieces.length % 2 === 0) return <span>{text}</span>
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence have no other identity
  return <span>{pieces.map((piece, k) => (k % 2 ? <code key={k}>{piece}</code> : piece))}</span>
}
