/** What the commands share: exit statuses, reading files and values, complaints that say what would be right. */
import { readFileSync } from 'node:fs'

export const exitStatus = { done: 0, failed: 1, unreadable: 2, cancelled: 130 }

/** The command, or a file it names, cannot be read: exit status 2. */
export class UsageError extends Error {}

/** The text of a file; `-` is standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message
    throw new UsageError(`cannot read ${path}: ${why}`)
  }
}

/** The one file name of a command. */
export function oneFile(positionals: readonly string[], what: string): string {
  if (positionals.length !== 1) throw new UsageError(`give one ${what}, got ${positionals.length || 'none'}`)
  return positionals[0]
}

/** `a=1` and `a=1,b=2` → pairs. */
export function pairs(flag: string, given: readonly string[]): [string, string][] {
  return given
    .flatMap((text) => text.split(','))
    .map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new UsageError(`--${flag} takes NAME=VALUE, got "${text}"`)
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    })
}

/** A finite number, or a complaint that names the flag. */
export function number(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${flag} takes a number, got "${text}"`)
  return value
}

/** A solver's option from the command line: a number, true, false or a word; the solver's schema judges it. */
export function optionValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
