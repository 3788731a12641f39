/**
 * Early signalling of the B cell receptor: the rules of Barua, Hlavacek & Lipniacki 2012 (doi:10.4049/jimmunol.1102003;
 * also as data/bcr in ReactionNetworkImporters.jl), spelt out species by species: 1,122 species and 24,388 reactions.
 *
 * The kinases Lyn (L) and Fyn (F) have an activating tyrosine and a tail, each bare or phosphorylated, `00` … `PP`; with `c`
 * the tail is bound by the kinase itself. Two tyrosines of the receptor count as one site: `0`, `P`, `Q`. Its first site
 * binds either kinase, the second, when `Q`, Syk. PAG has an arm for each kinase, held by SH3 (`s`), by SH2 on the arm's
 * phosphorylated tyrosine (`h`) or by both (`b`), and a tyrosine for Csk. Antigen of strength c lets bound kinases
 * phosphorylate receptors and each other.
 */

/** Per molecule and second; c and p25 are pure numbers. */
const constants = `parameter c = 0, p2 = 10, p3 = 3e-4, p4 = 3e-7, p5 = 30, p6 = 3e-5, p7 = 0.3, p8 = 0.1, p9 = 3e-6, p10 = 0.3
parameter p11 = 1e-5, p12 = 1e3, p13 = 30, p14 = 0.1, p15 = 3e-7, p16 = 3e-3, p17 = 1e-10, p18 = 1e-7, p19 = 1e-7
parameter p20 = 3e-5, p21 = 1e3, p22 = 3e-6, p23 = 3e-4, p24 = 1, p25 = 5`
const kinases = ['L', 'F'] as const
type Kinase = (typeof kinases)[number]
const both = ['0', 'P'] as const
const states = both.flatMap((active) => both.map((tail) => `${active}${tail}`))
const betas = ['0', 'P', 'Q', 'S0', 'SP']

/** Where a kinase is bound to a receptor, its on and off rates there. */
const docks = [
  ['0', 'p4', 'p5'],
  ['P', 'p6', 'p7'],
  ['Q', 'p6', 'p8'],
] as const
const bareAlphas = docks.map(([site]) => ({ site, kinase: '', state: '' }))
const heldAlphas = docks.flatMap(([site]) =>
  kinases.flatMap((kinase) => states.map((state) => ({ site, kinase, state }))),
)
const alphas = [...bareAlphas, ...heldAlphas]
type Alpha = (typeof alphas)[number]
const receptor = ({ site, kinase, state }: Alpha, beta: string) => `B${site}${kinase}${state}_${beta}`

/** How an arm of PAG holds its kinase, its own tyrosine, and the kinase. */
interface Arm {
  readonly hold: '' | 's' | 'h' | 'b'
  readonly own: '0' | 'P'
  readonly state: string
}
const arms: readonly Arm[] = [
  ...both.map((own) => ({ hold: '', own, state: '' }) as const),
  ...states.flatMap((state) => [
    ...both.map((own) => ({ hold: 's', own, state }) as const),
    { hold: 'h', own: 'P', state } as const,
    { hold: 'b', own: 'P', state } as const,
  ]),
]
const cskSites = ['0', 'P', 'C']

export function bCell(copies = 300_000): string {
  const start = ['B0_0', 'L_00', 'F_00', pag({ L: arms[0], F: arms[0] }, '0'), 'Csk', 'Y_0']
  const species = `species ${start.map((name) => `${name} = ${copies}`).join(', ')}`
  const reactions = [...freeKinases(), ...receptors(), ...catalysis(), ...adapters()]
  return [constants, species, ...reactions].join('\n')
}

const pag = ({ L, F }: Record<Kinase, Arm>, csk: string) =>
  `P_${[L, F].map(({ hold, own, state }) => `${hold}${own}${state}`).join('_')}_${csk}`

/** What the first has to do with the second, which becomes another. */
const acts = (first: string, second: string, becomes: string, rate: string) =>
  first === second
    ? `2 ${first} -> ${first} + ${becomes}, 2*${rate}`
    : `${first} + ${second} -> ${first} + ${becomes}, ${rate}`

/** Phosphate comes off a kinase, wherever it is. */
const off = (state: string, named: (state: string) => string) => [
  ...(state[0] === 'P' ? [`${named(state)} -> ${named(`0${state[1]}`)}, p24`] : []),
  ...(state[1] === 'P' ? [`${named(state)} -> ${named(`${state[0]}0`)}, p24`] : []),
]

function freeKinases(): string[] {
  const each = kinases.flatMap((kinase) => [
    ...both.map((active) => `${kinase}_${active}P <-> ${kinase}_${active}c, p2, p3`),
    ...[...states, '0c', 'Pc'].flatMap((state) => off(state, (other) => `${kinase}_${other}`)),
  ])
  const pairs = kinases.flatMap((first) =>
    kinases.flatMap((second) =>
      both.map((active) => acts(`${first}_${active}0`, `${second}_00`, `${second}_P0`, active === '0' ? 'p17' : 'p18')),
    ),
  )
  return [...each, ...pairs]
}

