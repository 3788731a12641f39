/** What a text is told about itself: plain sentences with a place, and fixes that one click applies. */

import { maxCandidates, maxDiagnostics } from './limits'

/** Part of a text, in UTF-16 units from its start. */
export interface Span {
  readonly offset: number
  readonly length: number
}

/** Only the place of something. */
export const span = ({ offset, length }: Span): Span => ({ offset, length })

/** Replace `length` characters at `offset` by `insert`. */
export interface Fix extends Span {
  readonly label: string
  readonly insert: string
}

export interface Diagnostic extends Span {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** 1-based; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
  readonly fixes: readonly Fix[]
}

type Found = Omit<Diagnostic, 'line' | 'column'>

/** Collects diagnostics of one text. At most `maxDiagnostics` of each severity are kept, and the rest counted. */
export class Report {
  private readonly text: string
  private readonly found = { error: [] as Found[], warning: [] as Found[] }
  private readonly left = { error: 0, warning: 0 }

  constructor(text: string) {
    this.text = text
  }

  error(span: Span, message: string, fixes: readonly Fix[] = []): void {
    this.add('error', span, message, fixes)
  }

  warning(span: Span, message: string, fixes: readonly Fix[] = []): void {
    this.add('warning', span, message, fixes)
  }

  get failed(): boolean {
    return this.found.error.length > 0
  }

  /** True when another of this severity would only be counted: whoever has to work for a message may skip it. */
  full(severity: 'error' | 'warning'): boolean {
    return this.found[severity].length >= maxDiagnostics
  }

  private add(severity: 'error' | 'warning', span: Span, message: string, fixes: readonly Fix[]): void {
    if (this.full(severity)) this.left[severity]++
    else this.found[severity].push({ severity, offset: span.offset, length: span.length, message, fixes })
  }

  /** In text order. */
  diagnostics(): Diagnostic[] {
    const all = [...this.found.error, ...this.found.warning].sort((a, b) => a.offset - b.offset)
    for (const severity of ['error', 'warning'] as const) {
      if (this.left[severity] === 0) continue
      const message = `There are ${this.left[severity]} more ${severity}s, not listed.`
      all.push({ severity, offset: this.text.length, length: 0, message, fixes: [] })
    }
    if (all.length === 0) return []
    const starts = lineStarts(this.text)
    return all.map((one) => ({ ...one, ...position(starts, one.offset) }))
  }
}

/** Offsets at which lines begin. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length)
  return starts
}

/** Offset of the end of the line that holds `offset`. */
export function lineEnd(text: string, offset: number): number {
  const newline = /[\r\n]|$/g
  newline.lastIndex = offset
  return newline.exec(text)!.index
}

function position(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle] <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - starts[low] + 1 }
}

/** A piece of the text in a message, shortened so that a message stays a sentence. */
export function quote(piece: string): string {
  const short = piece.length > 40 ? `${piece.slice(0, 39)}…` : piece
  return `\`${short.replace(unseen, (c) => `U+${c.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`)}\``
}

/** Controls, marks of direction and the like: quoted as they are they would be nothing, or turn the sentence round. */
const unseen = /\p{C}/gu

/** `first or second or third`, in quotes. */
export const either = (words: readonly string[]): string => words.map(quote).join(' or ')

/** Those of `candidates` that differ from `word` by few edits, nearest first, at most three; letter case is the least edit. */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  if (word.length > 40) return []
  const most = word.length <= 2 ? 1 : word.length <= 5 ? 1.5 : 2.5
  const near: { candidate: string; distance: number }[] = []
  let seen = 0
  for (const candidate of candidates) {
    if (++seen > maxCandidates) break
    if (candidate === word || Math.abs(candidate.length - word.length) > most) continue
    const folded = editDistance(word.toLowerCase(), candidate.toLowerCase(), most)
    const distance = folded + (folded === 0 ? 0.1 : 0)
    if (distance <= most && distance < Math.max(word.length, candidate.length)) near.push({ candidate, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((one) => one.candidate)
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment);
 * infinite as soon as it is certain to be above `most`.
 */
export function editDistance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  let start = 0
  while (start < a.length && start < b.length && a.charCodeAt(start) === b.charCodeAt(start)) start++
  const columns = b.length - start
  let [before, previous, row] = [
    new Uint16Array(columns + 1),
    new Uint16Array(columns + 1),
    new Uint16Array(columns + 1),
  ]
  for (let j = 0; j <= columns; j++) previous[j] = j
  let reached = 0
  for (let i = 1; i <= a.length - start; i++) {
    const [letter, letterBefore] = [a.charCodeAt(start + i - 1), a.charCodeAt(start + i - 2)]
    let least = i
    row[0] = i
    for (let j = 1; j <= columns; j++) {
      const other = b.charCodeAt(start + j - 1)
      let edits = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter === other ? 0 : 1))
      const swapped = i > 1 && j > 1 && letter === b.charCodeAt(start + j - 2) && letterBefore === other
      if (swapped) edits = Math.min(edits, before[j - 2] + 1)
      row[j] = edits
      least = Math.min(least, edits)
    }
    // A swap reaches over one row: two rows above `most` are final.
    if (Math.min(least, reached) > most) return Number.POSITIVE_INFINITY
    reached = least
    ;[before, previous, row] = [previous, row, before]
  }
  return previous[columns]
}
