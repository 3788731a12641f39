/** The compiled leaps, bound to a problem: a sampler with the bits of `leaper`. */
import { writeZiggurat } from '../../network/compile-random'
import { writeVariates } from '../../network/compile-variates'
import { brokenPropensity } from '../broken'
import type { Problem } from '../contract'
import type { Sampler } from '../ensemble'
import { exploded, type LeapNetwork, leapNetwork } from '../leap'
import { type CompiledLeap, emitLeap, side, status } from './emit-leap'
import type { LeapOptions } from './kernel'
import { type LeapPlan, planLeap } from './leap-plan'

/** Code grows with both; networks beyond are leapt by `leaper`, whose loops are then long enough. */
const most = { reactions: 150, species: 150 }
/** Reactions looked at in one `advance`. */
const workPerAdvance = 4096
const maxModules = 24
const modules = new Map<string, WebAssembly.Module>()

interface Exports {
  evaluate(): number
  advance(steps: number): number
}

/** A sampler that runs compiled code, or null where there is none for such leaps. */
export function compiledLeaper(problem: Problem, options: LeapOptions): Sampler | null {
  const { method } = options
  const { species, reactions } = problem.network
  if (method === 'implicit' || reactions.length > most.reactions || species.length > most.species) return null
  if (reactions.length === 0) return null
  const net = leapNetwork(problem)
  const plan = planLeap(net)
  return bind(moduleOf(net, plan, method), plan, net, problem, options)
}

function moduleOf(net: LeapNetwork, plan: LeapPlan, method: CompiledLeap): WebAssembly.Module {
  const { kind, one, other, read, ratio, copies } = net.parts
  const shape = [net.from, net.changed, net.by, kind, one, other, read, ratio, copies].map((list) => list.join())
  const key = [method, net.species, ...shape].join(';')
  const known = modules.get(key)
  if (known) return known
  const module = new WebAssembly.Module(emitLeap(net, plan, method))
  if (modules.size >= maxModules) modules.delete(modules.keys().next().value!)
  modules.set(key, module)
  return module
}

function bind(
  module: WebAssembly.Module,
  plan: LeapPlan,
  net: LeapNetwork,
  problem: Problem,
  options: LeapOptions,
): Sampler {
  const { initial, times } = problem
  const { species: S, reactions: R } = net
  const recordsAt = plan.times + 8 * times.length
  const memory = new WebAssembly.Memory({ initial: Math.ceil((recordsAt + 8 * S * times.length) / 65536) })
  writeZiggurat(memory.buffer, plan)
  writeVariates(memory.buffer, plan)
  const doubles = new Float64Array(memory.buffer)
  const words = new Int32Array(memory.buffer)
  const view = (address: number, length: number) => new Float64Array(memory.buffer, address, length)
  const [counts, next, records] = [view(plan.counts, S), view(plan.next, S), view(recordsAt, S * times.length)]
  const called = (r: number, of: number) => net.propensity(r, of === side.now ? counts : next, doubles[plan.time / 8])
  const instance = new WebAssembly.Instance(module, { env: { memory, called } })
  const { evaluate, advance } = instance.exports as unknown as Exports
  view(plan.rates, R).set(net.parts.k)
  view(plan.times, times.length).set(times)
  doubles[plan.epsilon / 8] = options.epsilon
  doubles[plan.criticalCount / 8] = options.criticalCount
  doubles[plan.share / 8] = options.share
  words[plan.timesCount / 4] = times.length
  words[plan.recordsAt / 4] = recordsAt
  const steps = Math.max(1, Math.floor(workPerAdvance / R))
  const broken = () => brokenPropensity(problem, counts, doubles[plan.time / 8])
  return {
    place: {
      get time() {
        return doubles[plan.time / 8]
      },
      get events() {
        return doubles[plan.events / 8]
      },
      get recorded() {
        return words[plan.recorded / 4]
      },
      records,
      get counters() {
        const [leaps, rejectedLeaps, exactEvents] = [plan.leaps, plan.rejected, plan.exactEvents].map(
          (at) => words[at / 4],
        )
        return { leaps, implicitLeaps: 0, rejectedLeaps, exactEvents }
      },
    },
    start(stream) {
      words.set(stream.words, plan.state / 4)
      counts.set(initial)
      for (const at of [plan.time, plan.events]) doubles[at / 8] = 0
      for (const at of [plan.recorded, plan.exactLeft, plan.leaps, plan.rejected, plan.exactEvents]) words[at / 4] = 0
      if (!evaluate()) throw broken()
    },
    advance() {
      const answer = advance(steps)
      if (answer === status.broken) throw broken()
      if (answer === status.exploded) throw exploded(problem, counts, doubles[plan.time / 8])
      return answer === status.done
    },
    release() {},
  }
}
