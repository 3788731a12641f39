import { describe, expect, it, vi } from 'vitest'
import { parse, parseInSteps } from '../network/parse'
import { createReader, longText } from './reading'

const chain = (n: number, from = 0) =>
  `species S0 = 1\n${Array.from({ length: n }, (_, i) => `S${from + i} -> S${from + i + 1}, ${i % 7}`).join('\n')}\n`

describe('the reader of long texts', () => {
  it('leaves the parse to whoever asks next, and says how far it is, never going back', async () => {
    const reader = createReader()
    const told: number[] = []
    reader.subscribe(({ progress }) => progress && told.push(progress.lines / progress.of))
    const text = chain(20_000)
    expect(await reader.read(text)).toBe(true)
    expect(told.length).toBeGreaterThan(3)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told[told.length - 1]).toBeLessThan(1)
    expect(reader.getState().progress).toBeUndefined()
    expect(parseInSteps(text).next().done).toBe(true)
    expect(parse(text).network?.reactions).toHaveLength(20_000)
  })

  it('gives way to a newer text, and to a wish to stop', async () => {
    const reader = createReader()
    const [first, second] = [reader.read(chain(20_000, 1)), reader.read(chain(5000, 2))]
    expect(await Promise.all([first, second])).toEqual([false, true])
    const third = reader.read(chain(20_000, 3))
    reader.stop()
    expect(await third).toBe(false)
    expect(reader.getState().progress).toBeUndefined()
  })

  it('lets others work while it reads', async () => {
    const reader = createReader()
    const turns = vi.fn()
    const timer = setInterval(turns, 0)
    await reader.read(chain(20_000, 4))
    clearInterval(timer)
    expect(turns.mock.calls.length).toBeGreaterThan(2)
  })

  it('holds nobody up over a short text', async () => {
    expect('X -> 0, 1'.length).toBeLessThan(longText)
    const reader = createReader()
    const seen = vi.fn()
    reader.subscribe(({ progress }) => progress && seen())
    expect(await reader.read('X -> 0, 1')).toBe(true)
    expect(seen).not.toHaveBeenCalled()
  })
})
