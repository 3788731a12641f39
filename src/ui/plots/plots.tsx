import './plots.css'
import './menus.css'
import '../analyses/analyses.css'
import './plot-dialog.css'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { AnalyseMenu } from '../analyses/analyse-menu'
import { useStudio, useView } from '../studio'
import { createLive, type Live } from './live'
import { PanelView } from './panel'
import { PanelDialog } from './panel-dialog'
import type { Dialog } from './panel-menu'
import { TimeCursor } from './time-cursor'
import { ViewMenu } from './view-menu'

/** The right half of the studio: everything that answers are drawn on. */
export function Plots() {
  const studio = useStudio()
  const [live, setLive] = useState<Live>()
  useEffect(() => {
    const made = createLive(studio)
    setLive(made)
    return () => made.close()
  }, [studio])
  return live ? <Panels live={live} /> : null
}

function Panels({ live }: { live: Live }) {
  const { heads, outdated } = useSyncExternalStore(live.subscribe, live.outline)
  const focus = useView((state) => state.focus)
  const [dialog, setDialog] = useState<Dialog>()
  useThemeRedraw(live)
  const shown = heads.some(({ id }) => id === focus) ? heads.filter(({ id }) => id === focus) : heads
  return (
    <div className="plots" data-outdated={outdated}>
      <div className="plots-bar">
        <TimeCursor />
        <ViewMenu />
        <AnalyseMenu />
        <p className="updating" role="status">
          {outdated ? 'updating' : ''}
        </p>
      </div>
      {heads.length === 0 && <p className="plots-empty muted">The first picture is on its way.</p>}
      <div className="plots-grid" data-alone={shown.length === 1} data-few={shown.length < 4}>
        {shown.map(({ id, title }) => (
          <PanelView key={id} id={id} title={title} live={live} onDialog={setDialog} />
        ))}
      </div>
      {dialog && <PanelDialog dialog={dialog} live={live} onClose={() => setDialog(undefined)} />}
    </div>
  )
}

/** Canvases do not follow style sheets by themselves. */
function useThemeRedraw(live: Live): void {
  useEffect(() => {
    const watch = new MutationObserver(() => live.redraw())
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => watch.disconnect()
  }, [live])
}
