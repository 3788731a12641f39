/**
 * Early signalling of the receptor of epidermal growth factor, spelt out species by species from its rules (Blinov et
 * al. 2006, doi:10.1016/j.biosystems.2005.06.014; constants per molecule and second as in that model): a receptor binds
 * its ligand, two bound ones pair, tyrosines are phosphorylated in pairs and bind Grb2, Shc and Sos in every order.
 * 356 species and 3,749 reactions.
 */

type Change = readonly [from: string, to: string, rate: number, takes?: string, gives?: string, paired?: boolean]

const bind = (from: string, taken: string, to: string, on: number, off: number): Change[] => [
  [from, to, on, taken],
  [to, from, off, undefined, taken],
]

/** States of the site that binds Grb2, and of the one that binds Shc; P: phosphorylated. */
const sites: readonly (readonly [states: readonly string[], changes: readonly Change[]])[] = [
  [
    ['Y', 'P', 'PG', 'PGS'],
    [
      ['Y', 'P', 0.5, undefined, undefined, true],
      ['P', 'Y', 4.505],
      ...bind('P', 'G', 'PG', 8.333e-7, 0.05),
      ...bind('P', 'GS', 'PGS', 1.25e-6, 0.03),
      ...bind('PG', 'S', 'PGS', 5.556e-6, 0.06),
    ],
  ],
  [
    ['Y', 'P', 'PH', 'PHP', 'PHPG', 'PHPGS'],
    [
      ['Y', 'P', 0.5, undefined, undefined, true],
      ['P', 'Y', 4.505],
      ['PH', 'PHP', 3, undefined, undefined, true],
      ['PHP', 'PH', 0.03],
      ...bind('P', 'H', 'PH', 2.5e-5, 0.6),
      ...bind('P', 'HP', 'PHP', 2.5e-7, 0.3),
      ...bind('P', 'HPG', 'PHPG', 2.5e-7, 0.3),
      ...bind('P', 'HPGS', 'PHPGS', 6.667e-8, 0.12),
      ...bind('PHP', 'G', 'PHPG', 1.667e-6, 0.1),
      ...bind('PHP', 'GS', 'PHPGS', 5e-6, 0.0429),
      ...bind('PHPG', 'S', 'PHPGS', 5.556e-6, 0.0214),
    ],
  ],
]

const inTheCell = [
  'HP + G <-> HPG, 1.667e-6, 0.01',
  'HP + GS <-> HPGS, 1.167e-5, 0.1',
  'HP -> H, 0.005',
  'G + S <-> GS, 5.556e-8, 0.0015',
  'HPG + S <-> HPGS, 1.667e-5, 0.064',
]

/** The network as text. */
export function receptors(): string {
  const states = sites.reduce<string[][]>((some, [next]) => some.flatMap((s) => next.map((n) => [...s, n])), [[]])
  const names = states.map((state) => state.join('_'))
  const index = new Map(names.map((name, i) => [name, i]))
  const first = names[0]
  const lines = [
    `species L = 1200000, G = 100000, H = 270000, S = 13000, GS = 49000, R_${first} = 180000`,
    ...inTheCell,
    ...names.map((name) => `R_${name} + L <-> B_${name}, 1.667e-6, 0.06`),
  ]
  const pair = (i: number, j: number) => `D_${names[Math.min(i, j)]}_${names[Math.max(i, j)]}`
  const side = (name: string, more: string | undefined) => (more ? `${name} + ${more}` : name)
  const changesOf = (state: readonly string[]) =>
    sites.flatMap(([, changes], k) =>
      changes
        .filter(([from]) => from === state[k])
        .map((change) => ({ change, to: index.get(state.with(k, change[1]).join('_'))! })),
    )
  states.forEach((state, i) => {
    for (const { change, to } of changesOf(state)) {
      const [, , rate, takes, gives, paired] = change
      const write = (from: string, into: string, times: number) =>
        lines.push(`${side(from, takes)} -> ${side(into, gives)}, ${times * rate}`)
      for (const kind of paired ? [] : ['R', 'B']) write(`${kind}_${names[i]}`, `${kind}_${names[to]}`, 1)
      names.forEach((_, j) => {
        write(pair(i, j), pair(to, j), i === j ? 2 : 1)
      })
    }
    for (let j = i; j < names.length; j++) lines.push(`B_${names[i]} + B_${names[j]} <-> ${pair(i, j)}, 5.556e-6, 0.1`)
  })
  return lines.join('\n')
}
