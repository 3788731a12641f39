import { describe, expect, it } from 'vitest'
import { Failure, type Solution } from '../contract'
import { fsp } from './index'
import { bound, law, moment, problem, solve } from './trial'

const atRest = (text: string, tolerance = 1e-10, observe?: readonly string[]): Promise<Solution> =>
  solve(problem(text, [0], observe), { horizon: 'stationary', tolerance })

const schloegl = (up: string, constant: number, down: string, decay: number) => `
  2X => 3X, ${up} * X * (X - 1); 0 -> X, ${constant}
  3X => 2X, ${down} * X * (X - 1) * (X - 2); X -> 0, ${decay}`

/** Half a unit of the last printed digit. */
function printed(value: number, truth: string) {
  const digits = truth.split('.')[1]?.length ?? 0
  expect(Math.abs(value - Number(truth)), `${value} for ${truth}`).toBeLessThan(0.51 * 10 ** -digits)
}

describe('law at rest: published models', () => {
  // Values from independent programs (null vectors on fixed boxes), to their printed digits.
  const cards: [name: string, text: string, rows: [quantity: string, mean: string, variance?: string][]][] = [
    [
      'toggle of Einkemmer, Mangott & Prugger (arXiv:2309.08252)',
      'parameter b = 0.4; 0 -> A, b / (b + B); A -> 0, 0.05; 0 -> B, b / (b + A); B -> 0, 0.05',
      [
        ['A', '6.80219442', '61.202483'],
        ['B', '6.80219442', '61.202483'],
      ],
    ],
    [
      'Schlögl (a), whose wells are 2000 units of its slowest time apart',
      schloegl('0.015', 200, '(1e-4 / 6)', 3.5),
      [['X', '454.8613479', '39951.54674']],
    ],
    ['Schlögl (b)', schloegl('0.18', 2200, '2.5e-4', 37.5), [['X', '169.463284', '14322.03108']]],
    ['Schlögl (b2)', schloegl('0.18', 2250, '2.5e-4', 37.5), [['X', '255.4418495']]],
    ['Schlögl (c)', schloegl('2.676', 108.102, '0.040', 37.881), [['X', '18.7947392', '422.4363']]],
    ['Schlögl (d)', schloegl('(3 / 25)', 12.5, '(0.6 / 625)', 2.95), [['X', '72.4501817']]],
    [
      'futile cycle: three conservation laws',
      `species S0 = 30, S1 = 2, S3 = 90, S4 = 2
      S0 + S1 -> S2, 0.4; S2 -> S0 + S1, 100; S3 + S4 -> S5, 2; S5 -> S3 + S4, 1; S2 -> S1 + S3, 100; S5 -> S0 + S4, 50`,
      [
        ['S0', '105.24574558', '13.58161059'],
        ['S2', '0.34815168'],
        ['S5', '0.69630336'],
      ],
    ],
    [
      'toggle of the pacmensl tests, as uniformisation to t = 10⁷ has it',
      `0 -> x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3);   x -> 0, 3.8e-4
      0 -> y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1); y -> 0, 3.8e-4`,
      [
        ['x', '14.9957', '292.040'],
        ['y', '25.8796', '189.405'],
      ],
    ],
  ]
  for (const [name, text, rows] of cards) {
    it(name, async () => {
      const solution = await atRest(text)
      for (const [quantity, mean, variance] of rows) {
        printed(moment(solution, 'mean', quantity, 0), mean)
        if (variance) printed(moment(solution, 'variance', quantity, 0), variance)
      }
    })
  }

  // Two million hops of a 190 × 190 box: coarser, for the time it takes.
  it('toggle of SSIT', async () => {
    const text = '0 -> x, 10 + 80 * 20^3 / (20^3 + y^3); x -> 0, 1; 0 -> y, 10 + 80 * 20^3 / (20^3 + x^3); y -> 0, 1'
    const solution = await atRest(text, 1e-6)
    expect(moment(solution, 'mean', 'x', 0)).toBeCloseTo(43.44111086, 4)
    expect(moment(solution, 'variance', 'y', 0)).toBeCloseTo(1082.634479, 2)
  })

  it('the modes of Schlögl (a), and the saddle between them', async () => {
    const p = law(await atRest(schloegl('0.015', 200, '(1e-4 / 6)', 3.5)), 'X', 0)
    expect(p[82]).toBeCloseTo(5.773277e-3, 9)
    expect(p[563]).toBeCloseTo(6.852538e-3, 9)
    expect(p[256] / 3.499e-7).toBeCloseTo(1, 3)
    expect(p.slice(0, 257).reduce((a, b) => a + b)).toBeCloseTo(0.220260632, 9)
  })
})

