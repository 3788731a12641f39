/**
 * Numbers in print or from independent programs that a box of states can reproduce, each to the digits that were printed:
 * they say how far an answer may lie. Before each name stands the section of the collection that they come from. Where a
 * printed digit was found wrong, the right one stands here, and above it how that was found.
 */
export interface Card {
  readonly name: string
  readonly text: string
  /**
   * One a line: time or `rest`, `mean` | `var` | `sd` | `fano` | `p` | `cov`, of what (`X`, `X=3`, `X<=3`, `X,Y`), the digits; or
   * `peak` | `dip` of `X=from,to` and the count of the largest or least probability there.
   */
  readonly truths: string
  /** Probability that the printed numbers lack. */
  readonly leak?: number
}

export interface Truth {
  readonly time: number | 'rest'
  readonly kind: string
  readonly of: string
  readonly value: number
  /** Half a unit of the last printed digit. */
  readonly within: number
}

export function truthsOf({ name, truths }: Card): Truth[] {
  const lines = truths.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [time, kind, of, digits] = line.trim().split(/\s+/)
    const parts = /^-?\d+(?:\.(\d+))?(?:e(-?\d+))?$/.exec(digits)
    if (!parts) throw new Error(`${name}: ${line} does not end in a number`)
    const unit = 10 ** (Number(parts[2] ?? 0) - (parts[1]?.length ?? 0))
    return { time: time === 'rest' ? time : Number(time), kind, of, value: Number(digits), within: unit / 2 }
  })
}

const telegraph = (on: number, off: number, make: number) =>
  `species Off = 1; Off -> On, ${on}; On -> Off, ${off}; On -> On + M, ${make}; M -> 0, 1`

/** Bursts of a geometric law with mean 4; a burst of more than 160 has probability 0.8^161 = 2.5e-16. */
const bursts = Array.from({ length: 160 }, (_, k) => `0 -> ${k + 1} X, ${0.8 ** (k + 1)}`).join('; ')

