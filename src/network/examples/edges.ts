/** Questions whose answer is the question: nothing happens, or there is nothing to ask. */
import { example, lawOf } from './example'

const still = (time: number, quantity: string, count: number) => ({
  moment: { time, quantity, mean: count, variance: 0 },
  law: lawOf(time, quantity, count, (n) => Number(n === count)),
})

export const zeroReactions = example({
  name: 'zero-reactions',
  catches: 'nothing can happen',
  text: 'species X = 7',
  times: [0, 3],
  moments: [0, 3].map((t) => still(t, 'X', 7).moment),
  laws: [0, 3].map((t) => still(t, 'X', 7).law),
  source: 'itself',
})

export const zeroCounts = example({
  name: 'zero-counts',
  catches: 'nothing does happen',
  text: `species A = 0, B = 0, C = 0
A + B -> C, 1
2A -> B, 1`,
  times: [0, 3],
  moments: ['A', 'B', 'C'].map((name) => still(3, name, 0).moment),
  laws: ['A', 'B', 'C'].map((name) => still(3, name, 0).law),
  source: 'itself',
})

export const zeroTimes = example({
  name: 'zero-times',
  catches: 'no output time',
  text: `0 -> X, 10
X -> 0, 1`,
  times: [],
  source: 'itself',
})

export const oddOneOut = example({
  name: 'odd-one-out',
  catches: 'a single molecule that needs a partner',
  text: `species A = 7
2A -> 0, 1`,
  times: [1000],
  moments: [still(1000, 'A', 1).moment],
  laws: [still(1000, 'A', 1).law],
  source: 'an odd number of partners leaves one',
})

export const edgeExamples = [zeroReactions, zeroCounts, zeroTimes, oddOneOut]
