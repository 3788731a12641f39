/** The exact law beside the learnt one: in closed form, or by projection as far as that gets with a few seconds' work. */
import { Failure, type Problem } from '../contract'
import { forEachHeld, project, provable } from '../fsp/kernel'
import { monomolecular } from '../monomolecular'
import { type Known, push } from './law'

export interface Exact {
  readonly from: 'closed form' | 'projection'
  /** Laws by quantity; moments are those of the quantities whose law is known. */
  readonly known: Pick<Known, 'means' | 'variances' | 'laws'>
  /** States [rows, species] of all but a negligible part of the probability, with theirs. */
  readonly joint?: { readonly states: Int32Array; readonly p: Float64Array }
  /** Means of independent Poisson laws of all species, where the joint law is their product. */
  readonly poissons?: Float64Array
}

export interface Reference {
  /** The law at output time k, asked in ascending order; undefined from where on it is out of reach. Yields now and then. */
  at(k: number): Generator<void, Exact | undefined, void>
}

/** Multiplications: some seconds. */
const mostWork = 5e9
const mostStates = 200_000
const tolerance = 1e-6
/** States that hold less are left out of comparisons of states. */
const negligible = 1e-14

export function referenceFor(problem: Problem): Reference {
  const closed = monomolecular(problem)
  if (closed) {
    return {
      *at(k) {
        const laws = closed.laws(problem.times[k])
        const moments = laws.map(momentsOf)
        const known = { laws, means: moments.map(([mean]) => mean), variances: moments.map(([, variance]) => variance) }
        return {
          from: 'closed form',
          known: { laws, means: Float64Array.from(known.means), variances: Float64Array.from(known.variances) },
          poissons: closed.poissonMeans(problem.times[k]),
        }
      },
    }
  }
  const whole = { ...problem, observe: { ...problem.observe, joints: [] } }
  let found: { k: number; exact: Exact } | undefined
  const projection = provable(whole).ok
    ? project(
        whole,
        { tolerance, maxStates: mostStates },
        (law, k) => {
          const S = problem.network.species.length
          const states = new Int32Array(law.law.length * S)
          const p = new Float64Array(law.law.length)
          let rows = 0
          forEachHeld(law, (state, counts) => {
            if (!(law.law[state] > negligible)) return
            states.set(counts, rows * S)
            p[rows++] = law.law[state]
          })
          const joint = { states: states.slice(0, rows * S), p: p.slice(0, rows) }
          const total = joint.p.reduce((sum, x) => sum + x, 0)
          const weighted = { states: joint.states, weights: joint.p.map((x) => x / total), exact: true }
          found = { k, exact: { from: 'projection', known: push(whole, weighted, problem.times[k]), joint } }
        },
        mostWork,
      )
    : undefined
  let over = projection === undefined
  return {
    *at(k) {
      while (!over && found?.k !== k) {
        try {
          over = projection?.next().done ?? true
        } catch (thrown) {
          // Out of reach: the check is by paths then. What is broken in the network, the scheme itself will meet.
          if (!(thrown instanceof Failure)) throw thrown
          over = true
        }
        yield
      }
      return found?.k === k ? found.exact : undefined
    },
  }
}

function momentsOf(law: Float64Array): [mean: number, variance: number] {
  const mean = law.reduce((sum, p, n) => sum + n * p, 0)
  return [mean, law.reduce((sum, p, n) => sum + p * (n - mean) ** 2, 0)]
}
