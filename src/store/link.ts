/**
 * Links: `#s=` and a deflated study, or `?study=NAME&a=37`. A link comes from anywhere: its size is bounded before and
 * after inflation, its content is read like any study, and nothing in it is ever rendered as HTML.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate'
import { parse } from '../network/parse'
import { type Issue, type Parsed, show } from '../solvers/options'
import { readStudyShape, type Study } from '../solvers/study'
import { version } from '../version'

/** Characters of a link's payload. A study of the longest network text fits; browsers carry it. */
export const maxLinkLength = 200_000
/** Bytes of the study inside. */
export const maxStudyBytes = 2_000_000
/** Names of studies are names of files here: nothing that could lead elsewhere. */
const nameForm = /^[a-z0-9-]{1,80}$/
/** Keys of the query that are not values of the study. */
const ownKeys = ['study', 'workers']

/** What an address asks to be opened. */
export type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'study'; readonly study: Study }
  | { readonly kind: 'name'; readonly name: string; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unreadable'; readonly why: string }

/** The payload of a link: deflate, then base64url. The version that made it is written in. */
export function encodeStudy(study: Study): string {
  const packed = deflateSync(strToU8(JSON.stringify({ ...study, made: version })), { level: 9 })
  let binary = ''
  for (let at = 0; at < packed.length; at += 8192) binary += String.fromCharCode(...packed.subarray(at, at + 8192))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The address that shows this study: `page` without its own query and hash. */
export function linkTo(study: Study, page: string): string {
  const url = new URL(page)
  url.search = ''
  url.hash = `s=${encodeStudy(study)}`
  return url.href
}

/** Read a payload back. Never throws; the shape of the study is checked, its network may have errors. */
export function decodeStudy(payload: string): Parsed<Study> {
  if (payload.length > maxLinkLength) {
    return wrong(
      `the link is ${payload.length.toLocaleString('en')} characters long; at most ${maxLinkLength.toLocaleString('en')} are read. Send the study as a file instead`,
    )
  }
  let json: unknown
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    json = JSON.parse(strFromU8(inflateBounded(Uint8Array.from(binary, (char) => char.charCodeAt(0)))))
  } catch (thrown) {
    if (thrown instanceof TooLarge) {
      return wrong(
        `the study in the link is larger than ${maxStudyBytes.toLocaleString('en')} bytes. Send it as a file instead`,
      )
    }
    return wrong('the link is damaged or was cut short; ask for it again, or for the study as a file')
  }
  const given = (json as { version?: unknown } | null)?.version
  if (typeof given === 'number' && given > 1) {
    return wrong(`the link was made by a newer program (study version ${given}); reload the page to get it`)
  }
  return readStudyShape(json)
}

/** What `search` (`?…`) and `hash` (`#…`) of an address ask for. */
export function readAddress(search: string, hash: string): Asked {
  if (hash.startsWith('#s=')) {
    const read = decodeStudy(hash.slice(3))
    return read.ok ? { kind: 'study', study: read.value } : { kind: 'unreadable', why: sentence(read.issues) }
  }
  if (search.length > maxLinkLength) return { kind: 'unreadable', why: 'the address is too long to be a study by name' }
  const query = new URLSearchParams(search)
  const name = query.get('study')
  if (name === null) return { kind: 'nothing' }
  if (!nameForm.test(name)) {
    return { kind: 'unreadable', why: `${show(name)} is not the name of a study; pick one from the gallery` }
  }
  for (const key of ownKeys) query.delete(key)
  return { kind: 'name', name, values: new Map(query) }
}

/** Lay the query's values over a study: parameters, initial counts, `seed` and `solver`, whichever the name means. */
export function overlay(study: Study, values: ReadonlyMap<string, string>): Parsed<Study> {
  const { network } = parse(study.network)
  const parameters = network?.parameters.map(({ name }) => name) ?? []
  const species = network?.species.map(({ name }) => name) ?? []
  const issues: Issue[] = []
  const laid = {
    ...study,
    parameters: { ...study.parameters } as Record<string, number>,
    initial: { ...study.initial } as Record<string, number>,
  }
  for (const [name, text] of values) {
    const value = Number(text)
    if (parameters.includes(name)) laid.parameters[name] = value
    else if (species.includes(name)) laid.initial[name] = value
    else if (name === 'seed') laid.seed = value
    else if (name === 'solver') laid.solver = text
    else {
      const known = [...parameters, ...species].slice(0, 20).join(', ')
      issues.push({ path: name, message: `this study has no such value; it has ${known}, seed and solver` })
      continue
    }
    if (name !== 'solver' && (text.trim() === '' || !Number.isFinite(value))) {
      issues.push({ path: name, message: `expected a number, got ${show(text)}` })
    }
  }
  return issues.length ? { ok: false, issues } : readStudyShape(laid)
}

/** Issues in one notice. */
const maxTold = 3

/** Issues as one sentence each, the first few of them. */
export function sentence(issues: readonly Issue[]): string {
  const told = issues.slice(0, maxTold).map(({ path, message }) => (path ? `${path}: ${message}` : message))
  return [...told, ...(issues.length > maxTold ? [`and ${issues.length - maxTold} more`] : [])].join('; ')
}

class TooLarge extends Error {}

/** Inflate in bites so small that even the best-packed one cannot fill the memory (deflate packs 1032 : 1 at most). */
function inflateBounded(packed: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = []
  let bytes = 0
  let ended = false
  const inflate = new Inflate((chunk, final) => {
    bytes += chunk.length
    if (bytes > maxStudyBytes) throw new TooLarge()
    chunks.push(chunk)
    ended ||= final
  })
  const bite = 512
  for (let at = 0; at < packed.length && !ended; at += bite) {
    inflate.push(packed.subarray(at, at + bite), at + bite >= packed.length)
  }
  if (!ended) throw new RangeError('the stream ends early')
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function wrong(message: string): Parsed<Study> {
  return { ok: false, issues: [{ path: '', message }] }
}
