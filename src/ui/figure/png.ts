/**
 * What a canvas leaves out of its PNG: the physical size (pHYs) and words about the picture (tEXt, or iTXt where the
 * words need more than Latin-1). Chunk layout: W3C PNG specification, third edition, section 5.3.
 */

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Length of the signature and the IHDR chunk, which always comes first. */
const headLength = 8 + 25

/** The same picture with its resolution and words inside. Throws when the bytes are no PNG. */
export function annotatePng(png: Uint8Array, dpi: number, words: Readonly<Record<string, string>>): Uint8Array {
  if (png.length < headLength || signature.some((byte, k) => png[k] !== byte)) throw new Error('not a PNG file')
  const extra = [physical(dpi), ...Object.entries(words).map(([key, text]) => textChunk(key, text))]
  const parts = [png.subarray(0, headLength), ...extra, ...withoutPhysical(png)]
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Chunks of a PNG: type and content, in order. */
export function chunksOf(png: Uint8Array): { type: string; content: Uint8Array; whole: Uint8Array }[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const list = []
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    list.push({ type, content: png.subarray(at + 8, at + 8 + length), whole: png.subarray(at, at + 12 + length) })
    at += 12 + length
  }
  return list
}

function withoutPhysical(png: Uint8Array): Uint8Array[] {
  return chunksOf(png)
    .slice(1)
    .filter(({ type }) => type !== 'pHYs')
    .map(({ whole }) => whole)
}

/** pHYs counts pixels per metre: 300 dpi are 11 811. */
function physical(dpi: number): Uint8Array {
  const content = new Uint8Array(9)
  const view = new DataView(content.buffer)
  const perMetre = Math.round(dpi / 0.0254)
  view.setUint32(0, perMetre)
  view.setUint32(4, perMetre)
  content[8] = 1
  return chunk('pHYs', content)
}

function textChunk(key: string, text: string): Uint8Array {
  const latin = [...text].every((c) => c.charCodeAt(0) < 256)
  const head = [...key].map((c) => c.charCodeAt(0))
  if (latin) return chunk('tEXt', Uint8Array.from([...head, 0, ...[...text].map((c) => c.charCodeAt(0))]))
  // Not compressed, no language, no translated key.
  return chunk('iTXt', Uint8Array.from([...head, 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)]))
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + content.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, content.length)
  for (let k = 0; k < 4; k++) out[4 + k] = type.charCodeAt(k)
  out.set(content, 8)
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)))
  return out
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** CRC-32 as PNG and zip use it (polynomial 0xEDB88320, reflected). */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
