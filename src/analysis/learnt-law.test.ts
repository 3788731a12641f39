import { describe, expect, it } from 'vitest'
import { at } from '../numerics/named-array'
import type { Artifact, Solution } from '../solvers/contract'
import { runStudy } from '../solvers/run'
import type { Study } from '../solvers/study'
import { openLaw } from './learnt-law'

/** A gene that is on or off, and what it makes; `off` follows from `on`. */
const network = `species on = 1, off = 0, M = 0
on <-> off, 0.5, 0.5
0 -> M, 8*on
M -> 0, 1`

/** The same without `off`: the papers' network keeps no sum but that of all counts. */
const bare = `species on = 1, M = 0
on => 0, 0.5*on
0 => on, 0.5*(1 - on)
0 -> M, 8*on
M -> 0, 1`

const study = (solver: string, options: Record<string, unknown>): Study => ({
  version: 1,
  network: options.scheme ? bare : network,
  times: [1, 3],
  observe: ['moments', 'marginals', 'joint:on,M'],
  solver,
  options,
  seed: 5,
})

async function learn(asked: Study): Promise<Solution & { artifact: Artifact }> {
  const outcome = await runStudy(asked, {
    now: () => 0,
    breathe: async () => {},
    cancelled: () => false,
    onFrame() {},
  })
  if (outcome.status !== 'done' || !outcome.solution.artifact) throw new Error(JSON.stringify(outcome))
  return { ...outcome.solution, artifact: outcome.solution.artifact }
}

const nncme = { replicates: 2000, updates: 60, width: 16, layers: 1, check: 0 }
const distilled = { looks: 2, heldOut: 1, epochs: 20, width: 16, layers: 1 }

describe.each<[string, Record<string, unknown>]>([
  ['nncme', { ...nncme, density: 'dense' }],
  ['nncme', { ...nncme, density: 'gru' }],
  ['nncme', { ...nncme, density: 'transformer' }],
  ['nncme', { scheme: 'natural-gradient', samples: 200, width: 6, first: 20, each: 2, step: 0.2, check: 0 }],
  ['distilled', { ...distilled, network: 'dense' }],
  ['distilled', { ...distilled, network: 'transformer' }],
])('what %s has learnt, %o', (solver, options) => {
  const asked = study(solver, options)
  const learnt = learn(asked)

  it('gives conditional laws that are those of its joint law, forwards and backwards', async () => {
    const { artifact, observations } = await learnt
    const joint = observations['joint:on,M'].array
    const opened = await openLaw(artifact, asked)
    if (typeof opened === 'string') throw new Error(opened)
    const time = 3
    const cell = (on: number, M: number) =>
      on < joint.coords.on.length && M < joint.coords.M.length ? at(joint, { time, on, M }) : 0
    // Sums in single precision.
    const near = 3e-5
    const up = await opened.answer({ kind: 'conditional', time, given: 'on', count: 1, of: 'M' })
    const down = await opened.answer({ kind: 'conditional', time, given: 'M', count: 4, of: 'on' })
    if (up.kind !== 'conditional' || down.kind !== 'conditional') throw new Error('no conditional law')
    const mass = (of: (k: number) => number) => Array.from({ length: 60 }, (_, k) => of(k)).reduce((a, b) => a + b, 0)
    const on = mass((M) => cell(1, M))
    const four = mass((k) => cell(k, 4))
    expect(Math.abs(up.mass - on)).toBeLessThan(near)
    up.p.forEach((q, k) => {
      expect(Math.abs(q - cell(1, up.low + k) / on)).toBeLessThan(near)
    })
    expect(Math.abs(down.mass - four)).toBeLessThan(near)
    down.p.forEach((q, k) => {
      expect(Math.abs(q - cell(down.low + k, 4) / four)).toBeLessThan(near / four)
    })
    opened.close()
  })

  it('shows how a sample comes about, whose probability is that of its state', async () => {
    const { artifact, observations } = await learnt
    const joint = observations['joint:on,M'].array
    const opened = await openLaw(artifact, asked)
    if (typeof opened === 'string') throw new Error(opened)
    const said = new Set<string>()
    for (let replicate = 0; replicate < 6; replicate++) {
      const answer = await opened.answer({ kind: 'sample', time: 1, replicate })
      if (answer.kind !== 'sample') throw new Error('no sample')
      const counts = Object.fromEntries(answer.steps.map(({ species, count }) => [species, count]))
      expect(answer.time).toBe(1)
      expect([...answer.steps.map(({ species }) => species), ...answer.others].sort()).toEqual(
        options.scheme ? ['M', 'on'] : ['M', 'off', 'on'],
      )
      if (counts.off !== undefined && counts.on !== undefined) expect(counts.on + counts.off).toBe(1)
      const on = counts.on ?? 1 - counts.off
      const p = at(joint, { time: 1, on, M: counts.M })
      expect(Math.abs(Math.exp(answer.steps.at(-1)?.logQ ?? 0) - p)).toBeLessThan(3e-5)
      said.add(JSON.stringify(counts))
      // The same replicate, the same sample.
      expect(await opened.answer({ kind: 'sample', time: 1, replicate })).toEqual(answer)
    }
    expect(said.size).toBeGreaterThan(1)
    opened.close()
  })

  it('is refused for another network', async () => {
    const { artifact } = await learnt
    expect(await openLaw(artifact, { ...asked, network: asked.network.replace('8*on', '9*on') })).toContain(
      'another study',
    )
  })
})
