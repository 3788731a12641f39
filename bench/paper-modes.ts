/**
 * The papers' modes of the neural solver on their own examples: what the README of `nncme` reports. One line per case and
 * output time: accuracy, CPU seconds of this process, updates. `npm run bench:paper [default] [NAME …]`, where a case runs if
 * its name contains one of those given, and `default` runs the default scheme on its network.
 * `costs` measures the natural step. MORE='{"times": […], "options": {…}}' changes times and settings of all that run.
 */
import { hellinger } from '../src/numerics/distances'
import { batchOf, initialise, type Nade, nade, walk } from '../src/numerics/learning/nade'
import { grow, stateOf, treeOf } from '../src/numerics/learning/nade-tree'
import { at } from '../src/numerics/named-array'
import { stream } from '../src/numerics/rng'
import { type Variates, variates } from '../src/numerics/variates'
import { nncme } from '../src/solvers/nncme'
import { evolve, type PaperState } from '../src/solvers/nncme/paper/evolve'
import { draw, weigh } from '../src/solvers/nncme/paper/sampling'
import { naturalGradient } from '../src/solvers/nncme/paper/schemes'
import { method } from '../src/solvers/nncme/solve'
import { ask, finish, lend } from '../src/solvers/testing'
import { type Case, cases } from './paper-cases'
import { type BoxLaw, boxLaws, marginal, mean } from './paper-reference'

/** q of every state of its box. */
function tabulate(net: Nade): BoxLaw {
  const caps = Array.from(net.caps)
  const states = caps.reduce((product, cap) => product * (cap + 1), 1)
  const p = new Float64Array(states)
  const batch = batchOf(net, 1000)
  for (let first = 0; first < states; first += batch.capacity) {
    batch.size = Math.min(batch.capacity, states - first)
    for (let b = 0; b < batch.size; b++) {
      let rest = first + b
      for (let s = caps.length - 1; s >= 0; s--) {
        batch.counts[b * caps.length + s] = rest % (caps[s] + 1)
        rest = Math.floor(rest / (caps[s] + 1))
      }
    }
    walk(net, batch)
    for (let b = 0; b < batch.size; b++) p[first + b] = Math.exp(batch.logQ[b])
  }
  return { caps, p }
}

/** Marginals of q from samples, where its box is too large for a table. */
function sampledMarginals(net: Nade, samples: number, source: Variates): Float64Array[] {
  const tree = treeOf(net, samples)
  grow(net, tree, source, { samples })
  const counts = new Int32Array(net.caps.length)
  const laws = Array.from(net.caps, (cap) => new Float64Array(cap + 1))
  for (let u = 0; u < tree.leaves.size; u++) {
    stateOf(tree, u, counts)
    for (let s = 0; s < laws.length; s++) laws[s][counts[s]] += tree.leaves.drawn[u] / samples
  }
  return laws
}

const samples = 20_000

function runCase(name: string, { text, times, options, exact, published }: Case): void {
  const problem = ask(text, times)
  const names = problem.network.species.map((species) => species.name)
  const start = options.start.kind === 'poisson' ? poissonStart(options.caps) : undefined
  const truth = exact ? boxLaws(problem, Array.from(options.caps), times, start) : undefined
  const source = variates()
  source.start(stream(1, 0))
  const looks = variates()
  looks.start(stream(1, 1))
  let used = process.cpuUsage()
  let spent = 0
  let k = 0
  const report = (state: PaperState) => {
    const own = truth ? tabulate(state.net) : undefined
    const small = Array.from(options.caps).reduce((size, cap) => size * (cap + 1), 1) <= 1000
    const whole = small ? tabulate(state.net) : own
    const marginals = whole ? names.map((_, s) => marginal(whole, s)) : sampledMarginals(state.net, samples, looks)
    const shown = names.flatMap((species, s) => {
      if (truth) {
        const law = marginal(truth[k], s)
        return [
          `${species} ${hellinger({ p: law, q: marginals[s] }).toFixed(4)}, mean ${mean(marginals[s]).toFixed(3)} (${mean(law).toFixed(3)})`,
        ]
      }
      const known = published?.[times[k]]?.[species]
      return known === undefined ? [] : [`${species} mean ${mean(marginals[s]).toFixed(4)} (${known})`]
    })
    const reached = published?.[times[k]]?.hit
    if (reached !== undefined) {
      const hit = marginals[0][0] + marginals[0][1]
      shown.push(`P(X ≤ 1) ${hit.toPrecision(4)} (${reached})`)
    }
    const joint = own && truth ? [`joint D_H ${hellinger({ p: truth[k].p, q: own.p }).toFixed(4)}`] : []
    const rare =
      own && truth && name.startsWith('Schlögl')
        ? [`P_B/P_A ${ratio(own).toExponential(3)} (${ratio(truth[k]).toExponential(3)})`]
        : []
    const work = `${spent.toFixed(1)} s, ${state.updates} updates, ${state.steps} steps, ${state.clamped} clamped, ΣKL ${state.lost.toFixed(3)}`
    console.log([name, `t = ${times[k]}`, ...joint, ...rare, ...shown, work].join(' | '))
  }
  for (const state of evolve(problem, options, times, source)) {
    if (!state.settled) continue
    const now = process.cpuUsage(used)
    spent += (now.user + now.system) / 1e6
    report(state)
    k++
    used = process.cpuUsage()
  }
}

