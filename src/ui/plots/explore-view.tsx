import { useEffect, useRef, useState } from 'react'
import { themeOf } from '../figure/canvas'
import { explore, forget } from '../figure/plotly'
import type { Live } from './live'

/** How often a stream may redraw the explorer, in ms: Plotly takes a good part of that. */
const refreshMs = 400

/** The panel with zoom and values under the pointer; follows the stream, slowly. */
export function ExploreView({ id, live }: { id: string; live: Live }) {
  const element = useRef<HTMLDivElement>(null)
  const [state, setState] = useState('Loading the explorer…')
  useEffect(() => {
    const box = element.current
    if (!box) return
    let open = true
    let drawn = -1
    const update = async () => {
      const panel = live.panel(id)
      const serial = live.serial()
      try {
        if (panel && serial !== drawn) await explore(box, panel, themeOf(box), serial)
        drawn = serial
        if (open) setState('')
      } catch (thrown) {
        if (open) setState(`The explorer could not be loaded: ${thrown instanceof Error ? thrown.message : thrown}`)
        return
      }
      if (open) setTimeout(update, refreshMs)
    }
    update()
    return () => {
      open = false
      forget(box)
    }
  }, [id, live])
  return (
    <>
      <div ref={element} className="explorer" />
      <p className="muted" role="status">
        {state || 'Drag to zoom, double-click to see all again.'}
      </p>
    </>
  )
}
