import { describe, expect, it } from 'vitest'
import type { Hands } from './contract'
import { ahead, inPieces } from './pieces'

const pieces = Array.from({ length: 12 }, (_, k) => k)
const square = async function* (k: number) {
  yield
  return k * k
}

/** Others that answer when they like, by hand. */
function hands(others: number, answer: (k: number, asked: number) => Promise<unknown>): Hands & { asked: number[] } {
  const asked: number[] = []
  return { others, asked, piece: (k) => answer(k as number, asked.push(k as number)) }
}
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function end<R>(work: AsyncGenerator<number, R>): Promise<{ result: R; shares: number[] }> {
  const shares: number[] = []
  for (;;) {
    const { done, value } = await work.next()
    if (done) return { result: value, shares }
    shares.push(value)
    await soon(0)
  }
}

describe('pieces of work', () => {
  const whole = pieces.map((k) => k * k)

  it.each([0, 1, 3, 30])('come back in their order, with %i others', async (others) => {
    const lent = others
      ? hands(others, async (k) => {
          // The later ones are back first.
          await soon(12 - k)
          return k * k
        })
      : undefined
    const { result, shares } = await end(inPieces(pieces, square, lent))
    expect(result).toEqual(whole)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(lent?.asked ?? []).toEqual([...new Set(lent?.asked)])
    if (lent) expect(lent.asked.length).toBeGreaterThan(0)
  })

  it('are done here where another was stopped', async () => {
    const lent = hands(2, async (k, asked) => (asked > 2 ? k * k : undefined))
    expect((await end(inPieces(pieces, square, lent))).result).toEqual(whole)
    expect(lent.asked).toHaveLength(2)
    // … also when there is nothing else left to do.
    const late = hands(1, async () => void (await soon(30)))
    expect((await end(inPieces([3, 4], square, late))).result).toEqual([9, 16])
  })

  it('end with the failure of one of them', async () => {
    const lent = hands(1, async () => {
      throw new Error('broken')
    })
    await expect(end(inPieces(pieces, square, lent))).rejects.toThrow('broken')
    const own = async function* (): AsyncGenerator<undefined, number> {
      yield
      throw new Error('here')
    }
    await expect(end(inPieces(pieces, own, undefined))).rejects.toThrow('here')
  })

  it('are given away no more once nobody wants them', async () => {
    const lent = hands(1, async (k) => {
      await soon(2)
      return k * k
    })
    const work = inPieces(pieces, square, lent)
    await work.next()
    await work.return([])
    const given = lent.asked.length
    await soon(30)
    expect(lent.asked).toHaveLength(given)
  })

  it('may be none', async () => {
    expect(
      (
        await end(
          inPieces(
            [],
            square,
            hands(2, async () => 1),
          ),
        )
      ).result,
    ).toEqual([])
  })
})

describe('pieces that are made ahead', () => {
  it('are done here only as far as they are needed, and by the others while this thread does something else', async () => {
    const own: number[] = []
    const here = async function* (k: number) {
      own.push(k)
      yield
      return k * k
    }
    const alone = ahead(pieces, here, undefined)
    await end(alone.until(5))
    expect(own).toEqual([0, 1, 2, 3, 4])
    expect(alone.results).toEqual([0, 1, 4, 9, 16])
    own.length = 0
    const lent = hands(2, async (k) => {
      await soon(1)
      return k * k
    })
    const shared = ahead(pieces, here, lent)
    await shared.idle
    expect(lent.asked).toEqual(pieces)
    await end(shared.until(pieces.length))
    expect(own).toEqual([])
    expect(shared.results).toEqual(pieces.map((k) => k * k))
  })

  it('are waited for where another is at one of those that are needed', async () => {
    let answer = () => {}
    const lent = hands(1, (k) =>
      k > 0 ? new Promise(() => {}) : new Promise((resolve) => (answer = () => resolve(0))),
    )
    const work = ahead(pieces, square, lent)
    const waiting = end(work.until(2))
    await soon(20)
    expect(work.results.length).toBe(2)
    expect(0 in work.results).toBe(false)
    answer()
    await waiting
    expect(work.results.slice(0, 2)).toEqual([0, 1])
    work.stop()
  })
})
