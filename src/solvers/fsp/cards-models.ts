/** Models with numbers to their printed digits: those of the tests, and those that take longer. */
import type { Card } from './cards'

const schloegl = (a: number, b: number, c: number, d: number, start: number) =>
  `species X = ${start}; 0 => X, ${a} * X * (X - 1) + ${b}; X => 0, ${c} * X * (X - 1) * (X - 2) + ${d} * X`

const papText = `species G1 = 1; parameter L = 100
  G1 -> G2, L; G2 -> G1, 0.25 + 2.25 / (1 + n); G1 -> G3, L; G3 -> G1, 1 + 0.2 / (1 + n)
  G2 -> G4, 0.01 * (L - 1); G4 -> G2, 1 + 0.2 / (1 + n); G3 -> G4, 0.01 * (L - 1); G4 -> G3, 0.25 + 2.25 / (1 + n)
  0 => n, 10 * G2; n -> 0, 1`

const switchOf = (start: string) => `species ${start}
  parameter b = 0.4; A -> 0, 0.05; B -> 0, 0.05; 0 => A, b / (b + B); 0 => B, b / (b + A)`

export const models: readonly Card[] = [
  {
    name: '8.1 Schlögl (a)',
    text: schloegl(0.015, 200, 1e-4 / 6, 3.5, 250),
    truths: `rest mean X 454.8613479
      rest var X 39951.54674
      rest p X=82 5.773277e-3
      rest p X=563 6.852538e-3
      rest p X=256 3.499e-7
      rest p X<=256 0.2202606320
      rest peak X=0,256 82
      rest peak X=256,900 563
      rest dip X=82,563 256
      1 mean X 257.697642
      1 sd X 76.246273
      1 p X<=247 0.500631
      4 mean X 309.884731
      4 sd X 216.008606
      4 p X<=247 0.512939
      10 mean X 316.591680
      10 sd X 238.069673
      10 p X<=247 0.513286`,
  },
  {
    name: '8.1 Schlögl (b)',
    text: schloegl(0.18, 2200, 2.5e-4, 37.5, 0),
    truths: `rest mean X 169.463284
      rest var X 14322.03108
      rest p X=95 1.437678e-2
      rest p X=392 1.706707e-3
      rest p X<=235 0.7678820964
      rest peak X=0,235 95
      rest peak X=235,600 392
      rest dip X=95,392 235
      0.1 mean X 77.473114
      0.1 sd X 13.072460
      0.5 mean X 104.339972
      1 mean X 109.970486
      1 sd X 42.197485
      5 mean X 138.364091
      5 sd X 92.877375`,
  },
  {
    name: '8.1 Schlögl (b2)',
    text: schloegl(0.18, 2250, 2.5e-4, 37.5, 0),
    truths: `rest mean X 255.4418495
      rest peak X=0,240 100
      rest peak X=240,600 396`,
  },
  {
    name: '8.1 Schlögl (c)',
    text: schloegl(2.676, 108.102, 0.04, 37.881, 50),
    truths: `rest mean X 18.7947392
      rest var X 422.4363
      rest p X<=20 0.64388
      rest peak X=0,20 2
      rest peak X=20,70 46
      rest dip X=2,46 20`,
  },
  {
    name: '8.1 Schlögl (c), counts below 85',
    text: schloegl(2.676, 108.102, 0.04, 37.881, 50).replace(
      '+ 108.102',
      '+ (X < 85 ? 108.102 : -2.676 * X * (X - 1))',
    ),
    truths: 'rest mean X 18.79322846',
  },
  {
    name: '8.1 Schlögl (d), b = 1',
    text: schloegl(3 / 25, 6.25, 0.6 / 625, 2.95, 0),
    truths: `rest peak X=0,40 2
      rest peak X=40,120 90`,
  },
  {
    name: '8.1 Schlögl (d), b = 2',
    text: schloegl(3 / 25, 12.5, 0.6 / 625, 2.95, 0),
    truths: `rest mean X 72.4501817
      rest peak X=0,40 4
      rest peak X=40,120 92
      rest dip X=4,92 31
      rest p X<=31 0.2135117`,
  },
  {
    name: '8.2 switch, from (30, 5)',
    text: switchOf('A = 30, B = 5'),
    truths: `100 mean A 10.25165432
      100 mean B 1.96219802
      100 var A 55.51585052
      100 var B 11.63319686
      rest mean A 6.80219442
      rest mean B 6.80219442
      rest var A 61.202483
      rest var B 61.202483`,
  },
  {
    name: '8.2 switch, from nothing',
    text: switchOf('A = 0, B = 0'),
    truths: `100 mean A 6.50615281
      100 mean B 6.50615281
      100 var A 56.82113937
      100 var B 56.82113937`,
  },
  {
    name: '8.7 futile cycle',
    text: `species S0 = 30, S1 = 2, S3 = 90, S4 = 2
      S0 + S1 -> S2, 0.4; S2 -> S0 + S1, 100; S3 + S4 -> S5, 2; S5 -> S3 + S4, 1; S2 -> S1 + S3, 100; S5 -> S0 + S4, 50`,
    truths: `0.1 mean S0 36.06778118
      0.1 var S0 5.89180885
      0.1 mean S2 0.13372914
      0.1 mean S3 82.26981885
      0.1 mean S5 1.52867083
      1 mean S0 79.03713885
      1 var S0 30.82295967
      1 mean S2 0.27278332
      1 mean S3 39.47445120
      1 mean S5 1.21562663
      10 mean S0 105.24574386
      10 var S0 13.58161283
      10 mean S2 0.34815168
      10 mean S3 13.70980105
      10 mean S5 0.69630342
      rest mean S0 105.24574558
      rest var S0 13.58161059
      rest mean S2 0.34815168
      rest mean S5 0.69630336`,
  },
  {
    name: '8.15 Pap',
    text: papText,
    truths: `1 mean G1 0.00379819
      1 mean G2 0.35659209
      1 mean G3 0.38380219
      1 mean G4 0.25580753
      1 mean n 2.36289763
      1 var n 7.86748377
      1 p n=0 0.40898658
      10 mean G1 0.00312847
      10 mean G2 0.37549286
      10 mean G3 0.31370765
      10 mean G4 0.30767102
      10 mean n 3.75403271
      10 var n 11.99375508
      10 p n=0 0.20393243
      100 mean G1 0.00312791
      100 mean G2 0.37551774
      100 mean G3 0.31364364
      100 mean G4 0.30771071
      100 mean n 3.75517735
      100 var n 11.99519187
      100 p n=0 0.20375065`,
  },
  {
    name: '8.19 linear checks: birth and death',
    text: 'species X = 0; 0 -> X, 1000; X -> 0, 10',
    truths: '0.1 mean X 63.21205588285577',
  },
  {
    name: '8.19 linear checks: sixteen ways out',
    text: `species A = 100; ${Array.from({ length: 16 }, (_, k) => `A -> B, ${(k + 1) / 10}`).join('; ')}`,
    truths: '0.1 mean A 25.666',
  },
  {
    // The law at rest in rational numbers; by t = 5 nothing else is left.
    name: '8.19 linear checks: binding, from 500 of each',
    text: 'species A = 500, B = 500; A + B -> C, 0.1; C -> A + B, 1',
    truths: `5 mean C 434.3291890911203
      rest mean C 434.3291890911203`,
  },
  {
    name: '8.3 switch of pacmensl',
    text: `0 => x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3); x -> 0, 3.8e-4
      0 => y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1); y -> 0, 3.8e-4`,
    truths: `100 mean x 1.86742317
      100 mean y 1.55554916
      100 var x 1.86932049
      100 var y 1.55694515
      3600 mean x 14.48428836
      3600 mean y 16.50612887
      3600 var x 81.91182101
      3600 var y 69.91887375
      14400 mean x 15.51695630
      14400 mean y 23.33278178
      28800 mean x 15.92277075
      28800 mean y 24.94006088
      28800 var x 307.72254099
      28800 var y 197.45865941`,
  },
  {
    // Variances of P: …5271000 at t = 20 and …4363502 at t = 50 by an independent uniformisation in steps of 1 (card …5272, …4365).
    name: '8.14 enzyme',
    text: 'species S = 301, E = 120; S + E -> ES, 0.00166; ES -> S + E, 1e-4; ES -> E + P, 0.1',
    truths: `10 mean S 140.61269804
      10 mean ES 86.20254103
      10 mean P 74.18476093
      10 var P 53.13689577
      20 mean S 73.03227166
      20 mean ES 73.29927669
      20 mean P 154.66845166
      20 var P 80.85655271
      50 mean S 1.62687256
      50 mean ES 15.32343459
      50 mean P 284.04969285
      50 var P 18.60224364`,
  },
  {
    // The card's own box lost a little: an independent uniformisation on 160 × 110 counts gives the digits here at t = 10
    // and 30, where the card has A …817 and …2924 (variance 45.167371), B …9398 and …9851 (variance 21.396201), gA …3023.
    name: '8.15 Toggle2',
    text: `species gA = 1, gB = 1
      gA -> gA + A, 40; gB -> gB + B, 20; A -> 0, 1; B -> 0, 1
      2A + gB -> bgB, 1e-5; 2B + gA -> bgA, 3.5e-5; bgB -> 2A + gB, 1; bgA -> 2B + gA, 1`,
    truths: `1 mean gA 0.99909858
      1 mean gB 0.99896976
      1 mean A 25.27439935
      1 mean B 12.63598344
      10 mean gA 0.99313511
      10 mean gB 0.99215061
      10 mean A 39.72446823
      10 mean B 19.84259400
      30 mean gA 0.99313024
      30 mean gB 0.99214493
      30 mean A 39.72520947
      30 var A 45.167371
      30 mean B 19.84289862
      30 var B 21.396201`,
  },
]

