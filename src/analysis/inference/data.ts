/** What was measured: independent cells at several times, or courses of the same cell, read from the columns of a table. */
import { Failure } from '../../solvers/contract'
import { type Table, toNumber } from './table'

/** Independent cells at one time. */
export interface Snapshot {
  /** In the model's unit; infinite for cells at rest. */
  readonly time: number
  /** [row, quantity]: what was seen of a cell; the lower edge, where `upper` is given. */
  readonly values: Float64Array
  /** Upper edges of bins, excluded; of one quantity only. */
  readonly upper?: Float64Array
  /** How many cells each row stands for. */
  readonly weights: Float64Array
  readonly cells: number
}

export interface Snapshots {
  readonly kind: 'snapshots'
  /** Species or observables, by name. */
  readonly quantities: readonly string[]
  /** Ascending in time. */
  readonly snapshots: readonly Snapshot[]
}

export interface Course {
  readonly name: string
  /** Ascending. */
  readonly times: Float64Array
  /** [time, quantity]; not a number where nothing was seen. */
  readonly values: Float64Array
}

export interface Courses {
  readonly kind: 'courses'
  readonly quantities: readonly string[]
  readonly courses: readonly Course[]
}

export type Data = Snapshots | Courses

/** Which column is what. Without a time column cells are at rest; without a replicate column there is one course. */
export interface Mapping {
  readonly kind: Data['kind']
  readonly time?: string
  readonly replicate?: string
  /** How many cells a row stands for, as in a histogram. */
  readonly count?: string
  /** The upper edge of the bin whose lower edge is the value. */
  readonly upper?: string
  /** Quantity → column. */
  readonly columns: Readonly<Record<string, string>>
}

export interface RowIssue {
  readonly line: number
  readonly message: string
}

export interface ReadData {
  readonly data: Data
  /** Rows that were left out, and why. */
  readonly issues: readonly RowIssue[]
  readonly rows: number
}

/** A first guess by the names of the columns; a quantity that no column is called after stays out. */
export function guessMapping(table: Table, quantities: readonly string[]): Mapping {
  const find = (pattern: RegExp) => table.header.find((name) => pattern.test(name.trim()))
  const time = find(/^(t|time|times|hours?|minutes?|seconds?|days?)\b/i)
  const replicate = find(/^(replicates?|course|trajectory|track|cell|cell[ _-]?id|id|run)$/i)
  const count = find(/^(n|count|counts|cells|frequency|weight|events)$/i)
  const upper = find(/^(upper|to|high|bin[ _-]?(end|upper|right))$/i)
  const courses = replicate !== undefined && time !== undefined && isCourses(table, time, replicate)
  const taken = new Set([time, courses ? replicate : undefined, count, upper])
  const free = table.header.filter((name) => !taken.has(name))
  const columns: Record<string, string> = {}
  for (const quantity of quantities) {
    const column =
      free.find((name) => name === quantity) ?? free.find((name) => name.toLowerCase() === quantity.toLowerCase())
    if (column !== undefined) columns[quantity] = column
  }
  if (Object.keys(columns).length === 0 && free.length > 0 && quantities.length > 0) columns[quantities[0]] = free[0]
  return {
    kind: courses ? 'courses' : 'snapshots',
    time,
    replicate: courses ? replicate : undefined,
    count,
    upper,
    columns,
  }
}

/** Whether no replicate is seen twice at one time, and some at two. */
function isCourses({ header, rows }: Table, time: string, replicate: string): boolean {
  const [t, r] = [header.indexOf(time), header.indexOf(replicate)]
  const looks = new Set(rows.map((row) => `${row[r]}\n${row[t]}`))
  return looks.size === rows.length && new Set(rows.map((row) => row[r])).size < rows.length
}

/** Longest list of issues that is kept. */
const maxIssues = 100

/**
 * Read the mapped columns. Rows that cannot be read are left out and named by their line; `whole` asks for counts, as
 * data without measurement noise are. Throws a Failure where nothing is left, or a column is not there.
 */
export function readData(table: Table, mapping: Mapping, whole: boolean): ReadData {
  const quantities = Object.keys(mapping.columns)
  if (table.rows.length === 0) {
    throw new Failure(
      'data',
      'there is nothing below the first line',
      'the first line names columns, each other one is a row',
    )
  }
  if (quantities.length === 0)
    throw new Failure('data', 'no column is mapped to a species or an observable', 'say which column holds which')
  if (mapping.upper && quantities.length > 1)
    throw new Failure('data', `bins are of one quantity, but ${quantities.join(', ')} are mapped`)
  const column = (name: string | undefined): number => {
    if (name === undefined) return -1
    const c = table.header.indexOf(name)
    if (c < 0) throw new Failure('data', `there is no column ${name}`, `columns are ${table.header.join(', ')}`)
    return c
  }
  const at = {
    time: column(mapping.time),
    replicate: column(mapping.replicate),
    count: column(mapping.count),
    upper: column(mapping.upper),
    values: quantities.map((quantity) => column(mapping.columns[quantity])),
  }
  if (mapping.kind === 'courses' && at.time < 0) throw new Failure('data', 'a course needs a column of times')
  const issues: RowIssue[] = []
  let bad = 0
  const rows: Row[] = []
  table.rows.forEach((cells, i) => {
    const read = readRow(cells, at, { table, quantities, whole, course: mapping.kind === 'courses' })
    if (typeof read !== 'string') rows.push({ ...read, line: table.lines[i] })
    else if (++bad <= maxIssues) issues.push({ line: table.lines[i], message: read })
  })
  if (rows.length === 0) {
    const first = issues[0] ? `; the first: line ${issues[0].line}: ${issues[0].message}` : ''
    throw new Failure('data', `none of ${bad} rows can be read${first}`, 'look at which column is mapped to what')
  }
  const data =
    mapping.kind === 'courses' ? courses(rows, quantities, issues) : snapshots(rows, quantities, at.upper >= 0)
  return { data, issues: issues.sort((a, b) => a.line - b.line), rows: table.rows.length }
}

