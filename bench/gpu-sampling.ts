/**
 * Ensembles on a GPU against one thread of `ssa` with its fastest kernel: `node bench/built.mjs gpu-sampling [NAME …]`
 * on a host that lends `navigator.gpu`: a Node with WebGPU, say. Events per second by the clock, the same network and
 * output times; the device's first run opens it and compiles, the second is the one that counts. At the end the laws of
 * a million replicates are held against exact ones, by χ²: what a bias of 10⁻³ could not pass.
 */
import type { NamedArray } from '../src/numerics/named-array'
import { chiSquare } from '../src/numerics/statistics'
import type { Problem } from '../src/solvers/contract'
import { fsp } from '../src/solvers/fsp'
import { whole } from '../src/solvers/ssa/kernel'
import { ssaGpu } from '../src/solvers/ssa-gpu'
import { ask, finish, lend } from '../src/solvers/testing'
import { networks } from './ssa.bench'

/** Milliseconds after which a host asks for a yield, as the page's worker does. */
const patience = 15

const yielding = () => {
  let last = performance.now()
  return lend(1, () => {
    const now = performance.now()
    if (now - last < patience) return false
    last = now
    return true
  })
}

async function timed(run: () => Promise<{ diagnostics: Readonly<Record<string, unknown>> }>) {
  const started = performance.now()
  const { diagnostics } = await run()
  const ms = performance.now() - started
  return { ms, events: Number(diagnostics.events), perSecond: Number(diagnostics.events) / ms / 1000 }
}

/** p-values of the device's laws against those of the projection, one per species and output time. */
async function held(name: string, replicates: number): Promise<void> {
  const [text, until] = networks[name]
  const problem = ask(text, [until / 10, until], { moments: true, marginals: true })
  const settings = { replicates, trajectories: 0, adapter: 'any' } as const
  const sampled = (await finish(await ssaGpu.load(), problem, settings, yielding())).observations.marginals.array
  const options = { ...fsp.options.defaults, tolerance: 1e-9 }
  const exact = (await finish(await fsp.load(), problem, options, lend())).observations.marginals.array
  const row = ({ data, shape }: NamedArray, r: number) => data.slice(r * shape[2], (r + 1) * shape[2])
  const rows = exact.shape[0] * exact.shape[1]
  const tests = Array.from({ length: rows }, (_, r) =>
    chiSquare(
      row(sampled, r).map((p) => Math.round(p * replicates)),
      row(exact, r),
    ),
  )
  const told = tests.map(({ pValue }) => pValue.toPrecision(2)).join(', ')
  console.log(`${name}: the laws of ${replicates} replicates against exact ones, p = ${told}`)
}

export async function main(wanted: readonly string[]): Promise<void> {
  const cpu = await whole()
  const gpu = await ssaGpu.load()
  const share = (text: string, until: number, moments = true): Problem => {
    const times = Array.from({ length: 10 }, (_, k) => ((k + 1) * until) / 10)
    return ask(text, times, moments ? { moments: true } : { moments: true, marginals: true })
  }
  for (const [name, [text, until]] of Object.entries(networks)) {
    if (wanted.length > 0 && !wanted.some((part) => name.startsWith(part))) continue
    const problem = share(text, until)
    const options = { ...cpu.defaults, trajectories: 0 }
    const pilot = await timed(() => finish(cpu.method, problem, { ...options, replicates: 64 }, yielding()))
    const replicates = Math.max(64, Math.ceil((64 * 1500) / pilot.ms / 64) * 64)
    const one = await timed(() => finish(cpu.method, problem, { ...options, replicates }, yielding()))
    const eventsEach = one.events / replicates
    // As many replicates as 8·10⁹ events make, and at most a million.
    const many = Math.min(2 ** 20, Math.max(2 ** 16, Math.ceil(8e9 / eventsEach / 65_536) * 65_536))
    for (const lanes of [2 ** 16, many]) {
      const settings = { replicates: lanes, trajectories: 0, adapter: 'any' } as const
      const first = await timed(() => finish(gpu, problem, settings, yielding()))
      const again = await timed(() => finish(gpu, problem, settings, yielding()))
      console.log(
        `${name}, ${lanes} replicates of ${eventsEach.toPrecision(3)} events: first ${first.ms.toFixed(0)} ms, again ${again.ms.toFixed(0)} ms,`,
        `${again.perSecond.toFixed(0)} Mev/s; one thread of ssa ${one.perSecond.toFixed(1)} Mev/s; ${(again.perSecond / one.perSecond).toFixed(1)} times`,
      )
      if (many === lanes) break
    }
  }
  for (const name of ['birth–death', 'toggle, Hill', 'Schlögl']) {
    if (wanted.length === 0 || wanted.includes('laws')) await held(name, Number(process.env.REPLICATES ?? 2 ** 20))
  }
}
