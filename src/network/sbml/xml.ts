/** XML → elements, within bounds. SBML has no document type: one that brings its own entities is not read at all. */

import { XMLParser } from 'fast-xml-parser'

/** Longest file, in UTF-16 units. */
export const maxXmlLength = 5_000_000
/** Elements inside each other. */
export const maxXmlDepth = 150

export interface Element {
  /** Without its prefix. */
  readonly name: string
  readonly prefix: string
  /** By name, with prefixes as they stand. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
  /** Where it begins in the file. */
  readonly offset: number
}

/** A sentence that says why something is not imported. */
export class Refusal extends Error {}

type Node = Readonly<Record<string, unknown>>

/** The root element of a file. Throws a `Refusal`. */
export function readXml(text: string): Element {
  if (text.length > maxXmlLength) {
    throw new Refusal(`The file has ${text.length.toLocaleString('en')} characters; at most 5,000,000 are read.`)
  }
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Refusal('The file declares a document type, which SBML has not.')
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: maxXmlDepth,
    captureMetaData: true,
  })
  let nodes: readonly Node[]
  try {
    nodes = parser.parse(text.replace(/^\uFEFF/, ''), true)
  } catch (thrown) {
    throw new Refusal(`The file is not well-formed XML: ${(thrown as Error).message}`)
  }
  const [root] = elementsOf(nodes)
  if (!root) throw new Refusal('The file has no element.')
  return root
}

const place = XMLParser.getMetaDataSymbol() as unknown as string

function elementsOf(nodes: readonly Node[]): Element[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@')
    return !tag || tag === '#text' ? [] : [elementOf(tag, node)]
  })
}

function elementOf(tag: string, node: Node): Element {
  const colon = tag.indexOf(':')
  const content = node[tag] as readonly Node[]
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>)
  return {
    name: tag.slice(colon + 1),
    prefix: tag.slice(0, Math.max(0, colon)),
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name, decoded(value)])),
    children: elementsOf(content),
    text: decoded(content.map((part) => ('#text' in part ? String(part['#text']) : '')).join(' ')).trim(),
    offset: (node[place] as { readonly startIndex?: number } | undefined)?.startIndex ?? 0,
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const decoded = (text: string): string => text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name])

/** The first child of that name. */
export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((one) => one.name === name)

/** The elements of `listOf…`, of whatever kind. */
export const list = (element: Element | undefined, name: string): readonly Element[] =>
  child(element, name)?.children.filter((one) => one.name !== 'notes' && one.name !== 'annotation') ?? []

export function flag(element: Element, name: string, missing: boolean): boolean {
  const value = element.attributes[name]
  return value === undefined ? missing : value === 'true' || value === '1'
}

/** A finite number, or undefined where the attribute is absent. */
export function numeric(element: Element, name: string): number | undefined {
  const text = element.attributes[name]
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Refusal(`Its ${name} is "${text}", which is no number.`)
  return value
}
