/** The numbers of a panel as rows: for the file, the clipboard and the table beside the plot. */
import { axisTitle, type Layer, type Panel, type Whiskers } from './figure'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

type Column = (typeof optional)[number]
type Row = Partial<Record<Column, string | number>>

const optional = ['path', 'what', 'x', 'y', 'low', 'high', 'across', 'upwards', 'error', 'meaning', 'value'] as const

/** Exactly what is drawn, one observation a row; columns that nothing fills are left out. */
export function table(panel: Panel): Table {
  const rows = panel.layers.flatMap((layer) => rowsOf(layer).map((row) => ({ series: seriesOf(layer), row })))
  const used = optional.filter((column) => rows.some(({ row }) => row[column] !== undefined))
  const heat = panel.layers.find((layer) => layer.kind === 'heat' || layer.kind === 'ridges')
  const arrows = panel.layers.find((layer) => layer.kind === 'arrows')
  const titles: Partial<Record<Column, string>> = {
    x: axisTitle(panel.x),
    y: axisTitle(panel.y),
    value: heat?.label ?? 'value',
    across: arrows && `${arrows.label} across`,
    upwards: arrows && `${arrows.label} upwards`,
  }
  const written = (column: Column, value: string | number | undefined) => {
    const { names } = column === 'x' || column === 'y' ? panel[column] : {}
    return (typeof value === 'number' && names?.[value]) || (value ?? '')
  }
  return {
    columns: ['series', ...used.map((column) => titles[column] ?? column)],
    rows: rows.map(({ series, row }) => [series, ...used.map((column) => written(column, row[column]))]),
  }
}

/** The table as comma-separated values, under header lines that say where the numbers come from. */
export function csv(panel: Panel): string {
  const { columns, rows } = table(panel)
  return [...header(panel).map((line) => `# ${line}`), ...[columns, ...rows].map((row) => row.map(cell).join(','))]
    .join('\n')
    .concat('\n')
}

/** Where a figure's numbers come from, in lines of words. */
export function header({ title, note, summary, facts = [], provenance }: Panel): string[] {
  const { version, seed, methods, link } = provenance
  const lines = methods.map(({ solver, title, replicates, error }) => {
    const size = replicates === undefined ? '' : `, ${replicates} replicates`
    return `method: ${title} (${solver})${size}; error: ${error}`
  })
  const numbers = facts.map(({ label, text }) => `${label}: ${text}`)
  return [
    note ? `${title}, ${note}` : title,
    summary,
    ...numbers,
    ...lines,
    `seed: ${seed}`,
    `Propensity ${version}`,
    link(),
  ]
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
}

/** Words with a comma, quote or line break are quoted; a leading = + - @ must not become a spreadsheet formula. */
function cell(value: string | number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function seriesOf(layer: Layer): string {
  const name = layer.kind === 'line' && layer.label ? `${layer.label}: ${layer.name}` : layer.name
  return layer.faded ? `${name} (outdated)` : name
}

function rowsOf(layer: Layer): Row[] {
  switch (layer.kind) {
    case 'steps':
      return layer.paths.flatMap((path, p) =>
        Array.from(layer.x, (x, k) => ({ path: p + 1, x, y: path[k] })).filter((row) => Number.isFinite(row.y)),
      )
    case 'line':
    case 'curve':
      return Array.from(layer.x, (x, k) => ({ x, y: layer.y[k] })).filter(({ x }) => Number.isFinite(x))
    case 'band':
      return Array.from(layer.x, (x, k) => ({ x, low: layer.low[k], high: layer.high[k], meaning: layer.meaning }))
    case 'bars':
      return Array.from(layer.x, (x, k) => ({ x, y: layer.y[k], ...whisker(layer.whiskers, k) }))
    case 'points':
      return Array.from(layer.x, (x, k) => ({
        what: layer.names?.[k],
        x,
        y: layer.y[k],
        ...whisker(layer.whiskers, k),
      }))
    case 'arrows':
      return Array.from(layer.x, (x, k) => {
        const error = layer.errors && { error: layer.errors[k], meaning: layer.meaning }
        return { x, y: layer.y[k], across: layer.across[k], upwards: layer.upwards[k], ...error }
      })
    case 'heat': {
      const { x, y, values } = layer
      return Array.from({ length: x.count * y.count }, (_, k) => ({
        x: x.from + x.step * Math.floor(k / y.count),
        y: y.from + y.step * (k % y.count),
        value: values[k],
      }))
    }
    case 'ridges':
      return layer.rows.flatMap((row, r) =>
        Array.from(layer.x, (x, k) => {
          const error = layer.errors && { error: layer.errors[r][k], meaning: 'SE' }
          return { x, y: layer.at[r], value: row[k], ...error }
        }),
      )
    case 'rule':
      return [layer.axis === 'x' ? { x: layer.at } : { y: layer.at }]
  }
}

function whisker(whiskers: Whiskers | undefined, k: number): Row {
  return whiskers ? { error: whiskers.size[k], meaning: whiskers.meaning } : {}
}
