/** Measured numbers from a file: a table with a header, each row with its line in the file. */
import Papa from 'papaparse'
import { Failure } from '../../solvers/contract'

export interface Table {
  readonly header: readonly string[]
  /** As long as the header, every one. */
  readonly rows: readonly (readonly string[])[]
  /** Line of each row in the file, from 1. */
  readonly lines: readonly number[]
  /** Numbers are written with a decimal comma. */
  readonly comma: boolean
}

/** What a file may hold: a hostile one is refused before it fills the memory. */
export const tableLimits = {
  characters: 32_000_000,
  rows: 1_000_000,
  columns: 200,
  /** Rows × columns, with the empty cells that short rows are filled up with; a full table has fewer than characters / 2. */
  cells: 20_000_000,
}

/**
 * Comma, tab, semicolon or bar between values, as the file has it; lines that begin with # are passed over. Without a
 * header the columns are called by their number.
 */
export function readTable(text: string): Table {
  if (text.length > tableLimits.characters) throw tooMuch(text.length, tableLimits.characters, 'characters')
  const plain = text.replace(/^\uFEFF/, '')
  const delimiter = delimiterOf(plain)
  const { data, errors } = Papa.parse<string[]>(plain, { delimiter, preview: tableLimits.rows + 2 })
  const lines: number[] = []
  let line = 1
  for (const row of data) {
    lines.push(line)
    line += 1 + row.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0)
  }
  const broken = errors.find(({ type }) => type === 'Quotes')
  if (broken) {
    const where = lines[broken.row ?? 0] ?? 1
    throw new Failure('data', `line ${where}: a quotation mark is opened and not closed, or stands inside a value`)
  }
  const kept = data
    .map((row, i) => ({ row: row.map((cell) => cell.trim()), line: lines[i] }))
    .filter(({ row }) => row.some((cell) => cell !== '') && !row[0].startsWith('#'))
  if (kept.length === 0) throw new Failure('data', 'the file has no rows', 'a table has one measurement in each row')
  if (kept.length > tableLimits.rows) throw tooMuch(kept.length, tableLimits.rows, 'rows')
  const columns = kept[0].row.length
  if (columns > tableLimits.columns) throw tooMuch(columns, tableLimits.columns, 'columns')
  if (kept.length * columns > tableLimits.cells) {
    throw tooMuch(kept.length * columns, tableLimits.cells, `cells in ${columns} columns`)
  }
  const comma = delimiter !== ','
  const named = kept[0].row.some((cell) => cell !== '' && Number.isNaN(toNumber(cell, comma)))
  const header = kept[0].row.map((cell, c) => (named && cell ? cell : `column ${c + 1}`))
  const rows = named ? kept.slice(1) : kept
  return {
    header: header.map((name, c) => (header.indexOf(name) === c ? name : `${name} (${c + 1})`)),
    rows: rows.map(({ row }) => header.map((_, c) => row[c] ?? '')),
    lines: rows.map((row) => row.line),
    comma,
  }
}

/** The first row decides. A comma between values is the last to be thought of, because it may stand within one. */
function delimiterOf(text: string): string {
  const first = /^(?!#)[^\n]*\S[^\n]*$/m.exec(text)?.[0] ?? ''
  const bare = first.replaceAll(/"[^"]*"/g, '')
  return ['\t', ';', '|'].find((delimiter) => bare.includes(delimiter)) ?? ','
}

/** The number that a cell holds; not a number where it is empty or something else. */
export function toNumber(cell: string, comma: boolean): number {
  if (cell === '') return Number.NaN
  return Number(comma && !cell.includes('.') ? cell.replace(',', '.') : cell)
}

function tooMuch(found: number, most: number, what: string): Failure {
  const [a, b] = [found, most].map((value) => value.toLocaleString('en'))
  return new Failure('data', `the file has ${a} ${what} or more; at most ${b} are read`, 'leave out what is not needed')
}
