/** Longer comments are for the text. */
const longestNote = 120

/** The comment behind a parameter's number at `offset`, if its line declares nothing else: what the slider is for. */
export function noteAt(text: string, offset: number | undefined): string | undefined {
  if (offset === undefined) return undefined
  const start = text.lastIndexOf('\n', offset) + 1
  const end = text.indexOf('\n', offset)
  const [statement, ...comment] = text.slice(start, end < 0 ? undefined : end).split('#')
  if (statement.split('=').length !== 2) return undefined
  return comment.join('#').trim().slice(0, longestNote) || undefined
}
