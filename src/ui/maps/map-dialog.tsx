/** A law over two parameters, solved cell by cell; a click takes the sliders there. */
import '../inference/inference.css'
import './map.css'
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import type { MapRequest } from '../../analysis/tasks'
import { quantities } from '../../network/network'
import type { Problem } from '../../solvers/contract'
import { largest } from '../../solvers/design'
import type { LearntMap, ShapeName } from '../../store/map'
import { version } from '../../version'
import { Dialog } from '../controls/dialog'
import { NumberField } from '../controls/number-field'
import type { Provenance } from '../figure/figure'
import { number } from '../figure/ticks'
import { FigureView, type Place } from '../figure/view'
import { useMap, useStudies, useStudio } from '../studio'
import { cellAt, type MapSoFar, type MapSource, mapPanel, placeOf, shapeWords, surety, valuesAt } from './panel'

type Side = MapRequest['x']

const usualCount = 24
const mostCount = 200

export function MapDialog() {
  const { map, studies } = useStudio()
  const { network } = useStudies(({ reading }) => reading.problem)
  const { show, draw, cancel } = map.getState()
  const status = useMap((state) => state.status)
  const asked = useMap((state) => state.request)
  const complaint = useMap((state) => state.complaint)
  const elapsedMs = useMap((state) => state.elapsedMs)
  const first = useMemo(() => firstRequest(studies.getState().reading.problem), [studies])
  const [request, setRequest] = useState(asked ?? first)
  const close = () => show(false)
  if (!request || network.parameters.length < 2) {
    return (
      <Dialog title="Map over two parameters" className="map" onClose={close}>
        <p>A map needs a network with two parameters or more: write `parameter k = 1 in [0, 2]` in its text.</p>
      </Dialog>
    )
  }
  const change = (part: Partial<typeof request>) => setRequest({ ...request, ...part })
  const start = () => {
    const { version, network, parameters, initial } = studies.getState().good
    draw({ ...request, study: { version, network, parameters, initial, times: [0] } })
  }
  const names = quantities(network)
  return (
    <Dialog title="Map over two parameters" className="map" onClose={close}>
      <div className="infer-row">
        <label>
          Of{' '}
          <select value={request.quantity} onChange={({ target }) => change({ quantity: target.value })}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <select
            aria-label="When"
            value={request.time === null ? 'rest' : 'time'}
            onChange={({ target }) => change({ time: target.value === 'rest' ? null : (first?.time ?? 1) })}
          >
            <option value="time">at time</option>
            <option value="rest">at rest</option>
          </select>{' '}
          {request.time !== null && (
            <NumberField label="Time of the map" min={0} value={request.time} onCommit={(time) => change({ time })} />
          )}
        </label>
      </div>
      <SideForm label="Across" side={request.x} onChange={(x) => change({ x })} />
      <SideForm label="Upwards" side={request.y} onChange={(y) => change({ y })} />
      <p className="infer-row">
        {status === 'running' ? (
          <button type="button" onClick={cancel}>
            Stop
          </button>
        ) : (
          <button type="button" className="primary" disabled={request.x.name === request.y.name} onClick={start}>
            Draw the map
          </button>
        )}
        <output className="muted">
          {request.x.name === request.y.name && 'Two different parameters are needed.'}
          {status === 'done' && elapsedMs !== undefined && `Done in ${(elapsedMs / 1000).toFixed(1)} s.`}
          {status === 'cancelled' && 'Stopped.'}
        </output>
      </p>
      {complaint && (
        <p role="alert">
          {complaint.message}.{complaint.hint ? ` ${complaint.hint}.` : ''}
        </p>
      )}
      <Picture />
    </Dialog>
  )
}

interface SideFormProps {
  readonly label: string
  readonly side: Side
  onChange(side: Side): void
}

