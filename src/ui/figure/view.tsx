/** A panel on the page, apart from the live plots: drawn when it changes, its places pointed at where that is asked for. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useView } from '../studio'
import { drawing } from './canvas'
import type { Panel } from './figure'
import { type Layout, valueAt } from './layout'

export interface Place {
  readonly x: number
  readonly y: number
}

interface FigureProps {
  readonly panel: Panel
  /** Where the cross stands. */
  readonly spot?: Place
  /** A place was pointed at. */
  onPoint?(at: Place | undefined): void
  onPick?(at: Place): void
  onKeyDown?(event: KeyboardEvent): void
}

export function FigureView({ panel, spot, onPoint, onPick, onKeyDown }: FigureProps) {
  const base = useRef<HTMLCanvasElement>(null)
  const overlay = useRef<HTMLCanvasElement>(null)
  const pencil = useRef<ReturnType<typeof drawing>>(undefined)
  const layout = useRef<Layout>(undefined)
  const theme = useView((view) => view.theme)
  const [size, setSize] = useState(0)

  useEffect(() => {
    if (!base.current) return
    const watch = new ResizeObserver(() => setSize((n) => n + 1))
    watch.observe(base.current)
    return () => watch.disconnect()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new size or theme is drawn like a new panel
  useEffect(() => {
    if (!base.current || !overlay.current) return
    pencil.current ??= drawing(base.current, overlay.current)
    pencil.current.refit()
    layout.current = pencil.current.draw(panel)
    pencil.current.cursor(layout.current, undefined, spot)
  }, [panel, theme, size])
  useEffect(() => {
    if (layout.current) pencil.current?.cursor(layout.current, undefined, spot)
  }, [spot])

  const placeOf = (event: PointerEvent): Place | undefined => {
    if (!layout.current) return undefined
    const box = event.currentTarget.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    const { left, right, top, bottom } = layout.current.plot
    if (x < left || x > right || y < top || y > bottom) return undefined
    return { x: valueAt(layout.current.x, x), y: valueAt(layout.current.y, y) }
  }
  return (
    <figure className="figure-view">
      <figcaption>
        {panel.title} {panel.note && <small className="muted">{panel.note}</small>}
      </figcaption>
      <div className="plot-area">
        <canvas
          ref={base}
          role="img"
          aria-label={panel.summary}
          tabIndex={onPick ? 0 : undefined}
          onKeyDown={onKeyDown}
          onPointerMove={onPoint && ((event) => onPoint(placeOf(event)))}
          onPointerUp={
            onPick &&
            ((event) => {
              const at = placeOf(event)
              if (at) onPick(at)
            })
          }
        />
        <canvas ref={overlay} className="plot-overlay" />
      </div>
    </figure>
  )
}
