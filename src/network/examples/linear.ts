/** Networks whose propensities are linear in the counts: their moments close, and many of their laws are known. */
import { binomial, logGamma, poisson } from '../../numerics/statistics'
import { example, type KnownMoment, lawOf } from './example'

const { exp, log, log1p, sin, cos } = Math

/** Poisson moments and law, with every count that matters. */
function poissonAt(time: number, quantity: string, mean: number) {
  const last = Math.ceil(mean + 12 * Math.sqrt(mean) + 20)
  return {
    moment: { time, quantity, mean, variance: mean },
    law: lawOf(time, quantity, last, (count) => poisson(mean, count)),
  }
}

function binomialAt(time: number, quantity: string, n: number, p: number) {
  return {
    moment: { time, quantity, mean: n * p, variance: n * p * (1 - p) },
    law: lawOf(time, quantity, n, (count) => binomial(n, p, count)),
  }
}

function gather(parts: readonly { moment: KnownMoment; law: ReturnType<typeof lawOf> }[]) {
  return { moments: parts.map(({ moment }) => moment), laws: parts.map(({ law }) => law) }
}

export const birthDeath = example({
  name: 'birth-death',
  catches: 'the time axis, off-by-one in cap',
  text: `0 -> X, 10
X -> 0, 1`,
  times: [0.5, 2, 10],
  ...gather([0.5, 2, 10].map((t) => poissonAt(t, 'X', 10 * (1 - exp(-t))))),
  source: 'Poisson with mean b/d (1 − exp(−dt))',
})

const swing = (t: number) => 10 * (1 - exp(-t)) + 4 * (sin(t) - cos(t) + exp(-t))

export const swingingBirth = example({
  name: 'swinging-birth',
  catches: 'rates that depend on time',
  text: `0 -> X, 10 + 8*sin(t)
X -> 0, 1`,
  times: [0.5, 2, 7],
  ...gather([0.5, 2, 7].map((t) => poissonAt(t, 'X', swing(t)))),
  source: "Poisson with mean m' = b(t) − d m",
})

const chain = (t: number) => {
  const [a, b] = [exp(-t), (exp(-t) - exp(-3 * t)) / 2]
  return { A: a, B: b, C: 1 - a - b }
}

export const conversionChain = example({
  name: 'conversion-chain',
  catches: 'conservation, correlation',
  text: `species A = 30
A -> B, 1
B -> C, 3`,
  times: [0.3, 1],
  ...gather([0.3, 1].flatMap((t) => Object.entries(chain(t)).map(([name, p]) => binomialAt(t, name, 30, p)))),
  joints: [0.3, 1].map((time) => {
    const { A, B, C } = chain(time)
    const ways = exp(logGamma(31) - logGamma(13) - logGamma(9) - logGamma(11))
    return { time, quantities: ['A', 'B'], counts: [12, 8], p: ways * A ** 12 * B ** 8 * C ** 10 }
  }),
  source: 'multinomial: each molecule moves alone',
})

const backAndForth = (t: number) => 0.6 + 0.4 * exp(-5 * t)

export const isomerisation = example({
  name: 'isomerisation',
  catches: 'reversible statements, sub-Poisson noise',
  text: `species A = 100, B = 0
A <-> B, 2, 3`,
  times: [0.1, 0.5, 5],
  ...gather([0.1, 0.5, 5].map((t) => binomialAt(t, 'A', 100, backAndForth(t)))),
  source: 'binomial: each molecule moves alone',
})

export const pureDeath = example({
  name: 'pure-death',
  catches: 'absorbing states, zero total propensity',
  text: `species X = 20
X -> 0, 1`,
  times: [0, 0.5, 2, 40],
  ...gather([0, 0.5, 2, 40].map((t) => binomialAt(t, 'X', 20, exp(-t)))),
  source: 'binomial with p = exp(−dt)',
})

const [birth, death, ancestors] = [0.1, 0.11, 20]

