import { describe, expect, it } from 'vitest'
import type { Ledger, Solution } from '../contract'
import { type Journal, ledgerOf, note, shareOut } from './ledger'
import { problem, solve } from './trial'

function ledger({ ledger }: Solution): Ledger {
  if (!ledger) throw new Error('expected a ledger')
  return ledger
}

/** What left by each exit, over all intervals. */
function byExit({ lost }: Ledger): Record<string, number> {
  const exits = lost.coords.exit as string[]
  const total = (e: number) => lost.data.reduce((sum, p, i) => (i % exits.length === e ? sum + p : sum), 0)
  return Object.fromEntries(exits.map((exit, e) => [exit, total(e)]))
}

describe('ledger of a projection', () => {
  it('accounts for all that leaked, by exit and interval', async () => {
    const text = 'species U = 5; 0 -> U, 10; U -> 0, 1; U -> V, 0.5; V -> 0, 2'
    const solution = await solve(problem(text, [3, 20]), { tolerance: 1e-6 })
    const { lost, held } = ledger(solution)
    const total = lost.data.reduce((a, b) => a + b, 0)
    expect(total / solution.diagnostics.leaked).toBeCloseTo(1, 9)
    expect(lost.data.every((p) => p >= 0)).toBe(true)
    const until = lost.coords.until as number[]
    expect(until.at(-1)).toBe(20)
    expect(until).toContain(3)
    expect(until).toEqual([...until].sort((a, b) => a - b))
    expect(held.data.at(-2)).toBe(solution.diagnostics.states)
  })

  it('names the face and the reaction that mass left by', async () => {
    // Births alone lead upward out of the box; the second birth is ten times as frequent.
    const births = await solve(problem('rare: 0 -> X, 1; often: 0 -> X, 10; X -> 0, 1', [100]), { tolerance: 0.05 })
    const exits = byExit(ledger(births))
    expect(Object.keys(exits).filter((exit) => exit !== 'cut off')).toEqual(['X above by often', 'X above by rare'])
    expect(exits['X above by often'] / exits['X above by rare']).toBeCloseTo(10, 6)
    // A conserved pair can be tracked by one of its forms only, and leaves its box downward.
    const deaths = await solve(problem('species X = 1000; die: X -> 0, 0.01', [1]), { tolerance: 1e-3 })
    expect(byExit(ledger(deaths))['X below by die']).toBeGreaterThan(0)
  })

  it('counts what meets a broken rate apart', async () => {
    const rare = await solve(problem('0 => X, 2 + (X >= 15 ? 1 / 0 : 0); X -> 0, 1', [10]))
    expect(byExit(ledger(rare))['broken by r1']).toBeGreaterThan(0)
  })

  it('joins intervals in pairs when there are many, and loses nothing', () => {
    const journal: Journal = { intervals: [] }
    for (let k = 1; k <= 1000; k++)
      note(journal, { until: k, states: k, products: 2, lost: new Map([[`e${k % 3}`, 1]]) })
    const { lost, held } = ledgerOf(journal)
    expect(lost.shape[0]).toBeLessThanOrEqual(128)
    expect(lost.coords.until.at(-1)).toBe(1000)
    expect(lost.data.reduce((a, b) => a + b, 0)).toBe(1000)
    expect(held.data.reduce((sum, n, i) => (i % 2 ? sum + n : sum), 0)).toBe(2000)
  })

  it('keeps the largest exits by name and the others together', () => {
    const journal: Journal = { intervals: [] }
    note(journal, {
      until: 1,
      states: 1,
      products: 1,
      lost: new Map(Array.from({ length: 40 }, (_, k) => [`e${k}`, k])),
    })
    const { lost } = ledgerOf(journal)
    expect(lost.coords.exit.slice(0, 2)).toEqual(['e39', 'e38'])
    expect(lost.coords.exit.at(-1)).toBe('others')
    expect(lost.data.reduce((a, b) => a + b, 0)).toBe((39 * 40) / 2)
  })

  it('shares a total out in proportion, or gives it to the rest', () => {
    expect(
      shareOut(
        6,
        new Map([
          ['a', 1],
          ['b', 2],
          ['c', 0],
        ]),
        'rest',
      ),
    ).toEqual(
      new Map([
        ['a', 2],
        ['b', 4],
      ]),
    )
    expect(shareOut(6, new Map(), 'rest')).toEqual(new Map([['rest', 6]]))
    expect(shareOut(0, new Map([['a', 1]]), 'rest')).toEqual(new Map())
  })
})