describe('law at rest: laws known in closed form', () => {
  it('telegraph gene: Beta–Poisson', async () => {
    const text = 'species Off = 1; Off -> On, 0.25; On -> Off, 0.15; On -> On + M, 15; M -> 0, 1'
    const solution = await atRest(text)
    const p = law(solution, 'M', 0)
    for (const [n, truth] of [
      [0, 0.18400271550431],
      [1, 0.049088630441656],
      [2, 0.032977362830167],
      [5, 0.023381711557291],
      [15, 0.056489901059198],
      [20, 0.019574499136875],
    ]) {
      expect(p[n]).toBeCloseTo(truth, 11)
    }
  })

  it('is proved where conservation laws close the box: binding', async () => {
    const solution = await atRest('species S = 20, E = 10; E + S -> C, 0.1; C -> E + S, 1')
    expect(moment(solution, 'mean', 'C', 0)).toBeCloseTo(5.932192952558, 10)
    expect(moment(solution, 'variance', 'C', 0)).toBeCloseTo(2.096804875937, 10)
    expect(law(solution, 'C', 0)[5]).toBeCloseTo(0.216513229548, 11)
    expect(bound(solution, 0)).toBeLessThan(1e-12)
    expect(solution.diagnostics.states).toBe(11)
  })

  it('says of an open box by how much its last enlargement changed the law, and is that close', async () => {
    for (const tolerance of [1e-3, 1e-6, 1e-9]) {
      const solution = await atRest('0 -> X, 20; X -> 0, 1', tolerance)
      const { error } = solution.observations.marginals
      if (error.kind !== 'estimate') throw new Error(error.kind)
      expect(error.value).toBeLessThan(tolerance * 1.01)
      let [poisson, l1, rest] = [Math.exp(-20), 0, 1]
      law(solution, 'X', 0).forEach((p, n) => {
        if (n > 0) poisson *= 20 / n
        l1 += Math.abs(p - poisson)
        rest -= poisson
      })
      expect(l1 + rest).toBeLessThan(tolerance)
    }
  })

  it('ends where nothing happens any more', async () => {
    const dead = await atRest('species X = 12; X -> 0, 1')
    expect(law(dead, 'X', 0)[0]).toBe(1)
    const epidemic = await atRest('species I = 3, S = 17; S + I -> 2I, 0.1; I -> S, 1')
    expect(moment(epidemic, 'mean', 'I', 0)).toBe(0)
    const still = await atRest('species X = 7')
    expect(moment(still, 'mean', 'X', 0)).toBe(7)
  })

  it('weighs the ends by their chances', async () => {
    const split = await atRest('species X = 3; X -> A, 1; X -> B, 3')
    expect(law(split, 'A', 0)).toEqual([0.421875, 0.421875, 0.140625, 0.015625].map((p) => expect.closeTo(p, 13)))
    expect(bound(split, 0)).toBeLessThan(1e-12)
    // Final size of an epidemic in 20 people, by the recursion over its jumps.
    const epidemic = await atRest('species S = 19, I = 1, R = 0; S + I -> 2I, 0.1; I -> R, 1')
    const left = law(epidemic, 'S', 0)
    expect(moment(epidemic, 'mean', 'S', 0)).toBeCloseTo(11.882056258597, 10)
    for (const [n, p] of [
      [19, 0.344827586207],
      [18, 0.083567909923],
      [5, 0.03757707791],
      [0, 0.04057317546],
    ]) {
      expect(left[n]).toBeCloseTo(p, 11)
    }
  })

  it('proves what may leave the box before the end is reached', async () => {
    // Twice as likely to die as to divide: from 2, more than n at once with probability about 2^(2 − n).
    const solution = await atRest('species X = 2; X -> 2X, 1; X -> 0, 2', 1e-6)
    expect(bound(solution, 0)).toBeLessThan(1e-6)
    expect(law(solution, 'X', 0)[0]).toBeGreaterThan(1 - bound(solution, 0))
    expect(law(solution, 'X', 0)[0]).toBeLessThan(1)
  })

  it('is the same at every output time, for every observation', async () => {
    const asked = problem('species A = 4; A <-> B, 1, 3', [0, 5], ['moments', 'joint:A,B'])
    const solution = await solve(asked, { horizon: 'stationary' })
    expect(moment(solution, 'mean', 'A', 0)).toBeCloseTo(3, 12)
    expect(moment(solution, 'mean', 'A', 5)).toBe(moment(solution, 'mean', 'A', 0))
    const { data } = solution.observations['joint:A,B'].array
    expect(data.slice(0, data.length / 2)).toEqual(data.slice(data.length / 2))
  })
})

describe('law at rest: what it cannot say', () => {
  const failure = async (text: string, options = {}) => {
    const outcome = solve(problem(text, [0]), { horizon: 'stationary', maxStates: 2000, ...options })
    return outcome.then(
      () => 'no failure',
      (thrown) => (thrown instanceof Failure ? `${thrown.code}: ${thrown.message}` : String(thrown)),
    )
  }

  it('counts that grow without end', async () => {
    expect(await failure('0 -> X, 1')).toMatch(/^states: .*more than 2,000 states: X/)
  })

  it('a propensity that breaks on the way', async () => {
    expect(await failure('0 -> X, 5.5 - X; X -> 0, 1')).toMatch(/^propensity: /)
  })

  it('rates that change with time, said before it starts', () => {
    const asked = problem('0 -> X, 1 + sin(t); X -> 0, 1', [1])
    expect(fsp.supports(asked, { ...fsp.options.defaults, horizon: 'stationary' })).toMatchObject({ ok: false })
    expect(fsp.supports(asked, fsp.options.defaults)).toMatchObject({ ok: true })
  })

  it('warns that times do not matter', () => {
    const verdict = fsp.supports(problem('0 -> X, 1; X -> 0, 1', [1]), {
      ...fsp.options.defaults,
      horizon: 'stationary',
    })
    expect(verdict).toMatchObject({ ok: true, caution: expect.stringMatching(/at rest/) })
  })
})