/** Kendall's α and β of one ancestor: extinct with probability α, else geometric with ratio β. */
const kendall = (t: number) => {
  const e = exp((birth - death) * t)
  return [(death * (e - 1)) / (birth * e - death), (birth * (e - 1)) / (birth * e - death)]
}

export const linearBirthDeath = example({
  name: 'linear-birth-death',
  catches: 'autocatalysis, extinction',
  text: `species X = ${ancestors}
X -> 2X, ${birth}
X -> 0, ${death}`,
  times: [5, 20],
  moments: [5, 20].map((time) => {
    const e = exp((birth - death) * time)
    const variance = (ancestors * (birth + death) * e * (e - 1)) / (birth - death)
    return { time, quantity: 'X', mean: ancestors * e, variance }
  }),
  laws: [5, 20].map((time) => {
    const [alpha, beta] = kendall(time)
    const n = ancestors
    const none = alpha ** n
    // One survivor line of n, which has one member.
    const one = n * alpha ** (n - 1) * (1 - alpha) * (1 - beta)
    return { time, quantity: 'X', counts: [0, 1], p: [none, one] }
  }),
  source: 'Kendall 1948, doi:10.1214/aoms/1177730285',
})

const immigration = (() => {
  const [grow, die, come, time] = [0.5, 1, 2, 1.5]
  const e = exp((grow - die) * time)
  const q = (grow * (1 - e)) / (die - grow * e)
  const r = come / grow
  const p = (n: number) => exp(logGamma(r + n) - logGamma(n + 1) - logGamma(r) + r * log1p(-q) + n * log(q))
  return example({
    name: 'immigration-birth-death',
    catches: 'production by two ways',
    text: `0 -> X, ${come}
X -> 2X, ${grow}
X -> 0, ${die}`,
    times: [time],
    moments: [{ time, quantity: 'X', mean: (r * q) / (1 - q), variance: (r * q) / (1 - q) ** 2 }],
    laws: [lawOf(time, 'X', 60, p)],
    source: 'negative binomial with r = ν/λ',
  })
})()

export const batchImmigration = example({
  name: 'batch-immigration',
  catches: 'net changes larger than one',
  text: `0 -> 5 X, 1
X -> 0, 0.2`,
  times: [1, 5, 30],
  moments: [1, 5, 30].map((time) => {
    const [e, batch, rate, loss] = [exp(-0.2 * time), 5, 1, 0.2]
    const mean = ((batch * rate) / loss) * (1 - e)
    return { time, quantity: 'X', mean, variance: mean + ((rate * batch * (batch - 1)) / (2 * loss)) * (1 - e * e) }
  }),
  source: 'moment equations of batch immigration',
})

export const telegraph = example({
  name: 'telegraph',
  catches: 'binary species, bimodality, products that are also reactants',
  text: `species off = 1, on = 0, m = 0
off -> on, 0.25
on -> off, 0.15
on -> on + m, 15
m -> 0, 1`,
  times: [0.5, 1, 2, 10],
  moments: [
    { time: 0.5, quantity: 'm', mean: 0.373148606361, variance: 1.760142723697 },
    { time: 1, quantity: 'm', mean: 1.200495788015, variance: 7.940352136722 },
    { time: 2, quantity: 'm', mean: 3.200080455897, variance: 24.732951868824 },
    { time: 10, quantity: 'm', mean: 9.089101891922, variance: 47.479703024088 },
    { time: 1, quantity: 'on', mean: 0.625 * (1 - exp(-0.4)) },
  ],
  laws: [
    { time: 0.5, quantity: 'm', counts: [0], p: [0.899599561871] },
    { time: 1, quantity: 'm', counts: [0, 5], p: [0.795863184078, 0.02186220005] },
    { time: 2, quantity: 'm', counts: [0], p: [0.625665702634] },
    { time: 10, quantity: 'm', counts: [0], p: [0.205157424051] },
  ],
  precision: 1e-10,
  source: 'Iyer-Biswas, Hayot & Jayaprakash 2009, doi:10.1103/PhysRevE.79.031911, evaluated by FFT on |z| = 1',
})

