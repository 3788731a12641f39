import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { AnalysisStatus } from '../analyses/analysis-status'
import { offerOfPanel } from '../analyses/kinds'
import { drawing } from '../figure/canvas'
import { type Fact, type Panel, same } from '../figure/figure'
import { type Layout, valueAt } from '../figure/layout'
import { useStudio } from '../studio'
import type { Live } from './live'
import { PanelControls } from './panel-controls'
import { type Dialog, PanelMenu } from './panel-menu'
import { pinSlice } from './pin'
import { read, type Spot, step } from './reading'

/** One panel: its heading, its picture, and the value under the pointer or the keyboard's cursor. */
export function PanelView({ id, title, live, onDialog }: Props) {
  const base = useRef<HTMLCanvasElement>(null)
  const overlay = useRef<HTMLCanvasElement>(null)
  const note = useRef<HTMLSpanElement>(null)
  const tools = useRef<Tools>(null)
  const spot = useRef<Spot>(undefined)
  const studio = useStudio()
  const analysis = offerOfPanel(id)
  const [reading, setReading] = useState('')
  const [facts, setFacts] = useState<readonly Fact[]>([])

  useEffect(() => {
    if (!base.current || !overlay.current || !note.current) return
    const onFacts = (next: readonly Fact[]) => setFacts((shown) => (same(shown, next) ? shown : next))
    const made = createTools(base.current, overlay.current, note.current, onFacts)
    tools.current = made
    const detach = live.attach(id, made)
    const watch = new ResizeObserver(() => live.redraw(id))
    watch.observe(base.current)
    return () => {
      watch.disconnect()
      detach()
    }
  }, [id, live])

  const look = (at: Spot | undefined) => {
    spot.current = at
    tools.current?.point(at)
    const panel = live.panel(id)
    const given = id === 'joint' ? live.hover(at) : ''
    setReading(at && panel ? [read(panel, at), given].filter((words) => words !== '').join('; ') : '')
  }
  /** On the joint map, the slice that is pointed at is kept. */
  const keep = () => {
    if (id === 'joint' && spot.current) pinSlice(studio, spot.current)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const panel = live.panel(id)
    if (event.key === 'Escape') look(undefined)
    if (event.key === 'Enter') keep()
    const next = panel && step(panel, spot.current, event.key)
    if (!next) return
    event.preventDefault()
    look(next)
  }

  const onPointer = (event: PointerEvent | MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    look(tools.current?.spotAt(event.clientX - box.left, event.clientY - box.top))
  }

  return (
    <section className="plot" data-panel={id} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <span ref={note} className="plot-note" />
        <PanelControls id={id} live={live} />
        <PanelMenu id={id} title={title} live={live} onDialog={onDialog} />
      </header>
      <div className="plot-area">
        <canvas
          ref={base}
          role="img"
          tabIndex={0}
          onKeyDown={onKeyDown}
          onBlur={() => look(undefined)}
          onPointerDown={onPointer}
          onPointerMove={onPointer}
          onClick={(event) => {
            onPointer(event)
            keep()
          }}
          onPointerLeave={() => look(undefined)}
        />
        <canvas ref={overlay} className="plot-overlay" />
        <output className="plot-reading" hidden={reading === ''}>
          {reading}
        </output>
      </div>
      {analysis?.main && <AnalysisStatus kind={analysis.offer.kind} />}
      {facts.length > 0 && <Facts facts={facts} />}
      {id.startsWith('marginal:') && <Verdict quantity={id.slice('marginal:'.length)} live={live} />}
    </section>
  )
}

/** Numbers that have no place on the axes. */
function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, text }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The methods against the surest of them. */
function Verdict({ quantity, live }: { quantity: string; live: Live }) {
  const { comparisons } = useSyncExternalStore(live.subscribe, live.outline)
  const found = comparisons.filter((comparison) => comparison.quantity === quantity)
  if (found.length === 0) return <p className="verdict" />
  return found.map(({ id, verdict, words }) => (
    <p key={id} className="verdict" data-verdict={verdict}>
      {words}
    </p>
  ))
}

interface Props {
  id: string
  title: string
  live: Live
  onDialog(dialog: Dialog): void
}

type Tools = ReturnType<typeof createTools>

/** What the live loop and the pointer need of the two canvases. */
function createTools(
  base: HTMLCanvasElement,
  overlay: HTMLCanvasElement,
  note: HTMLElement,
  onFacts: (facts: readonly Fact[]) => void,
) {
  const pencil = drawing(base, overlay)
  let layout: Layout | undefined
  let cursor: number | undefined
  let spot: Spot | undefined
  const refresh = () => layout && pencil.cursor(layout, cursor, spot)
  return {
    draw(panel: Panel) {
      layout = pencil.draw(panel)
      // A panel without a picture says why in its middle.
      note.textContent = panel.layers.length ? (panel.note ?? '') : ''
    },
    cursor(at: number | undefined) {
      cursor = at
      refresh()
    },
    refit: pencil.refit,
    describe(panel: Panel) {
      base.setAttribute('aria-label', panel.summary)
      onFacts(panel.facts ?? [])
    },
    point(at: Spot | undefined) {
      spot = at
      refresh()
    },
    /** The values under a position, if it lies inside the axes. */
    spotAt(x: number, y: number): Spot | undefined {
      if (!layout) return undefined
      const { left, right, top, bottom } = layout.plot
      if (x < left || x > right || y < top || y > bottom) return undefined
      return { x: valueAt(layout.x, x), y: valueAt(layout.y, y) }
    },
  }
}
