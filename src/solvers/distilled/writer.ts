/** The law of the whole state from a student's conditional ones. */
import { draw, marginals } from '../../numerics/learning/sampling'
import { stream } from '../../numerics/rng'
import { encode, inputCount, type Setting } from '../design'
import type { Model } from './model'
import { voiceOf } from './voice'

/** What a variable may be. */
export interface Variable {
  readonly species: number
  /** Largest count that is answered. */
  readonly cap: number
}

/** States of a law that is written down whole. */
const maxStates = 2_000_000

/** Whether all states can be written down; draws stand for them where they cannot. */
export function writable(variables: readonly Variable[]): boolean {
  return variables.reduce((product, { cap }) => product * (cap + 1), 1) <= maxStates
}

/** Answers of a student. */
export interface Writer {
  /** Whether all states can be written down; if not, there are only draws and the laws of single variables. */
  readonly whole: boolean
  /** So many counts of each variable hold all but next to nothing of the laws at these times. */
  widths(setting: Setting, times: ArrayLike<number>): readonly number[]
  /** The joint law at a setting and time, on the box of these widths from 0 on. */
  write(setting: Setting, t: number, widths: readonly number[], into: Float64Array): void
  /** The laws of single variables, from draws of those before them. */
  singles(setting: Setting, t: number): Promise<readonly Float64Array[]>
  /** So many states drawn from it, [row, variable]: the same uniform numbers for every setting and time. */
  draw(setting: Setting, t: number, rows: number): Promise<Int32Array>
}

/** Prefixes with less mass than this are not asked what comes after them: nothing does. */
const rare = 1e-7

/** The joint law from conditional ones: `laws(i, counts, width)` gives those of variable i after rows of counts. */
export function multiplyOut(
  widths: readonly number[],
  into: Float64Array,
  laws: (i: number, counts: readonly Int32Array[], rows: number) => (row: number) => Float32Array,
): void {
  into.fill(0)
  let mass: number[] = [1]
  let counts: Int32Array[] = []
  for (let i = 0; i < widths.length; i++) {
    const last = i + 1 === widths.length
    const law = laws(i, counts, mass.length)
    const next: { row: number; n: number; mass: number }[] = []
    for (let row = 0; row < mass.length; row++) {
      const p = law(row)
      let total = 0
      for (let n = 0; n < p.length; n++) total += p[n]
      const scale = mass[row] / total
      if (last) {
        const at = counts.reduce((place, column, k) => place * widths[k] + column[row], 0) * widths[i]
        for (let n = 0; n < p.length; n++) into[at + n] = scale * p[n]
      } else for (let n = 0; n < p.length; n++) if (scale * p[n] > rare) next.push({ row, n, mass: scale * p[n] })
    }
    if (last) break
    counts = [
      ...counts.map((column) => Int32Array.from(next, ({ row }) => column[row])),
      Int32Array.from(next, ({ n }) => n),
    ]
    mass = next.map((one) => one.mass)
  }
  let total = 0
  for (let k = 0; k < into.length; k++) total += into[k]
  for (let k = 0; k < into.length; k++) into[k] /= total
}

/** Times at which the width of laws is looked at, and shares of a law whose counts stand for it. */
const looks = 3
const quantiles = [1e-4, 0.1, 0.5, 0.9, 1 - 1e-4]
/** Counts beyond the last with this much probability are left out. */
const negligible = 1e-6

/** Draws whose conditional laws are averaged. */
const drawn = 4000
/** Of draws that stand for a law: neighbouring questions have neighbouring answers. */
const drawSeed = 1

/** Answers of a student. */
export function openWriter(model: Pick<Model, 'domain' | 'variables' | 'student'>): Writer {
  const { domain, variables } = model
  const { density, asking, laws } = voiceOf(model)
  const prompt = new Float64Array(inputCount(domain))
  /** Laws of the variable after these columns of counts, [row, cap + 1]. */
  const lawsOf = (counts: readonly Int32Array[], rows: number) => laws(counts.length, prompt, counts, rows)
  return {
    whole: writable(variables),
    widths(setting, times) {
      const last = times.length ? times[times.length - 1] : 0
      const found = variables.map(({ species, cap }) => Math.min(cap, setting.initial[species]))
      for (let k = 0; k < looks; k++) {
        encode(domain, setting, last / 2 ** (2 * (looks - 1 - k)), prompt, 0)
        const counts: Int32Array[] = []
        for (const [i, { cap }] of variables.entries()) {
          const rows = i === 0 ? 1 : quantiles.length
          const laws = lawsOf(counts, rows)
          for (let row = 0; row < rows; row++) {
            let n = cap
            while (n > found[i] && laws[row * (cap + 1) + n] < negligible) n--
            found[i] = Math.max(found[i], n)
          }
          counts.push(
            Int32Array.from(quantiles, (_, row) =>
              quantile(laws, (row % rows) * (cap + 1), quantiles[(row + 2 * i) % quantiles.length]),
            ),
          )
        }
      }
      return found.map((most) => most + 1)
    },
    write(setting, t, widths, into) {
      encode(domain, setting, t, prompt, 0)
      multiplyOut(widths, into, (i, counts, rows) => {
        const laws = lawsOf(counts, rows)
        const width = variables[i].cap + 1
        return (row) => laws.subarray(row * width, row * width + widths[i])
      })
    },
    async singles(setting, t) {
      encode(domain, setting, t, prompt, 0)
      const settings = { rows: drawn, exactUpTo: drawn, context: Float32Array.from(prompt) }
      const { laws } = await marginals(density, asking, stream(drawSeed, 0), settings)
      return laws.map(({ p }) => p)
    },
    async draw(setting, t, rows) {
      encode(domain, setting, t, prompt, 0)
      const context = new Float32Array(rows * prompt.length)
      for (let row = 0; row < rows; row++) context.set(prompt, row * prompt.length)
      return (await draw(density, asking, rows, stream(drawSeed, 0), { context })).states
    },
  }
}

/** The count where the cumulated probabilities of a law pass a share of it. */
function quantile(laws: Float32Array, from: number, share: number): number {
  let [n, sum] = [0, laws[from]]
  while (sum < share && from + n + 1 < laws.length) sum += laws[from + ++n]
  return n
}
