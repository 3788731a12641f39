import { deflateSync, crc32 as reference } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { annotatePng, chunksOf, crc32 } from './png'

/** A chunk written with other means than those under test. */
function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(content.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** One grey pixel. */
const pixel = new Uint8Array(
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    chunk('IDAT', deflateSync(Uint8Array.of(0, 128))),
    chunk('IEND', new Uint8Array()),
  ]),
)

describe('CRC-32', () => {
  it('has its published values', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new TextEncoder().encode('IEND'))).toBe(0xae426082)
  })

  it.runIf(typeof reference === 'function')('agrees with zlib', () => {
    const bytes = Uint8Array.from({ length: 999 }, (_, k) => (k * k) % 251)
    expect(crc32(bytes)).toBe(reference(bytes))
  })
})

describe('an annotated PNG', () => {
  const annotated = annotatePng(pixel, 300, { Title: 'Law of U', Description: 'γ⁻¹ stays γ⁻¹' })
  const chunks = chunksOf(annotated)

  it('has the chunks in the order the format asks for, each with a sound checksum', () => {
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'pHYs', 'tEXt', 'iTXt', 'IDAT', 'IEND'])
    for (const { whole } of chunks) {
      const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
      expect(view.getUint32(whole.length - 4)).toBe(crc32(whole.subarray(4, whole.length - 4)))
    }
  })

  it('knows its physical size: 300 dpi are 11 811 pixels per metre', () => {
    const { content } = chunks[1]
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
    expect([view.getUint32(0), view.getUint32(4), content[8]]).toEqual([11811, 11811, 1])
  })

  it('carries words, as Latin-1 or else as UTF-8', () => {
    expect(new TextDecoder('latin1').decode(chunks[2].content)).toBe('Title\0Law of U')
    expect(new TextDecoder().decode(chunks[3].content)).toBe('Description\0\0\0\0\0γ⁻¹ stays γ⁻¹')
  })

  it('replaces an earlier resolution and keeps the pixels', () => {
    const twice = chunksOf(annotatePng(annotated, 600, {}))
    expect(twice.filter(({ type }) => type === 'pHYs')).toHaveLength(1)
    expect(twice.find(({ type }) => type === 'IDAT')?.content).toEqual(chunksOf(pixel)[1].content)
  })

  it('refuses what is no PNG', () => {
    expect(() => annotatePng(new Uint8Array(100), 300, {})).toThrow('not a PNG')
  })
})
