/** What an import did, item by item: read as it stands, assumed, converted, or refused. */

import { lineStarts } from '../diagnostics'
import { type Element, Refusal } from './xml'

export type Deed = 'read' | 'assumed' | 'converted' | 'refused'

export interface ImportItem {
  readonly deed: Deed
  /** Which part of the file: `reaction Birth`. */
  readonly where: string
  /** 1-based line of the file. */
  readonly line: number
  /** A sentence. */
  readonly what: string
}

/** Items of each kind that are kept; a file with more is told the rest as a number. */
const maxItems = 300
const maxSentence = 300

export class ImportReport {
  private readonly found: (Omit<ImportItem, 'line'> & { offset: number })[] = []
  private readonly counts: Record<Deed, number> = { read: 0, assumed: 0, converted: 0, refused: 0 }

  get refused(): boolean {
    return this.counts.refused > 0
  }

  add(deed: Deed, at: Element, what: string): void {
    if (++this.counts[deed] <= maxItems)
      this.found.push({ deed, where: short(title(at)), offset: at.offset, what: short(what) })
  }

  /** Do something with an element; what it refuses becomes an item, and null its result. */
  try<T>(at: Element, work: () => T): T | null {
    try {
      return work()
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      this.add('refused', at, thrown.message)
      return null
    }
  }

  items(text: string): ImportItem[] {
    const starts = lineStarts(text)
    const items = this.found
      .map(({ offset, ...item }) => ({ ...item, line: lineOf(starts, offset) }))
      .sort((a, b) => a.line - b.line)
    for (const [deed, count] of Object.entries(this.counts) as [Deed, number][]) {
      if (count > maxItems) items.push({ deed, where: 'file', line: 1, what: `${count - maxItems} more, not listed.` })
    }
    return items
  }
}

/** A sentence stays one, whatever the file puts into it. */
const short = (text: string): string => (text.length > maxSentence ? `${text.slice(0, maxSentence - 1)}…` : text)

function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle] <= offset) low = middle
    else high = middle
  }
  return low + 1
}

/** `assignmentRule` → `assignment rule of y`. */
function title({ name, attributes }: Element): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  const { id, variable, symbol, species } = attributes
  return [words, id ?? variable ?? symbol ?? species].filter(Boolean).join(' ')
}
