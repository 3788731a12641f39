import { useRef, useState } from 'react'
import { askedAnalyses } from '../../store/inquiries'
import { offerOfPanel } from '../analyses/kinds'
import { copyNumbers, copyPicture, type FileType, fileName, fileOf, save } from '../figure/export'
import type { Panel } from '../figure/figure'
import { paperOf } from '../figure/svg'
import { useStudio, useView } from '../studio'
import { askedOf, viewsText } from './asked'
import type { Live } from './live'
import { viewOfPanel } from './views'

/** A dialog about one panel. */
export interface Dialog {
  readonly kind: 'export' | 'table' | 'explore'
  readonly id: string
}

/** Everything one can take away from a panel. */
export function PanelMenu({ id, title, live, onDialog }: Props) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [message, setMessage] = useState('')
  const { studies, view } = useStudio()
  const focused = useView((state) => state.focus === id)

  const run = async (action: (panel: Panel) => Promise<string>) => {
    const panel = live.panel(id)
    if (menu.current) menu.current.open = false
    menu.current?.querySelector('summary')?.focus()
    if (!panel) return
    try {
      setMessage(await action(panel))
    } catch (thrown) {
      setMessage(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  const enlarge = () =>
    run(async () => {
      view.getState().setFocus(focused ? undefined : id)
      return ''
    })
  const takeAway = (panel: string) => {
    const { study, setView } = studies.getState()
    const analysis = offerOfPanel(panel)?.offer
    if (analysis) {
      const left = askedAnalyses(study).filter((kind) => kind !== analysis.kind)
      setView({ analyses: left.length ? left.join() : undefined })
      return 'Analysis removed'
    }
    setView(viewsText(askedOf(study).views.filter((other) => other !== viewOfPanel(panel)?.id)))
    return 'View removed'
  }
  const open = (kind: Dialog['kind']) =>
    run(async () => {
      onDialog({ kind, id })
      return ''
    })
  const download = (type: FileType, dpi = 300) =>
    run(async (panel) => {
      const name = fileName(panel, type)
      save(await fileOf(panel, type, paperOf(89), dpi), name)
      return `Saved ${name}`
    })

  return (
    <details
      ref={menu}
      className="menu"
      onKeyDown={({ key }) => key === 'Escape' && run(async () => '')}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary aria-label={`Export and explore: ${title}`} title="Export and explore">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 8h.01M8 8h.01M13 8h.01" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
        </svg>
      </summary>
      <div className="menu-list">
        <button type="button" onClick={enlarge}>
          {focused ? 'Show all panels' : 'Enlarge'}
        </button>
        {(viewOfPanel(id) ?? offerOfPanel(id)) && (
          <button type="button" onClick={() => run(async () => takeAway(id))}>
            {offerOfPanel(id) ? 'Remove this analysis' : 'Remove this view'}
          </button>
        )}
        <button type="button" onClick={() => open('explore')}>
          Explore: zoom, values
        </button>
        <button type="button" onClick={() => open('table')}>
          Table of the numbers
        </button>
        <hr />
        <button type="button" onClick={() => open('export')}>
          Export with size…
        </button>
        <button type="button" onClick={() => download('svg')}>
          SVG, 89 mm
        </button>
        <button type="button" onClick={() => download('png', 300)}>
          PNG, 300 dpi
        </button>
        <button type="button" onClick={() => download('png', 600)}>
          PNG, 600 dpi
        </button>
        <button type="button" onClick={() => download('csv')}>
          CSV
        </button>
        <hr />
        <button
          type="button"
          onClick={() => run((panel) => copyPicture(panel, paperOf(120)).then(() => 'Picture copied'))}
        >
          Copy picture
        </button>
        <button type="button" onClick={() => run((panel) => copyNumbers(panel).then(() => 'Numbers copied'))}>
          Copy numbers
        </button>
      </div>
      <output className="visually-hidden">{message}</output>
    </details>
  )
}

interface Props {
  id: string
  title: string
  live: Live
  onDialog(dialog: Dialog): void
}