export const laws: readonly Card[] = [
  {
    // The closed moment equations in 40 digits end the moments otherwise than the card, whose last digits come from sums
    // of a transform: means …360492 (card …361) and …924544 (…922), variances …824784 (…824) and …078714 (…088).
    name: '7.2 telegraph (0.25, 0.15, 15, 1)',
    text: telegraph(0.25, 0.15, 15),
    truths: `rest mean M 9.375
      rest fano M 5.01785714286
      rest p M=0 0.18400271550431
      rest p M=1 0.049088630441656
      rest p M=2 0.032977362830167
      rest p M=5 0.023381711557291
      rest p M=10 0.044257787815492
      rest p M=15 0.056489901059198
      rest p M=20 0.019574499136875
      0.5 mean M 0.373148606360
      0.5 var M 1.760142723697
      0.5 p M=0 0.899599561871
      1 mean M 1.200495788015
      1 var M 7.940352136722
      1 p M=0 0.795863184078
      1 p M=5 0.021862200050
      1 mean On 0.206049971228
      2 mean M 3.200080455897
      2 var M 24.732951868825
      2 p M=0 0.625665702634
      10 mean M 9.089101891925
      10 var M 47.479703024079
      10 p M=0 0.205157424051`,
  },
  {
    // Variance: …417981 by the closed moment equations in 40 digits (card …419).
    name: '7.2 telegraph (0.5, 0.5, 20, 1)',
    text: telegraph(0.5, 0.5, 20),
    truths: `rest mean M 10
      rest fano M 6
      rest p M=0 0.12783333716343
      rest p M=10 0.034416980573253
      1 mean M 2.642411176571
      1 var M 18.808590367418
      1 p M=0 0.634552531061`,
  },
  {
    // Variance: …398230 by the closed moment equations in 40 digits (card …399).
    name: '7.2 telegraph (2, 3, 40, 1)',
    text: telegraph(2, 3, 40),
    truths: `rest mean M 16
      rest fano M 5
      rest p M=0 0.006778125
      rest p M=5 0.030824999999998
      1 mean M 8.669362964567
      1 var M 55.198903611398
      1 p M=0 0.178958043969`,
  },
  {
    name: '7.2 telegraph (0.1, 0.9, 50, 1)',
    text: telegraph(0.1, 0.9, 50),
    truths: `rest mean M 5
      rest fano M 23.5
      rest p M=0 0.63294226725995
      1 mean M 1.321205588286
      1 var M 25.878615535727
      1 p M=0 0.909260909552`,
  },
  {
    name: '7.2 bursts',
    text: `${bursts}; X -> 0, 1`,
    truths: `1 p X=0 0.029509962688436
      1 p X=1 0.030190119402999
      1 p X=5 0.048212627719819
      1 mean X 12.6424111766
      rest p X=0 0.00032
      rest p X=5 0.0132120576
      rest p X=20 0.039203020505
      rest p X=40 0.005774208949`,
  },
  {
    name: '7.2 birth, death and immigration',
    text: '0 -> X, 2; X -> 2X, 0.5; X -> 0, 1',
    truths: `1.5 mean X 2.1105337890359
      1.5 p X=0 0.183621430139
      1.5 p X=3 0.151318783036`,
  },
  {
    // The mean of S2 is …0825037 by the closed equations in 40 digits: the card (…082) is cut off, not rounded.
    name: '7.2 Jahnke and Huisinga',
    text: `species S1 = 10, S2 = 3; 0 -> S1, 2; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3
      observable at45 = S1 == 4 ? (S2 == 5 ? 1 : 0) : 0
      observable at36 = S1 == 3 ? (S2 == 6 ? 1 : 0) : 0
      observable at00 = S1 == 0 ? (S2 == 0 ? 1 : 0) : 0`,
    truths: `2 mean at45 0.009146709401
      2 mean at36 0.007994823805
      2 mean at00 4.403805e-10
      2 mean S1 5.988155415
      2 mean S2 7.286511083
      2 var S1 4.814711562
      2 var S2 4.711378384
      2 cov S1,S2 -1.731870683`,
  },
  {
    name: '7.2 Jahnke and Huisinga, one S1 alone',
    text: 'species S1 = 1; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3',
    truths: `2 mean S1 0.31908438
      2 mean S2 0.4550391`,
  },
  {
    name: '7.2 Jahnke and Huisinga, one S2 alone',
    text: 'species S2 = 1; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3',
    truths: `2 mean S1 0.22751955
      2 mean S2 0.4100922`,
  },
  {
    name: '7.2 Jahnke and Huisinga, from nothing',
    text: '0 -> S1, 2; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3',
    truths: `2 mean S1 2.11475296
      2 mean S2 1.50584344`,
  },
  {
    name: '7.2 isomerisation',
    text: 'species A = 1; A -> B, 0.12; B -> A, 1',
    truths: '10 mean B 0.10714139205',
  },
  {
    name: '7.2 dimers, 003-01',
    text: 'species P = 100; 2P -> P2, 0.001; P2 -> 2P, 0.01',
    truths: `rest mean P2 36.4591723215
      rest sd P2 2.3900337294`,
  },
  {
    // The deviation is …26050918 by the product formula in 40 digits: the card (…260) is cut off, not rounded.
    name: '7.2 dimers, 003-02',
    text: 'species P = 1000; 2P -> P2, 0.0002; P2 -> 2P, 0.004',
    truths: `rest mean P2 434.0963729917
      rest sd P2 5.5342109261`,
  },
  {
    name: '7.2 binding',
    text: 'species S = 20, E = 10; E + S -> C, 0.1; C -> E + S, 1',
    truths: `rest mean C 5.932192952558
      rest var C 2.096804875937
      rest p C=5 0.216513229548`,
  },
  {
    // Whoever is infected recovers in time: e^(-100) and less is left at t = 100.
    name: '7.2 final size of an epidemic',
    text: `species S = 19, I = 1; S + I -> 2I, 2 / 20; I -> 0, 1`,
    truths: `100 p S=19 0.344827586207
      100 p S=18 0.083567909923
      100 p S=5 0.037577077910
      100 p S=0 0.040573175460
      100 mean S 11.882056258597`,
  },
  {
    name: '7.2 and 8.9 two-stage gene',
    text: 'species M = 2, P = 4; 0 -> M, 0.1; M -> 0, 0.002; M -> M + P, 0.015; P -> 0, 0.01',
    truths: `16 mean M 3.51168406
      16 mean P 4.02513960
      16 var M 1.63567406
      16 cov M,P 0.18532335
      16 var P 1.14845834
      128 mean M 12.84118550
      128 mean P 10.60993152
      128 var M 11.64259392
      128 cov M,P 7.36635359
      128 var P 16.36635145
      1024 mean M 43.80835371
      1024 mean P 63.39134175
      1024 var M 43.77507551
      1024 cov M,P 53.15019498
      1024 var P 141.54546123`,
  },
]
