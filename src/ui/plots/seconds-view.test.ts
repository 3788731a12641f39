import { describe, expect, it } from 'vitest'
import { namedArray } from '../../numerics/named-array'
import { poisson } from '../../numerics/statistics'
import { exactSource, fixtureOutlook, fixtureTimes, meanOf, sampledSource } from './fixture'
import { panels } from './panels'
import type { Outlook, Source } from './sources'

/** A network whose law of U is Poisson's with a mean that is a tenth too large. */
function network(): Source {
  const { frame } = exactSource()
  const { array } = frame.observations.marginals
  const counts = array.coords.count.length
  const data = array.data.map((v, k) => {
    const [t, q, n] = [Math.floor(k / (2 * counts)), Math.floor(k / counts) % 2, k % counts]
    return q === 0 && t > 0 ? poisson(1.1 * meanOf(0, fixtureTimes[t]), n) : v
  })
  const error = { kind: 'none', why: 'a test' } as const
  const training = namedArray([['update', [1]]])
  return {
    id: 'net',
    title: 'Network',
    seed: 1,
    frame: { ...frame, training, observations: { marginals: { array: { ...array, data }, error } } },
  }
}

const outlook: Outlook = { ...fixtureOutlook, asked: { views: ['seconds'], margin: 0, quantity: 'U', seconds: 6.5 } }
const view = (...sources: Source[]) => panels(sources, outlook).find(({ id }) => id === 'view:seconds')

describe('the same seconds', () => {
  it('gives the distances of network and samples from the exact law, and which is nearer', () => {
    const made = view(network(), exactSource(), sampledSource(100_000))
    // Hellinger's distance of two Poisson laws: √(1 − exp(−(√a − √b)²/2)).
    const mean = meanOf(0, 5)
    const apart = Math.sqrt(1 - Math.exp(-((Math.sqrt(1.1 * mean) - Math.sqrt(mean)) ** 2) / 2))
    const [line] = made?.layers ?? []
    if (line?.kind !== 'curve') throw new Error('no curve')
    expect(line.y[fixtureTimes.indexOf(5)]).toBeCloseTo(apart, 6)
    expect(made?.facts?.[0]).toEqual({ label: 'Seconds of the training', text: expect.stringContaining('6.5') })
    expect(made?.facts?.find(({ label }) => label === 'Sampler')?.text).toMatch(
      /^n = 100,000; so many explain 0\.00\d+; Hellinger 0\.00/,
    )
    expect(made?.summary).toMatch(/Network is [\d.]+ times as far from the exact law as Sampler, n = 100,000/)
  })

  it('says what it lacks', () => {
    expect(view(exactSource())?.note).toBe('needs a method that is trained')
    expect(view(network(), sampledSource())?.note).toContain('needs the exact law')
  })
})
