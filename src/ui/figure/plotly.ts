/**
 * The explorer: the same panel in Plotly, with zoom and values under the pointer. Plotly is heavy and slow with
 * streams, so it is loaded when first asked for and only ever shows one panel.
 */
import type { Config, Data, Layout } from 'plotly.js'
import { type Axis, axisTitle, type Ink, type Layer, type Panel } from './figure'
import { bottomOf, colour, shades, shadesOf, type Theme } from './ink'

let loading: ReturnType<typeof fetchPlotly> | undefined

function load() {
  loading ??= fetchPlotly()
  return loading
}

async function fetchPlotly() {
  const [{ default: plotly }, ...traces] = await Promise.all([
    import('plotly.js/lib/core'),
    import('plotly.js/lib/bar'),
    import('plotly.js/lib/heatmap'),
  ])
  plotly.register(traces.map((trace) => trace.default))
  return plotly
}

/** Draw or update; `serial` rises with every new frame. Zoom and pan survive updates. */
export async function explore(element: HTMLElement, panel: Panel, theme: Theme, serial: number): Promise<void> {
  const plotly = await load()
  const { data, layout } = plotlyFigure(panel, theme, serial)
  const config: Partial<Config> = {
    responsive: true,
    displaylogo: false,
    modeBarButtonsToRemove: ['lasso2d', 'select2d'],
  }
  await plotly.react(element, data, layout, config)
}

export async function forget(element: HTMLElement): Promise<void> {
  const plotly = await load()
  plotly.purge(element)
}

/** The panel in Plotly's words: pure, so that it can be tested without Plotly. */
export function plotlyFigure(panel: Panel, theme: Theme, serial: number): { data: Data[]; layout: Partial<Layout> } {
  const axis = (it: Axis) => ({
    title: { text: plain(axisTitle(it)) },
    type: it.scale,
    range: it.scale === 'log' ? it.domain.map(Math.log10) : [...it.domain],
    color: theme.text,
    ...(it.names && { tickvals: it.names.map((_, k) => k), ticktext: it.names.map(plain) }),
    showgrid: false,
    zeroline: false,
    showline: true,
    ticks: 'outside',
  })
  const layout = {
    datarevision: serial,
    uirevision: panel.id,
    paper_bgcolor: theme.page,
    plot_bgcolor: theme.page,
    font: { color: theme.text, family: 'Arial, Helvetica, sans-serif', size: 13 },
    margin: { l: 70, r: 20, t: 20, b: 60 },
    legend: { orientation: 'h', y: 1.08 },
    bargap: 0,
    barmode: 'overlay',
    hovermode: 'closest',
    xaxis: axis(panel.x),
    yaxis: axis(panel.y),
  } as Partial<Layout>
  return { data: panel.layers.flatMap((layer) => traces(layer, theme)), layout }
}

