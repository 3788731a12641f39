import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** The real command line, in its own process, on a network from standard input. */
function analyse(input: string, ...args: string[]) {
  const [what, ...rest] = args
  const all = ['cli/propensity.mjs', 'analyse', ...(what ? [what, '-'] : []), ...rest]
  return spawnSync(process.execPath, all, { input, encoding: 'utf8' })
}

const pool = 'parameter k = 10\nparameter d = 1\n0 -> X, k\nX -> 0, d\n'

describe('propensity analyse', () => {
  it('finds the gap', () => {
    const { gap, residual } = JSON.parse(analyse(pool, 'gap', '--set', 'd=3').stdout)
    expect(gap).toBeCloseTo(3, 9)
    expect(residual).toBeLessThan(1e-5)
  })

  it('finds when a condition first holds, and how likely it does by a time', () => {
    const flags = ['--to', 'X >= 25', '--initial', 'X=10', '--times', '1000']
    const { mean, change, reached } = JSON.parse(analyse(pool, 'passage', ...flags).stdout)
    expect(mean).toBeCloseTo(2409.89704229604, 5)
    expect(change).toBe(0)
    expect(reached[0]).toBeCloseTo(1 - Math.exp(-1000 / mean), 2)
  })

  it('finds the law at rest', () => {
    const { marginals } = JSON.parse(analyse(pool, 'stationary').stdout)
    expect(marginals.array.data[10]).toBeCloseTo((10 ** 10 * Math.exp(-10)) / 3628800, 8)
  })

  it('finds the law that lasts', () => {
    const dying = 'species X = 3\nX -> 2X, 0.5\nX -> 0, 1\n'
    expect(JSON.parse(analyse(dying, 'quasi').stdout).rate).toBeCloseTo(0.5, 7)
  })

  it('finds what a count tells of the parameters', () => {
    const { information } = JSON.parse(analyse(pool, 'information', '--times', '2').stdout)
    const mean = 10 * (1 - Math.exp(-2))
    expect(information.coords.parameter).toEqual(['k', 'd'])
    expect(information.data[0]).toBeCloseTo((mean / 10) ** 2 / mean, 7)
  })

  it('finds how a law moves with a parameter', () => {
    const { gradient, parameter } = JSON.parse(analyse(pool, 'sensitivity', '--parameter', 'd', '--times', '40').stdout)
    expect(parameter).toBe('d')
    // The mean at rest is k/d.
    expect(gradient.map((entry: { value: number }) => entry.value)).toEqual([
      expect.closeTo(1, 6),
      expect.closeTo(-10, 5),
    ])
  })

  it('finds how far apart two settings are', () => {
    const [{ quantity, totalVariation, hellinger }] = JSON.parse(
      analyse(pool, 'distance', '--against', 'k=12', '--times', '40').stdout,
    )
    expect(quantity).toBe('X')
    // Hellinger between Poisson laws: √(1 − e^(−(√a − √b)²/2)).
    expect(hellinger).toBeCloseTo(Math.sqrt(1 - Math.exp(-((Math.sqrt(12) - Math.sqrt(10)) ** 2) / 2)), 5)
    expect(totalVariation.value).toBeGreaterThan(hellinger ** 2)
    expect(totalVariation.bound).toBeLessThan(1e-8)
  })

  it.each([
    [[], 2, /which analysis\? there are gap, passage/],
    [['gaps'], 2, /no analysis gaps; there are/],
    [['passage'], 2, /--to 'X >= 25'/],
    [['passage', '--to', 'X > Y'], 2, /column 5: .*Y/],
    [['distance'], 2, /--against a=37/],
    [['quasi'], 1, /law at rest/],
  ] as const)('complains of %j', (args, status, words) => {
    const told = analyse(pool, ...args)
    expect(told.status).toBe(status)
    expect(told.stderr).toMatch(words)
  })
})
