/**
 * One schema per solver gives defaults, bounds, units and help: the form, the validation, the command line and the
 * documentation are loops over it. Validation is Zod's; its code generation is off, because the page forbids eval.
 */
import { z } from 'zod'

z.config({ jitless: true })

/** What a form needs to know of one option. */
export interface OptionField {
  readonly name: string
  readonly title: string
  readonly help: string
  readonly unit?: string
  /** A sign for it where room is short: ε. */
  readonly symbol?: string
  readonly kind: 'integer' | 'number' | 'boolean' | 'choice' | 'text'
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  readonly default: number | boolean | string
  /** Shown only when asked for. */
  readonly advanced: boolean
  /** Read only where these options have one of these values. */
  readonly when?: When
}

export type When = Readonly<Record<string, readonly string[]>>

/** Whether an option is read, given the others; a form leaves out those that are not. */
export function applies({ when = {} }: OptionField, valueNow: (name: string) => unknown): boolean {
  return Object.entries(when).every(([name, values]) => values.includes(String(valueNow(name))))
}

/** Where something is wrong, what is wrong, and what would be right. */
export interface Issue {
  readonly path: string
  readonly message: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export interface OptionSchema<O> {
  readonly fields: readonly OptionField[]
  readonly defaults: O
  /** Missing options take their defaults; unknown ones are errors that name the known. */
  parse(raw: unknown): Parsed<O>
}

interface Meta {
  title: string
  help: string
  unit?: string
  symbol?: string
  advanced?: boolean
  when?: When
}

interface JsonField {
  type?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  exclusiveMinimum?: number
  enum?: string[]
  default?: number | boolean | string
}

/** Build an option schema from Zod fields, each with a default and `.meta({ title, help, unit?, symbol?, advanced?, when? })`. */
export function optionSchema<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): OptionSchema<z.output<z.ZodObject<Shape>>> {
  type O = z.output<z.ZodObject<Shape>>
  const schema = z.strictObject(shape)
  const json = z.toJSONSchema(schema, { io: 'input' }).properties as unknown as Record<string, JsonField & Meta>
  const fields = Object.entries(json).map(
    ([name, field]): OptionField => ({
      name,
      title: field.title ?? name,
      help: field.help ?? '',
      unit: field.unit,
      symbol: field.symbol,
      kind: field.enum ? 'choice' : field.type === 'string' ? 'text' : (field.type as 'integer' | 'number' | 'boolean'),
      min: field.minimum ?? field.exclusiveMinimum,
      max: field.maximum,
      choices: field.enum,
      default: field.default as number | boolean | string,
      advanced: field.advanced ?? false,
      ...(field.when && { when: field.when }),
    }),
  )
  return {
    fields,
    defaults: schema.parse({}) as O,
    parse(raw) {
      const parsed = schema.safeParse(raw ?? {})
      return parsed.success
        ? { ok: true, value: parsed.data as O }
        : { ok: false, issues: explain(parsed.error, raw, json) }
    },
  }
}

function explain(error: z.ZodError, raw: unknown, json: Record<string, JsonField>): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(json).join(', ') || 'no options'
      return issue.keys.map((key) => ({ path: key, message: `unknown option; this solver knows ${known}` }))
    }
    const path = issue.path.join('.')
    const given = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], raw)
    return [{ path, message: json[path] ? `expected ${expected(json[path])}, got ${show(given)}` : issue.message }]
  })
}

function expected(field: JsonField): string {
  if (field.enum) return `one of ${field.enum.join(', ')}`
  if (field.type === 'boolean') return 'true or false'
  if (field.type === 'string') return `a text of at most ${field.maxLength ?? '∞'} characters`
  const low = field.minimum ?? field.exclusiveMinimum ?? '-∞'
  return `${field.type} in ${field.exclusiveMinimum === undefined ? '[' : '('}${low}, ${field.maximum ?? '∞'}]`
}

/** Characters of a value, or of a place, in a sentence. */
const longest = 60

/** A given value, short enough for a sentence, however large or nested it is. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : begin(value, longest)
  return text.length > longest ? `${text.slice(0, longest - 3)}…` : text
}

/** JSON as far as `room` reaches, and somewhat further: no more is written, and no deeper. */
function begin(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room + 1))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  const list = Array.isArray(value)
  let text = list ? '[' : '{'
  for (const key in value) {
    if (text.length > room) break
    if (text.length > 1) text += ','
    if (!list) text += `${begin(key, room)}:`
    text += begin((value as Record<string, unknown>)[key], room - text.length)
  }
  return text + (list ? ']' : '}')
}

/** Issues that are told of one question; the others are counted. */
const maxIssues = 100

/** A refusal for these reasons, of a length that can be read, sent and shown. */
export function refused(issues: readonly Issue[]): Extract<Parsed<never>, { ok: false }> {
  const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
  const told = issues.slice(0, maxIssues).map(({ path, message }) => {
    return { path: short(path, 2 * longest), message: short(message, 20 * longest) }
  })
  const more = issues.length - told.length
  return { ok: false, issues: more > 0 ? [...told, { path: '', message: `and ${more} more issues` }] : told }
}