/** Plotly reads a little HTML in its texts; ours are words. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const dashNames = {
  solid: 'solid',
  dashed: 'dash',
  dotted: 'dot',
  'dash-dot': 'dashdot',
  long: 'longdash',
  'dash-dot-dot': 'longdashdot',
  short: 'dot',
} as const

const list = (values: ArrayLike<number>) => Array.from(values)

function traces(layer: Layer, theme: Theme): Data[] {
  const name = plain(
    'label' in layer && layer.kind === 'line' && layer.label ? `${layer.label}, ${layer.name}` : layer.name,
  )
  const tint = (ink: Ink) => colour(theme, ink)
  switch (layer.kind) {
    case 'steps':
      return layer.paths.map((path, k) => ({
        type: 'scatter',
        mode: 'lines',
        name,
        legendgroup: name,
        showlegend: k === 0,
        x: list(layer.x),
        y: list(path),
        opacity: layer.paths.length > 4 && k > 0 ? 0.4 : 1,
        line: { shape: 'hv', width: 1, color: tint(layer.ink) },
      }))
    case 'line':
    case 'curve': {
      const line = { color: tint(layer.ink), width: 1.6, dash: dashNames[layer.dash] }
      const opacity = layer.kind === 'line' && layer.faint ? 0.4 : 1
      return [{ type: 'scatter', mode: 'lines', name, x: list(layer.x), y: list(layer.y), line, opacity }]
    }
    case 'band': {
      const shared = {
        type: 'scatter',
        mode: 'lines',
        name,
        legendgroup: name,
        x: list(layer.x),
        line: { width: 0 },
      } as const
      const fill = `${tint(layer.ink)}33`
      return [
        { ...shared, y: list(layer.low), showlegend: false, hoverinfo: 'skip' },
        { ...shared, y: list(layer.high), fill: 'tonexty', fillcolor: fill },
      ]
    }
    case 'bars':
    case 'points': {
      const error_y = layer.whiskers && { type: 'data', array: list(layer.whiskers.size), thickness: 1, width: 0 }
      const shared = { name, x: list(layer.x), y: list(layer.y), error_y }
      const color = tint(layer.ink)
      return layer.kind === 'bars'
        ? [{ ...shared, type: 'bar', width: layer.width, marker: { color, opacity: 0.5 } } as Data]
        : [
            {
              ...shared,
              type: 'scatter',
              mode: 'markers',
              marker: { color, symbol: layer.mark === 'ring' ? 'circle-open' : layer.mark },
            } as Data,
          ]
    }
    case 'heat': {
      const { x, y, values, map, top } = layer
      const table = shadesOf(map)
      const side = ({ from, step, count }: typeof x) => Array.from({ length: count }, (_, k) => from + k * step)
      const z = Array.from({ length: y.count }, (_, j) =>
        Array.from({ length: x.count }, (_, i) => values[i * y.count + j]),
      )
      const colorscale = Array.from({ length: 33 }, (_, k): [number, string] => {
        const at = Math.round((k / 32) * (shades - 1))
        return [k / 32, `rgb(${table[3 * at]},${table[3 * at + 1]},${table[3 * at + 2]})`]
      })
      const bar = { title: { text: plain(layer.label), side: 'right' } }
      return [
        {
          type: 'heatmap',
          name,
          x: side(x),
          y: side(y),
          z,
          zmin: bottomOf(layer),
          zmax: top,
          colorscale,
          colorbar: bar,
        } as Data,
      ]
    }
    case 'ridges':
      return layer.rows.flatMap((row, r): Data[] => {
        const shared = { type: 'scatter', mode: 'lines', name, legendgroup: name, x: list(layer.x) } as const
        const line = { color: tint(layer.ink), width: 1 }
        const base = layer.at[r]
        const text = list(row).map((value) => `${plain(layer.label)} ${value.toPrecision(3)}`)
        const crest = list(row).map((value) => base + value * layer.heights[r])
        return [
          { ...shared, y: crest.map(() => base), line: { width: 0 }, showlegend: false, hoverinfo: 'skip' },
          { ...shared, y: crest, text, line, showlegend: r === 0, fill: 'tonexty', fillcolor: `${tint(layer.ink)}44` },
        ]
      })
    case 'arrows': {
      const { x, y, dx, dy } = layer
      // A stroke from tail to tip, a gap, and a mark at the tip.
      const stroke = (at: typeof x, by: typeof x) =>
        Array.from(at, (middle, k) => [middle - by[k] / 2, middle + by[k] / 2, null]).flat()
      const tip = (at: typeof x, by: typeof x) => Array.from(at, (middle, k) => middle + by[k] / 2)
      const text = Array.from(
        x,
        (_, k) => `${plain(layer.label)} ${layer.across[k].toPrecision(3)}, ${layer.upwards[k].toPrecision(3)}`,
      )
      const color = tint(layer.ink)
      return [
        {
          type: 'scatter',
          mode: 'lines',
          name,
          legendgroup: name,
          x: stroke(x, dx),
          y: stroke(y, dy),
          line: { color, width: 1 },
          hoverinfo: 'skip',
        },
        {
          type: 'scatter',
          mode: 'markers',
          name,
          legendgroup: name,
          showlegend: false,
          x: tip(x, dx),
          y: tip(y, dy),
          text,
          marker: { color, size: 4 },
        },
      ] as Data[]
    }
    case 'rule':
      // Rules mark a place for the eye; there is nothing in them to explore.
      return []
  }
}