export const telegraphAtRest = example({
  name: 'telegraph-at-rest',
  catches: 'long times, the Beta–Poisson law',
  text: `species off = 1, on = 0, m = 0
off -> on, 2
on -> off, 3
on -> on + m, 40
m -> 0, 1`,
  times: [40],
  moments: [{ time: 40, quantity: 'm', mean: 16, variance: 80 }],
  laws: [{ time: 40, quantity: 'm', counts: [0, 5], p: [0.006778125, 0.030824999999998] }],
  precision: 1e-10,
  source: 'Peccoud & Ycart 1995, doi:10.1006/tpbi.1995.1027',
})

export const twoStage = example({
  name: 'two-stage-expression',
  catches: 'catalysis, covariance',
  text: `species M = 2, P = 4
0 -> M, 0.1
M -> 0, 0.002
M -> M + P, 0.015
P -> 0, 0.01
observable both = M + P`,
  times: [16, 128],
  moments: [
    { time: 16, quantity: 'M', mean: 3.51168406, variance: 1.63567406 },
    { time: 16, quantity: 'P', mean: 4.0251396, variance: 1.14845834 },
    { time: 16, quantity: 'both', mean: 3.51168406 + 4.0251396, variance: 1.63567406 + 1.14845834 + 2 * 0.18532335 },
    { time: 128, quantity: 'M', mean: 12.8411855, variance: 11.64259392 },
    { time: 128, quantity: 'P', mean: 10.60993152, variance: 16.36635145 },
    {
      time: 128,
      quantity: 'both',
      mean: 12.8411855 + 10.60993152,
      variance: 11.64259392 + 16.36635145 + 2 * 7.36635359,
    },
  ],
  precision: 1e-8,
  source: 'linear moment equations',
})

export const jahnkeHuisinga = example({
  name: 'jahnke-huisinga',
  catches: 'open linear networks: convolutions of multinomials and Poissons',
  text: `species A = 10, B = 3
0 -> A, 2
A -> B, 1
B -> A, 0.5
B -> 0, 0.3
observable both = A + B`,
  times: [2],
  moments: [
    { time: 2, quantity: 'A', mean: 5.988155415, variance: 4.814711562 },
    { time: 2, quantity: 'B', mean: 7.286511082, variance: 4.711378384 },
    {
      time: 2,
      quantity: 'both',
      mean: 5.988155415 + 7.286511082,
      variance: 4.814711562 + 4.711378384 - 2 * 1.731870683,
    },
  ],
  joints: [
    { time: 2, quantities: ['A', 'B'], counts: [4, 5], p: 0.009146709401 },
    { time: 2, quantities: ['A', 'B'], counts: [3, 6], p: 0.007994823805 },
  ],
  precision: 1e-9,
  source: 'Jahnke & Huisinga 2007, doi:10.1007/s00285-006-0034-x',
})

const cascadeAt = (time: number) => [
  poissonAt(time, 'S1', 10 * (1 - exp(-time))),
  poissonAt(time, 'S2', 10 * (1 - exp(-time) * (1 + time))),
  poissonAt(time, 'S3', 10 * (1 - exp(-time) * (1 + time + time ** 2 / 2))),
]

export const poissonCascade = example({
  name: 'poisson-cascade',
  catches: 'three species at once: the law is a product of Poissons',
  text: `0 -> S1, 10
S1 -> S2, 1
S2 -> S3, 1
S3 -> 0, 1`,
  times: [1],
  ...gather(cascadeAt(1)),
  source: 'product of Poissons (Jahnke & Huisinga 2007, doi:10.1007/s00285-006-0034-x)',
})

export const linearExamples = [
  birthDeath,
  swingingBirth,
  conversionChain,
  isomerisation,
  pureDeath,
  linearBirthDeath,
  immigration,
  batchImmigration,
  telegraph,
  telegraphAtRest,
  twoStage,
  jahnkeHuisinga,
  poissonCascade,
]
