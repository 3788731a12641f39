/** Text changes as small as they can be, so that cursor, selection and squiggles stay where they belong. */

export interface Change {
  readonly from: number
  /** End of what is replaced. */
  readonly to: number
  readonly insert: string
}

/** The one replacement that turns `before` into `after`, without their common beginning and end; null if equal. */
export function smallestChange(before: string, after: string): Change | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++
  let end = 0
  while (
    end < shorter - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++
  }
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) }
}

/** CodeMirror counts every line break as one character; so must all offsets into its text. */
export function plainBreaks(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}