/** Cards that take more than a second or two. */
export const slow: readonly Card[] = [
  {
    name: '7.2 two-stage gene at rest',
    text: 'species M = 2, P = 4; 0 -> M, 0.1; M -> 0, 0.002; M -> M + P, 0.015; P -> 0, 0.01',
    truths: `rest mean M 50
      rest mean P 75
      rest fano P 2.25`,
  },
  {
    // The deviation is 117.8942366 by a dense exponential on 761 counts too: the card (…236) is cut off, not rounded.
    name: '8.1 Schlögl (b), late',
    text: schloegl(0.18, 2200, 2.5e-4, 37.5, 0),
    truths: `20 mean X 166.730568
      20 sd X 117.894237`,
  },
  {
    // Variance: …634480 by a sparse direct solution on 190 × 190 counts too; the card (…479) is cut off, not rounded.
    name: '8.3 ToggleSwitch of SSIT',
    text: '0 => x, 10 + 80 * 8000 / (8000 + y^3); x -> 0, 1; 0 => y, 10 + 80 * 8000 / (8000 + x^3); y -> 0, 1',
    truths: `rest mean x 43.44111086
      rest mean y 43.44111086
      rest var x 1082.634480
      rest var y 1082.634480`,
  },
  {
    // The card's numbers lack what its box lost.
    name: '8.15 Goutsias',
    leak: 1.8e-9,
    text: `species M = 2, D = 6, DNA = 2
      RNA -> RNA + M, 0.043; M -> 0, 0.0007; DNAD -> DNAD + RNA, 0.0715; RNA -> 0, 0.0039
      DNA + D -> DNAD, 0.0199264664; DNAD -> DNA + D, 0.4791
      DNAD + D -> DNA2D, 1.99264664e-4; DNA2D -> DNAD + D, 8.765e-12
      2M -> D, 0.0830269432; D -> 2M, 0.5`,
    truths: `50 mean RNA 0.81934215
      50 mean M 6.78513838
      50 mean D 3.65025333
      50 mean DNAD 0.26653007
      50 mean DNA2D 0.00741532`,
  },
  {
    name: '8.3 switch of pacmensl, at 1e6',
    text: `0 => x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3); x -> 0, 3.8e-4
      0 => y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1); y -> 0, 3.8e-4
      observable above = x > y ? 1 : 0`,
    truths: `1e6 mean x 15.25969338
      1e6 mean y 25.68654488
      1e6 mean above 0.21986427`,
  },
]
