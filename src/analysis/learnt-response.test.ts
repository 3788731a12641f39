import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readArtifact } from '../solvers/artifact-file'
import type { Study } from '../solvers/study'
import { ask } from '../solvers/testing'
import { complete } from './complete'
import { answer } from './inquire'
import { learntResponse } from './learnt-response'
import { learntSensitivity } from './learnt-sensitivity'

const read = readArtifact(readFileSync(new URL('../../public/models/autoregulation.safetensors', import.meta.url)))
if (!read.ok) throw new Error(read.why)
const { study, artifact: learnt } = read.value
const asked: Study = { version: 1, network: study.network, times: [0, 2, 10], observe: ['moments', 'marginals'] }

describe('sensitivities of what was learnt', () => {
  it('are those that the network gives when it is differentiated', () => {
    const problem = ask(study.network, [0, 2, 10])
    const { means, marginals, step } = complete(learntResponse(learnt, problem, 'rb'))
    const exact = complete(learntSensitivity(learnt, problem, 'rb'))
    const names = means.coords.quantity.map(String)
    expect(names).toContain('P')
    const P = names.indexOf('P')
    const alike = exact.slopes.coords.quantity.map(String).indexOf('P')
    for (const [k, t] of [2, 10].entries()) {
      const slope = exact.slopes.data[k * exact.slopes.shape[1] + alike]
      const own = means.data[(k + 1) * names.length + P]
      // The differences are of steps of 0.2 % and 0.4 % of the range: their own estimate holds, tripled.
      expect(Math.abs(own - slope), `t = ${t}`).toBeLessThan(3 * step.mean + 1e-3 * Math.abs(slope))
      const law = exact.laws.P
      for (let n = 0; n < law.shape[1]; n++) {
        const p = marginals.data[((k + 1) * names.length + P) * marginals.shape[2] + n]
        expect(Math.abs(p - law.data[k * law.shape[1] + n])).toBeLessThan(3 * step.probability)
      }
    }
    // Nothing moves where everything begins.
    expect(means.data.slice(0, names.length).every((x) => x === 0)).toBe(true)
    expect(step.probability).toBeLessThan(1e-4)
  })

  it('stand beside the exact ones, near them', () => {
    const found = complete(answer({ kind: 'sensitivity', study: asked, parameter: 'rb', quantity: 'P', learnt }))
    if (found.kind !== 'sensitivity' || !found.learnt || 'why' in found.learnt) throw new Error('sensitivity')
    const [exact, own] = [found.means, found.learnt.means]
    const at = (array: typeof exact, name: string) =>
      array.data[2 * array.shape[1] + array.coords.quantity.indexOf(name)]
    // ∂⟨P⟩/∂rb at t = 10; the network's laws are 0.5 % off.
    expect(Math.abs(at(own, 'P') / at(exact, 'P') - 1)).toBeLessThan(0.05)
  })

  it('stand alone where there are none, and say so', () => {
    const file = readArtifact(
      readFileSync(new URL('../../public/models/conversion-cascade.safetensors', import.meta.url)),
    )
    if (!file.ok) throw new Error(file.why)
    const cascade = { ...file.value.study, times: [1, 10] }
    // Fifteen species have too many states for a projection.
    const question = { kind: 'sensitivity', study: cascade, parameter: 'beta', quantity: 'X1' } as const
    const found = complete(answer({ ...question, learnt: file.value.artifact }))
    if (found.kind !== 'sensitivity') throw new Error('sensitivity')
    expect(found).toMatchObject({ way: 'learnt', quantity: 'X1', error: { how: expect.stringContaining('not known') } })
    // ⟨X1⟩ = β/(k + 1) (1 − e^−(k + 1)t), k = 5.
    const slope = found.means.data[found.means.coords.quantity.indexOf('X1')]
    expect(Math.abs(slope - (1 - Math.exp(-6)) / 6)).toBeLessThan(0.1 / 6)
  })

  it('say why there are none', () => {
    const other = { ...asked, network: study.network.replace('P -> 0, 1', 'P -> 0, 2') }
    const found = complete(answer({ kind: 'sensitivity', study: other, parameter: 'rb', learnt }))
    if (found.kind !== 'sensitivity' || !found.learnt) throw new Error('sensitivity')
    expect('why' in found.learnt && found.learnt.why).toMatch(/of another network/)
  })
})
