/** The kernels of `emit-sparse`, bound to a network: they lie in the memory that their random numbers come from. */
import { combinations } from '../../network/evaluate'
import { exp } from '../../numerics/elementary'
import { emitSparse } from './emit-sparse'
import type { Kernel, Machine } from './interpreter'
import { leastWide, mustBeExact } from './rejection'
import { kinds, type Lists, type Sparse } from './sparse'
import { type CompiledVariant, changeBytes, form, type Plan, planMemory, record, side } from './sparse-plan'

interface Exports {
  fire(): number
  begin(time: number): void
  walk(until: number, most: number, enough: number): number
}

const maxModules = 8
const modules = new Map<string, WebAssembly.Module>()

/** The module for a plan, or null where the engine cannot read it: the interpreted kernel does the same then. */
function moduleOf(plan: Plan): WebAssembly.Module | null {
  const key = JSON.stringify(plan)
  const known = modules.get(key)
  if (known) return known
  const bytes = emitSparse(plan)
  if (!WebAssembly.validate(bytes)) return null
  const module = new WebAssembly.Module(bytes)
  if (modules.size >= maxModules) modules.delete(modules.keys().next().value!)
  modules.set(key, module)
  return module
}

/** A kernel with the bits of `rejection`, or of `recompute` with a tree of sums. */
export function compiledKernel({ sparse, x, draws }: Machine, variant: CompiledVariant): Kernel | null {
  const plan = planMemory(sparse, variant)
  const module = moduleOf(plan)
  if (!module) return null
  draws.reserve(plan.end)
  const { buffer } = draws.memory
  const { species: S, reactions: R } = sparse
  const counts = new Float64Array(buffer, plan.counts, S)
  const called = callable(sparse, counts, new Float64Array(buffer, plan.brackets, 2 * S))
  const instance = new WebAssembly.Instance(module, { env: { memory: draws.memory, exp, called } })
  const { fire, begin, walk } = instance.exports as unknown as Exports
  writeNetwork(buffer, plan, sparse)
  const doubles = new Float64Array(buffer)
  const words = new Int32Array(buffer)
  const [due, total, time, done, events] = [plan.due / 8, plan.total / 8, plan.time / 8, plan.work / 4, plan.events / 4]
  const sums = new Float64Array(buffer, plan.sums, (plan.marked - plan.sums) / 8)
  const marked = new Uint8Array(buffer, plan.marked, plan.dirty - plan.marked)
  let work = 0
  return {
    begin(at) {
      counts.set(x)
      sums.fill(0)
      marked.fill(0)
      begin(at)
      work += R
    },
    due: () => doubles[due],
    total: () => doubles[total],
    work: () => work,
    fire() {
      words[done] = 0
      const r = fire()
      work += words[done]
      if (r >= 0) {
        for (let p = sparse.net.starts[r]; p < sparse.net.starts[r + 1]; p += 2) {
          x[sparse.net.items[p]] = counts[sparse.net.items[p]]
        }
      }
      return r
    },
    walk(until, most, enough) {
      const candidates = walk(until, most, Math.min(enough, 2 ** 30))
      work += words[done]
      return { candidates, events: words[events], time: doubles[time] }
    },
    fetch: () => x.set(counts),
  }
}

/** Propensities of a form that the code does not know, by the closures of the layout. */
function callable({ kind, rate, terms, laws }: Sparse, counts: Float64Array, brackets: Float64Array) {
  const count = (s: number, of: number) => (of === side.counts ? counts[s] : brackets[2 * s + of - side.low])
  return (r: number, of: number): number => {
    // What a law reads has no bracket.
    if (kind[r] === kinds.law) return laws.get(r)!(counts, 0)
    let value = rate[r]
    for (let p = terms.starts[r]; p < terms.starts[r + 1]; p += 2) {
      value *= combinations(count(terms.items[p], of), terms.items[p + 1])
    }
    return value
  }
}

function writeNetwork(buffer: ArrayBuffer, plan: Plan, sparse: Sparse): void {
  const { species: S, reactions: R, kind, rate, first, second, net, readers } = sparse
  const doubles = new Float64Array(buffer)
  const words = new Int32Array(buffer)
  // The count that is always 1.
  const one = 8 * S
  doubles[(plan.counts + one) / 8] = 1
  doubles.fill(1, (plan.brackets + 2 * one) / 8, (plan.brackets + 2 * one) / 8 + 2)
  const exact = mustBeExact(sparse)
  for (let s = 0; s < S; s++) doubles[plan.wideFrom / 8 + s] = exact[s] === 1 ? Number.POSITIVE_INFINITY : leastWide
  for (let r = 0; r < R; r++) {
    const at = plan.records + record.bytes * r
    const two = kind[r] === kinds.two
    const reads = kind[r] === kinds.one || kind[r] === kinds.pair || two
    doubles[(at + record.rate) / 8] = rate[r]
    words[(at + record.first) / 4] = reads ? 8 * first[r] : one
    words[(at + record.second) / 4] = two ? 8 * second[r] : one
    words[(at + record.form) / 4] = formOf[kind[r]]
  }
  net.starts.forEach((start, i) => {
    words[plan.netStarts / 4 + i] = plan.net + (changeBytes / 2) * start
  })
  for (let p = 0; p < net.items.length; p += 2) {
    const at = plan.net + (changeBytes / 2) * p
    words[at / 4] = 8 * net.items[p]
    doubles[at / 8 + 1] = net.items[p + 1]
  }
  writeList(words, readers, plan.readerStarts, plan.readers)
}

/** Starts as byte addresses. */
function writeList(words: Int32Array, { starts, items }: Lists, startsAt: number, itemsAt: number): void {
  for (let i = 0; i < starts.length; i++) words[startsAt / 4 + i] = itemsAt + 4 * starts[i]
  words.set(items, itemsAt / 4)
}

const formOf: Readonly<Record<number, number>> = {
  [kinds.constant]: form.counts,
  [kinds.one]: form.counts,
  [kinds.two]: form.counts,
  [kinds.pair]: form.pair,
  [kinds.product]: form.called,
  [kinds.law]: form.called,
}