interface Row {
  readonly time: number
  readonly replicate: string
  readonly count: number
  readonly upper: number
  readonly values: readonly number[]
  readonly line: number
}

type Places = Record<'time' | 'replicate' | 'count' | 'upper', number> & { readonly values: readonly number[] }

interface Expected {
  readonly table: Table
  readonly quantities: readonly string[]
  readonly whole: boolean
  readonly course: boolean
}

/** The row, or what is wrong with it. */
function readRow(
  cells: readonly string[],
  at: Places,
  { table, quantities, whole, course }: Expected,
): Omit<Row, 'line'> | string {
  const number = (c: number, absent: number) => (c < 0 ? absent : toNumber(cells[c], table.comma))
  const said = (c: number) => (cells[c] === '' ? 'is empty' : `is "${cells[c].slice(0, 40)}"`)
  const time = number(at.time, Number.POSITIVE_INFINITY)
  if (at.time >= 0 && !(time >= 0 && time < Number.POSITIVE_INFINITY)) {
    return `the time ${said(at.time)}: it must be a number ≥ 0`
  }
  const count = number(at.count, 1)
  if (!(count >= 0 && count < Number.POSITIVE_INFINITY)) return `the number of cells ${said(at.count)}`
  const values: number[] = []
  for (const [q, c] of at.values.entries()) {
    const value = number(c, 0)
    const missing = course && /^(|na|nan|null)$/i.test(cells[c])
    if (!missing && !Number.isFinite(value)) return `${quantities[q]} ${said(c)}: it must be a number`
    if (whole && at.upper < 0 && !missing && !(value >= 0 && Number.isInteger(value))) {
      return `${quantities[q]} ${said(c)}: without measurement noise it must be a whole number ≥ 0`
    }
    values.push(missing ? Number.NaN : value)
  }
  const upper = number(at.upper, 0)
  if (at.upper >= 0 && !(upper > values[0]))
    return `the bin ends at ${cells[at.upper] || 'nothing'}, not above its start`
  return { time, replicate: at.replicate < 0 ? '' : cells[at.replicate], count, upper, values }
}

function snapshots(rows: readonly Row[], quantities: readonly string[], binned: boolean): Snapshots {
  const byTime = new Map<number, Map<string, { row: Row; weight: number }>>()
  for (const row of rows) {
    const seen = byTime.get(row.time) ?? new Map<string, { row: Row; weight: number }>()
    byTime.set(row.time, seen)
    const key = `${row.values.join()},${row.upper}`
    const same = seen.get(key)
    if (same) same.weight += row.count
    else if (row.count > 0) seen.set(key, { row, weight: row.count })
  }
  return {
    kind: 'snapshots',
    quantities,
    snapshots: [...byTime]
      .sort(([a], [b]) => a - b)
      .map(([time, seen]): Snapshot => {
        const list = [...seen.values()]
        const weights = Float64Array.from(list, ({ weight }) => weight)
        return {
          time,
          values: Float64Array.from(list.flatMap(({ row }) => row.values)),
          upper: binned ? Float64Array.from(list, ({ row }) => row.upper) : undefined,
          weights,
          cells: weights.reduce((a, b) => a + b, 0),
        }
      }),
  }
}

function courses(rows: readonly Row[], quantities: readonly string[], issues: RowIssue[]): Courses {
  const byReplicate = new Map<string, Row[]>()
  for (const row of rows) {
    const list = byReplicate.get(row.replicate)
    if (list) list.push(row)
    else byReplicate.set(row.replicate, [row])
  }
  const list = [...byReplicate].map(([name, all]): Course => {
    const sorted = all.toSorted((a, b) => a.time - b.time)
    const kept = sorted.filter((row, i) => {
      if (i === 0 || row.time > sorted[i - 1].time) return true
      const message = `a second row at time ${row.time}${name ? ` of ${name}` : ''}`
      if (issues.length < maxIssues) issues.push({ line: row.line, message })
      return false
    })
    return {
      name,
      times: Float64Array.from(kept, (row) => row.time),
      values: Float64Array.from(kept.flatMap((row) => row.values)),
    }
  })
  return { kind: 'courses', quantities, courses: list }
}

/** How much there is. */
export function sizeOf(data: Data): { readonly times: number; readonly units: number; readonly numbers: number } {
  if (data.kind === 'snapshots') {
    const units = data.snapshots.reduce((sum, { cells }) => sum + cells, 0)
    return { times: data.snapshots.length, units, numbers: units * data.quantities.length }
  }
  const numbers = data.courses.reduce(
    (sum, { values }) => sum + values.reduce((n, x) => n + Number(!Number.isNaN(x)), 0),
    0,
  )
  const times = new Set(data.courses.flatMap(({ times }) => [...times])).size
  return { times, units: data.courses.length, numbers }
}
