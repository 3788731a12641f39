import { describe, expect, it } from 'vitest'
import { addPath, colourHits, type Hits, noHits } from './crowd'

const down = { offset: 0, slope: 1, log: false }

/** The hits as rows of digits. */
function picture({ width, height, counts }: Hits): string[] {
  return Array.from({ length: height }, (_, r) =>
    Array.from({ length: width }, (_, c) => counts[c * height + r] || '.').join(''),
  )
}

describe('a crowd of stepped paths', () => {
  it('draws level and upright lines, each pixel once', () => {
    const hits = noHits(6, 4)
    addPath(hits, Int32Array.of(0, 2, 5), [0, 3, 1], down)
    expect(picture(hits)).toEqual(['111...', '..1..1', '..1..1', '..1111'])
  })

  it('adds up where paths meet', () => {
    const hits = noHits(4, 2)
    for (let k = 0; k < 3; k++) addPath(hits, Int32Array.of(0, 3), [k % 2, k % 2], down)
    expect(picture(hits)).toEqual(['2222', '1111'])
  })

  it('counts a path once in a column that it crosses often', () => {
    const hits = noHits(2, 3)
    addPath(hits, Int32Array.of(0, 0, 0, 0, 1), [1, 0, 2, 1, 1], down)
    expect(picture(hits)).toEqual(['1.', '11', '1.'])
  })

  it('ends where values are missing and begins again after', () => {
    const hits = noHits(6, 1)
    addPath(hits, Int32Array.of(0, 2, 4, 5), [0, Number.NaN, 0, 0], down)
    expect(picture(hits)).toEqual(['11..11'])
  })

  it('keeps off what lies outside', () => {
    const hits = noHits(2, 2)
    addPath(hits, Int32Array.of(-3, 9), [1, 7], down)
    expect(picture(hits)).toEqual(['..', '11'])
  })

  it('covers more with every hit, and never all of it', () => {
    const hits = noHits(3, 1)
    hits.counts.set([0, 1, 2])
    const out = new Uint32Array(3)
    colourHits(hits, [1, 2, 3], 0.5, out)
    expect(Array.from(new Uint8Array(out.buffer))).toEqual([0, 0, 0, 0, 1, 2, 3, 128, 1, 2, 3, 191])
  })
})
