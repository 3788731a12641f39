/**
 * State-space projection: the WebAssembly kernel for diagonals against its TypeScript twin, on one thread. The
 * intercept is what a box costs before the first product: evaluating every propensity in every state.
 */
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { uniformise } from '../src/numerics/uniformise'
import { type BoxGenerator, fill, layOut, ratesAt } from '../src/solvers/fsp/generator'
import { coordinates } from '../src/solvers/fsp/space'
import { compare, type Line } from './measure'

interface Case {
  readonly name: string
  readonly text: string
  /** Counts kept on every axis: 0 … cap. */
  readonly cap: number
  /** Time of the whole solve. */
  readonly until: number
}

const toggle = `
  0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1
  0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1`
const ring = `
  0 -> A, 10 / (1 + (C / 4)^2); A -> 0, 1
  0 -> B, 10 / (1 + (A / 4)^2); B -> 0, 1
  0 -> C, 10 / (1 + (B / 4)^2); C -> 0, 1`

const cases: readonly Case[] = [
  { name: 'toggle, 100 × 100 states', text: toggle, cap: 99, until: 10 },
  { name: 'ring of three, 30 × 30 × 30 states', text: ring, cap: 29, until: 1 },
]

/** Products with the matrix, and whole solves by uniformisation to 1e-12 on a fixed box. */
export async function bench(): Promise<Line[]> {
  const lines: Line[] = []
  for (const what of cases) {
    const make = maker(what)
    const variants = <T>(work: (plain: boolean) => T) => ({ 'WebAssembly SIMD': work(false), TypeScript: work(true) })
    const products = (plain: boolean) => (entries: number) => {
      const { transition } = make(plain).matrix
      const count = Math.ceil(entries / transition.nonzeros)
      for (let k = 0; k < count; k++) transition.advance(k % 2, 1 - (k % 2), 2, 0)
      return count * transition.nonzeros
    }
    const solves = (plain: boolean) => (count: number) => {
      const { matrix, rate } = make(plain)
      for (let k = 0; k < count; k++) {
        matrix.transition.vectors[0].fill(0)
        matrix.transition.vectors[0][0] = 1
        for (const _ of uniformise(matrix.transition, rate * what.until, 1e-12, 1));
      }
      return count
    }
    lines.push(...(await compare(`product: ${what.name}`, 'entries', variants(products), [2e7, 1e8])))
    lines.push(...(await compare(`to t = ${what.until}: ${what.name}`, 'solves', variants(solves), [1, 4], 3)))
  }
  return lines
}

/** Builds the filled generator of a case, with or without WebAssembly. */
function maker({ name, text, cap }: Case): (plain: boolean) => BoxGenerator {
  const { network } = parse(text)
  if (!network) throw new Error(`${name} does not parse`)
  const space = coordinates(network, new Float64Array(network.species.length))
  const rules = evaluators(network, []).propensities
  const box = { low: space.axes.map(() => 0), cap: space.axes.map(() => cap) }
  return (plain) => {
    const generator = layOut(network, space, box, plain)
    for (const _ of fill(generator, space, ratesAt(rules, 0)));
    return generator
  }
}
