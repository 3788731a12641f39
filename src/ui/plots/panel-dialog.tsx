import { type ReactNode, useEffect, useRef } from 'react'
import { ExploreView } from './explore-view'
import { ExportForm } from './export-form'
import type { Live } from './live'
import type { Dialog } from './panel-menu'
import { TableView } from './table-view'

/** The one dialog of the plots; what is in it depends on what was asked for. */
export function PanelDialog({ dialog, live, onClose }: { dialog: Dialog; live: Live; onClose(): void }) {
  const panel = live.panel(dialog.id)
  if (!panel) return null
  switch (dialog.kind) {
    case 'export':
      return (
        <Frame title={`Export: ${panel.title}`} onClose={onClose}>
          <ExportForm panel={panel} />
        </Frame>
      )
    case 'table':
      return (
        <Frame title={panel.note ? `${panel.title}, ${panel.note}` : panel.title} onClose={onClose}>
          <TableView panel={panel} />
        </Frame>
      )
    case 'explore':
      return (
        <Frame title={panel.title} onClose={onClose} wide>
          <ExploreView id={dialog.id} live={live} />
        </Frame>
      )
  }
}

function Frame({ title, wide, onClose, children }: FrameProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  return (
    <dialog ref={element} className="plot-dialog" data-wide={wide} aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="quiet" aria-label="Close" onClick={() => element.current?.close()}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  )
}

interface FrameProps {
  title: string
  wide?: boolean
  onClose(): void
  children: ReactNode
}
