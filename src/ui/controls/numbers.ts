/** Numbers and sentences as people type and read them. */

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A finite decimal number such as `40`, `1e-3` or `−2.5`; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace('−', '-')
  if (!decimal.test(plain)) return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? value : undefined
}

/** A text that reads back as the same number; tiny ones as `1e-6`. */
export function writeNumber(value: number): string {
  if (Object.is(value, -0)) return '0'
  return (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)).replace('e+', 'e')
}

/** A duration a person can wait by: `40 ms`, `0.4 s`, `12 s`, `3 min`, `2 h`. */
export function writeDuration(ms: number): string {
  if (ms < 95) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  if (seconds < 5970) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

/** What an arrow key adds to a number: one unit of its second significant digit; 0.1 for 0. */
export function nudge(value: number): number {
  return value === 0 ? 0.1 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
}

/** Round to `digits` significant digits, so that 0.1 + 0.2 reads 0.3. */
export function tidy(value: number, digits = 12): number {
  return Number(value.toPrecision(digits))
}

/** A sentence from elsewhere, with a capital and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?:]$/.test(trimmed) ? '' : '.'}`
}