function receptors(): string[] {
  const bare = (site: string) => bareAlphas.find((alpha) => alpha.site === site)!
  const docking = docks.flatMap(([site, on, leave]) =>
    heldAlphas
      .filter((alpha) => alpha.site === site)
      .flatMap((alpha) =>
        betas.map(
          (beta) =>
            `${receptor(bare(site), beta)} + ${alpha.kinase}_${alpha.state} <-> ${receptor(alpha, beta)}, ${on}, ${leave}`,
        ),
      ),
  )
  const held = heldAlphas.flatMap((alpha) =>
    betas.flatMap((beta) => off(alpha.state, (state) => receptor({ ...alpha, state }, beta))),
  )
  const first = betas.flatMap((beta) => [`BP_${beta} -> B0_${beta}, p24`, `BQ_${beta} -> BP_${beta}, 2*p24`])
  const second = alphas.flatMap((alpha) => {
    const named = (beta: string) => receptor(alpha, beta)
    const syk = both.map((state) => `Y_${state} + ${named('Q')} <-> ${named(`S${state}`)}, p9, p10`)
    const bare = [`${named('P')} -> ${named('0')}, p24`, `${named('Q')} -> ${named('P')}, 2*p24`]
    return [...syk, ...bare, `${named('SP')} -> ${named('S0')}, p24`]
  })
  return [...docking, ...held, ...first, ...second, 'Y_P -> Y_0, p24']
}

/** By what is bound to a receptor, on what is bound to another one or is part of it. */
function catalysis(): string[] {
  const all = alphas.flatMap((alpha) => betas.map((beta) => ({ alpha, beta, name: receptor(alpha, beta) })))
  const changed = all.flatMap(({ alpha, beta, name }) => {
    const { site, kinase, state } = alpha
    const to = (next: Alpha, nextBeta: string, times: string) => ({ name, becomes: receptor(next, nextBeta), times })
    return [
      ...(kinase === '' && site !== 'Q'
        ? [to({ ...alpha, site: site === '0' ? 'P' : 'Q' }, beta, site === '0' ? '2*' : '')]
        : []),
      ...(beta === '0' ? [to(alpha, 'P', '2*')] : []),
      ...(beta === 'P' ? [to(alpha, 'Q', '')] : []),
      ...(state[0] === '0' ? [to({ ...alpha, state: `P${state[1]}` }, beta, '')] : []),
    ]
  })
  const byKinases = all
    .filter(({ alpha }) => alpha.kinase !== '')
    .flatMap(({ alpha, name }) => {
      const rate = `c*${alpha.state[0] === '0' ? 'p19' : 'p20'}${alpha.kinase === 'F' ? '/p25' : ''}`
      return changed.map((target) => acts(name, target.name, target.becomes, `${target.times}${rate}`))
    })
  const bySyk = all
    .filter(({ beta }) => beta.startsWith('S'))
    .flatMap(({ beta, name }) =>
      alphas.map((alpha) =>
        acts(name, receptor(alpha, 'S0'), receptor(alpha, 'SP'), beta === 'S0' ? 'c*p22' : 'c*p23'),
      ),
    )
  return [...byKinases, ...bySyk]
}

function adapters(): string[] {
  const of = (kinase: Kinase, arm: Arm, other: Arm, csk: string) =>
    pag(kinase === 'L' ? { L: arm, F: other } : { L: other, F: arm }, csk)
  const perArm = kinases.flatMap((kinase) =>
    arms.flatMap((arm) => arms.flatMap((other) => cskSites.flatMap((csk) => armRules(kinase, arm, other, csk, of)))),
  )
  const byCsk = arms.flatMap((L) =>
    arms.flatMap((F) => {
      const named = (csk: string) => pag({ L, F }, csk)
      return [`Csk + ${named('P')} <-> ${named('C')}, p15, p16`, `${named('P')} -> ${named('0')}, p24`]
    }),
  )
  return [...perArm, ...byCsk]
}

function armRules(
  kinase: Kinase,
  arm: Arm,
  other: Arm,
  csk: string,
  of: (kinase: Kinase, arm: Arm, other: Arm, csk: string) => string,
): string[] {
  const { hold, own, state } = arm
  const here = of(kinase, arm, other, csk)
  const to = (next: Partial<Arm>) => of(kinase, { ...arm, ...next }, other, csk)
  const free = (name: string) => `${name}_${state}`
  const held = hold !== ''
  const bySh2 = hold === 'h' || hold === 'b'
  const active = state[0] === 'P'
  const without = (next: Arm['own']) => of(kinase, { hold: '', own: next, state: '' }, other, csk)
  return [
    ...(hold === 's' ? [`${free(kinase)} + ${without(own)} <-> ${here}, p11, p13`] : []),
    ...(hold === 's' && own === 'P' ? [`${here} -> ${to({ hold: 'b' })}, p12`] : []),
    ...(hold === 'h'
      ? [`${free(kinase)} + ${without('P')} -> ${here}, p6`, `${here} -> ${to({ hold: 'b' })}, p12`]
      : []),
    ...(hold === 'b' ? [`${here} -> ${free(kinase)} + ${without('P')}, p14`] : []),
    ...(hold === 's' && active && own === '0'
      ? [`${here} -> ${to({ own: 'P' })}, ${kinase === 'L' ? 'p21' : '0'}`]
      : []),
    ...(bySh2 && active && other.own === '0'
      ? [`${here} -> ${of(kinase, arm, { ...other, own: 'P' }, csk)}, p21`]
      : []),
    ...(bySh2 && active && csk === '0' ? [`${here} -> ${of(kinase, arm, other, 'P')}, p21`] : []),
    ...(held && state[1] === '0' && csk === 'C' ? [`${here} -> ${to({ state: `${state[0]}P` })}, p21`] : []),
    ...off(state, (next) => to({ state: next })),
    ...(!bySh2 && own === 'P' ? [`${here} -> ${to({ own: '0' })}, p24`] : []),
  ]
}