function SideForm({ label, side, onChange }: SideFormProps) {
  const network = useStudies(({ reading }) => reading.problem.network)
  const choose = (name: string) => {
    const chosen = network.parameters.find((parameter) => parameter.name === name)
    if (chosen) onChange({ ...sideOf(chosen), count: side.count })
  }
  return (
    <div className="infer-row">
      <label>
        {label}{' '}
        <select value={side.name} onChange={({ target }) => choose(target.value)}>
          {network.parameters.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <span className="infer-field">
        from{' '}
        <NumberField label={`Least ${side.name}`} value={side.min} onCommit={(min) => onChange({ ...side, min })} />
      </span>
      <span className="infer-field">
        to <NumberField label={`Most ${side.name}`} value={side.max} onCommit={(max) => onChange({ ...side, max })} />
      </span>
      <span className="infer-field">
        in{' '}
        <NumberField
          label={`Values of ${side.name}`}
          integer
          min={2}
          max={mostCount}
          value={side.count}
          onCommit={(count) => onChange({ ...side, count })}
        />{' '}
        values
      </span>
      <label>
        <input
          type="checkbox"
          checked={side.log}
          disabled={!(side.min > 0)}
          onChange={({ target }) => onChange({ ...side, log: target.checked })}
        />{' '}
        even in the logarithm
      </label>
    </div>
  )
}

/** The map as far as it is there; arrows move the cross, Enter or a click takes the sliders to it. */
function Picture() {
  const studio = useStudio()
  const request = useMap((state) => state.request)
  const values = useMap((state) => state.values)
  const rows = useMap((state) => state.rows)
  const error = useMap((state) => state.error)
  const estimated = useMap((state) => state.estimated)
  const learnt = useMap((state) => state.learnt)
  const [shape, setShape] = useState<ShapeName>('bimodality')
  const [cell, setCell] = useState<readonly [number, number]>()
  const [panel, early] = useMemo(() => {
    if (!request || !values) return []
    const of = (source: MapSource, map: MapSoFar, reach: number) =>
      mapPanel(request, map, shape, provenanceOf(source, map, studio.link), source, reach)
    const reach = highest(values[shape], learnt?.values[shape])
    return [of('exact', { values, rows, error, estimated }, reach), learnt && of('learnt', learnt, reach)]
  }, [request, values, rows, error, estimated, learnt, shape, studio])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another map, another cell
  useEffect(() => setCell(undefined), [request])
  if (!panel || !request || !values) return null
  const go = (to: readonly [number, number]) => {
    setCell(to)
    const [x, y] = valuesAt(request, to)
    const { setParameter } = studio.studies.getState()
    setParameter(request.x.name, x)
    setParameter(request.y.name, y)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, readonly [number, number]> = {
      ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
    }
    const move = moves[event.key]
    if (event.key === 'Enter' && cell) go(cell)
    if (!move) return
    event.preventDefault()
    const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value))
    const [i, j] = cell ?? [-move[0], -move[1]]
    setCell([clamp(i + move[0], request.x.count), clamp(j + move[1], request.y.count)])
  }
  return (
    <>
      <p className="infer-row">
        <label>
          Colour:{' '}
          <select value={shape} onChange={({ target }) => setShape(target.value as ShapeName)}>
            {Object.entries(shapeWords).map(([id, words]) => (
              <option key={id} value={id}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <output className="map-reading">{reading(request, values, learnt?.values, cell)}</output>
      </p>
      <div className="map-pair">
        {[early, panel].map(
          (one) =>
            one && (
              <FigureView
                key={one.id}
                panel={one}
                spot={cell && placeOf(request, cell)}
                onPoint={(at: Place | undefined) => at && setCell(cellAt(request, at))}
                onPick={(at) => go(cellAt(request, at))}
                onKeyDown={onKeyDown}
              />
            ),
        )}
      </div>
      <p className="muted">
        A click, or Enter, takes the sliders to the cell. The bimodality coefficient is 1/(kurtosis − skewness²): 1/3
        for a Poisson or normal law, 1 for two spikes.
        {early && ' By projection:'} {surety('exact', { values, rows, error, estimated })}
      </p>
      {learnt && <p className="muted">{toldOf(learnt, request)}</p>}
    </>
  )
}

const provenanceOf = (source: MapSource, map: MapSoFar, link: () => string): Provenance => ({
  version,
  seed: 0,
  methods: [
    source === 'exact'
      ? { solver: 'analysis', title: 'Maps by projection', error: surety(source, map) }
      : { solver: map.solver ?? '', title: 'Maps from the network', error: surety(source, map) },
  ],
  link,
})

function highest(...maps: (Float64Array | undefined)[]): number {
  return maps.reduce((most, values) => values?.reduce((a, b) => (b > a ? b : a), most) ?? most, 0)
}

/** What is said of the map from the network. */
function toldOf(map: LearntMap, { x, y }: MapRequest): string {
  const { complaint, elapsedMs } = map
  if (complaint) return `From the network there is no map: ${complaint}.`
  const cells = `${x.count} × ${y.count} cells`
  if (elapsedMs === undefined) return `From the network: ${cells} …`
  return `From the network: ${cells} in ${(elapsedMs / 1000).toFixed(2)} s. ${surety('learnt', map)}`
}

function reading(
  request: MapRequest,
  values: Readonly<Record<ShapeName, Float64Array>>,
  learnt: Readonly<Record<ShapeName, Float64Array>> | undefined,
  cell: readonly [number, number] | undefined,
): string {
  if (!cell) return ''
  const [x, y] = valuesAt(request, cell)
  const at = cell[1] * request.x.count + cell[0]
  const told = Object.entries(shapeWords).map(([id, words]) => {
    const tell = (value: number) => (Number.isNaN(value) ? 'unknown' : number(Number(value.toPrecision(4))))
    const early = learnt ? ` (network ${tell(learnt[id as ShapeName][at])})` : ''
    return `${words} ${tell(values[id as ShapeName][at])}${early}`
  })
  return `${request.x.name} = ${number(x)}, ${request.y.name} = ${number(y)}: ${told.join(', ')}`
}

/** Two parameters that have ranges, the last species of which there may be many, the last time. */
function firstRequest({ network, initial, times }: Problem): Omit<MapRequest, 'study'> | undefined {
  const ranged = network.parameters.filter(({ range }) => range)
  const [a, b] = [...ranged, ...network.parameters.filter(({ range }) => !range)]
  if (!a || !b) return undefined
  const time = times.length ? times[times.length - 1] : 1
  // Of a gene that is on or off a map tells little; what it makes often comes last.
  const roomy = network.species.filter((_, s) => largest(network, initial, s) > 1)
  const quantity = (roomy.at(-1) ?? network.species.at(-1))?.name ?? quantities(network)[0]
  return { x: sideOf(a), y: sideOf(b), quantity, time }
}

function sideOf({ name, value, range }: Problem['network']['parameters'][number]): Side {
  if (range) return { name, min: range.min, max: range.max, log: range.log, count: usualCount }
  return { name, min: value / 4, max: value * 4 || 1, log: value > 0, count: usualCount }
}