/** P(all in [0, 15]) over P(all in [25, cap]). */
function ratio({ caps, p }: BoxLaw): number {
  let [low, high] = [0, 0]
  const width = caps[1] + 1
  for (let k = 0; k < p.length; k++) {
    const [x, y] = [Math.floor(k / width), k % width]
    if (x <= 15 && y <= 15) low += p[k]
    if (x >= 25 && y >= 25) high += p[k]
  }
  return low / high
}

/** Poisson(1) on one axis. */
function poissonStart(caps: ArrayLike<number>): Float64Array {
  const law = new Float64Array(caps[0] + 1)
  for (let m = 0, p = Math.exp(-1); m < law.length; m++, p /= m) law[m] = p
  return law
}

/** The solver's default scheme, with its default options, on the network of a case. */
async function runDefault(name: string, { text, times, options, exact, published }: Case): Promise<void> {
  const problem = ask(text, times, { moments: true, marginals: true })
  const names = problem.network.species.map((species) => species.name)
  const used = process.cpuUsage()
  const { observations, diagnostics } = await finish(method, problem, { ...nncme.options.defaults, check: 0 }, lend(1))
  const spent = process.cpuUsage(used)
  const truth = exact ? boxLaws(problem, Array.from(options.caps), times) : undefined
  times.forEach((time, k) => {
    const shown = names.flatMap((quantity, s) => {
      const { array } = observations.marginals
      const law = array.coords.count.map((count) => at(array, { time, quantity, count }))
      if (truth) return [`${quantity} ${hellinger({ p: marginal(truth[k], s), q: law }).toFixed(4)}`]
      const known = published?.[time]?.[quantity]
      return known === undefined ? [] : [`${quantity} mean ${mean(law).toFixed(4)} (${known})`]
    })
    const seconds = ((spent.user + spent.system) / 1e6).toFixed(1)
    const work = `${seconds} s for all times, ${diagnostics.updates} updates`
    console.log([`${name.split(':')[0]}: forward KL`, `t = ${time}`, ...shown, work].join(' | '))
  })
}

/**
 * CPU milliseconds of one natural step of a cascade, by samples and by hidden units: the dual system is as large as there
 * are distinct samples, and parameters enter by their gradients' inner products alone.
 */
function costs(): void {
  const { text, times, options } = cases['cascade 1, onward: TDVP']
  const problem = ask(text, times)
  for (const [hidden, batch] of [
    [8, 250],
    [16, 250],
    [32, 250],
    [64, 250],
    [16, 500],
    [16, 1000],
  ]) {
    const net = nade(options.caps, hidden)
    const draws = variates()
    draws.start(stream(1, 2))
    initialise(net, draws)
    const tree = treeOf(net, batch)
    const rule = naturalGradient(net.parameters.length, batch, 1e-3)
    const took: number[] = []
    for (let k = 0; k < 7; k++) {
      draw(net, tree, draws, { kind: 'plain' }, batch)
      const weights = new Float64Array(tree.capacity)
      weigh(tree, weights, { kind: 'plain' })
      const rewards = Float64Array.from({ length: tree.capacity }, () => draws.normal())
      const used = process.cpuUsage()
      rule.update(net, tree, rewards, weights, 1e-3)
      const { user, system } = process.cpuUsage(used)
      took.push((user + system) / 1000)
    }
    const parameters = net.parameters.length.toLocaleString('en')
    const ms = Math.min(...took).toFixed(1)
    console.log(
      `natural step, ${problem.network.species.length} species | ${parameters} parameters | ${batch} samples, ${tree.leaves.size} distinct | ${ms} ms`,
    )
  }
}

export async function main(wanted: readonly string[]): Promise<void> {
  if (wanted.includes('costs')) return costs()
  const more = JSON.parse(process.env.MORE ?? '{}')
  for (const [name, what] of Object.entries(cases)) {
    if (wanted.includes('default')) {
      if (wanted.some((part) => part !== 'default' && name.includes(part))) await runDefault(name, { ...what, ...more })
    } else if (wanted.length === 0 || wanted.some((part) => name.includes(part)))
      runCase(name, { ...what, ...more, options: { ...what.options, ...more.options } })
  }
}
