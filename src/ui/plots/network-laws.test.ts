import { describe, expect, it } from 'vitest'
import type { LawAnswer, LawQuestion } from '../../analysis/learnt-law'
import { namedArray } from '../../numerics/named-array'
import { poisson } from '../../numerics/statistics'
import type { Layer } from '../figure/figure'
import { exactSource, fixtureOutlook, meanOf } from './fixture'
import { type Conditional, createNetworkLaws, type Network } from './network-laws'
import { panels } from './panels'
import { sliceWords } from './slice-view'
import type { Outlook, Source } from './sources'

const counts = Array.from({ length: 41 }, (_, k) => k)
const law = (mean: number) => Float64Array.from(counts, (k) => poisson(mean, k))

/** Independent Poisson counts, whose conditional law is `mean`'s whatever is given. */
const network = (mean: number, count: number): Conditional => {
  const mass = poisson(meanOf(0, 5), count)
  return { kind: 'conditional', time: 5, given: 'U', count, of: 'V', low: 0, p: law(mean), mass }
}

/** A network's answer, whose joint law is the exact one of the fixture. */
function trained(): Source {
  const { frame } = exactSource()
  const { array } = frame.observations['joint:U,V']
  const error = { kind: 'estimate', value: 1e-4, how: 'held out' } as const
  return {
    id: 'net',
    title: 'Network',
    seed: 1,
    frame: {
      ...frame,
      observations: { 'joint:U,V': { array, error } },
      training: namedArray([['update', [1]]]),
    },
  }
}

const outlook = (more: Partial<Outlook> = {}): Outlook => ({
  ...fixtureOutlook,
  asked: { views: ['slice'], margin: 0, given: 4 },
  ...more,
})

function slice(look: Outlook) {
  const panel = panels([exactSource(), trained()], look).find(({ id }) => id === 'view:slice')
  if (!panel) throw new Error('no slice')
  const curves = panel.layers.filter((one): one is Extract<Layer, { kind: 'curve' }> => one.kind === 'curve')
  return { panel, own: curves.find(({ name }) => name.startsWith('Network')) }
}

describe('a slice beside that of a network', () => {
  it('is cut from its joint law until it has answered, and then its own', () => {
    expect(slice(outlook()).own?.name).toBe('Network, cut from its joint law')
    const mean = meanOf(1, 5)
    const { panel, own } = slice(outlook({ networks: [{ source: 'net', law: network(mean + 1, 4) }] }))
    expect(own?.name).toBe('Network, its own conditional law')
    counts.forEach((k) => {
      expect(own?.y[k]).toBeCloseTo(poisson(mean + 1, k), 12)
    })
    // Hellinger's distance of two Poisson laws: √(1 − exp(−(√a − √b)²/2)).
    const apart = Math.sqrt(1 - Math.exp(-((Math.sqrt(mean + 1) - Math.sqrt(mean)) ** 2) / 2))
    const [last] = panel.facts?.slice(-1) ?? []
    expect(last.label).toBe('Network')
    expect(last.text).toContain(`; Hellinger distance ${Number(apart.toPrecision(3))} from Projection`)
    expect(panel.summary).toContain(last.text)
  })

  it('takes no answer to another question', () => {
    for (const other of [network(9, 5), { ...network(9, 4), time: 2 }, { ...network(9, 4), given: 'V', of: 'U' }]) {
      expect(slice(outlook({ networks: [{ source: 'net', law: other }] })).own?.name).toContain('cut from')
    }
  })

  it('follows the pointer on the joint map, in words too', () => {
    const { panel } = slice(outlook({ hover: 7 }))
    expect(panel.title).toBe('V given U = 7')
    const [mean, sd] = [meanOf(1, 5), Math.sqrt(meanOf(1, 5))].map((value) => Number(value.toPrecision(4)))
    expect(sliceWords([exactSource()], outlook({ hover: 7 }))).toBe(`given U = 7: V ${mean} ± ${sd} SD`)
    expect(sliceWords([exactSource()], outlook())).toBe('')
  })
})

describe('questions to networks', () => {
  const asked: { question: LawQuestion; say(answer: LawAnswer): void }[] = []
  const laws = {
    ask: (_: unknown, __: unknown, question: LawQuestion) =>
      new Promise<LawAnswer>((say) => {
        asked.push({ question, say })
      }),
  }
  const net: Network = {
    source: 'net',
    artifact: { solver: 'nncme', arrays: {}, notes: {} },
    study: { version: 1, network: '', times: [] },
  }
  const wish = (count: number) => ({ time: 5, given: 'U', count, of: 'V' })

  it('go one at a time, the newest next, and answers are known again', async () => {
    let heard = 0
    const known = createNetworkLaws(laws, () => heard++)
    expect(known.know(wish(1), [net])).toEqual([])
    for (const count of [2, 3, 4]) known.know(wish(count), [net])
    expect(asked.map(({ question }) => question.kind === 'conditional' && question.count)).toEqual([1])
    asked[0].say(network(9, 1))
    await new Promise((settle) => setTimeout(settle))
    expect(heard).toBe(1)
    known.know(wish(4), [net])
    expect(asked[1].question).toMatchObject({ count: 4 })
    const one = known.know(wish(1), [net])
    expect(one).toEqual([{ source: 'net', law: network(9, 1) }])
    expect(known.know(wish(1), [net])).toBe(one)
    // Another artifact is another network.
    asked[1].say({ kind: 'none', why: 'no law' })
    await new Promise((settle) => setTimeout(settle))
    expect(known.know(wish(1), [{ ...net, artifact: { ...net.artifact } }])).toEqual([])
    expect(asked).toHaveLength(3)
  })
})

describe('a network whose estimated error exceeds the condition', () => {
  it('is shown beside the exact law all the same, and says that nothing is assured', () => {
    const { frame, ...rest } = trained()
    const { array } = frame.observations['joint:U,V']
    const error = { kind: 'estimate', value: 0.2, how: 'held out' } as const
    const rough: Source = { ...rest, frame: { ...frame, observations: { 'joint:U,V': { array, error } } } }
    const find = (...sources: Source[]) => panels(sources, outlook()).find(({ id }) => id === 'view:slice')
    expect(find(exactSource(), rough)?.layers.map(({ name }) => name)).toContain('Network, cut from its joint law')
    expect(find(rough)?.summary).toContain('not assured: the joint law may be off by 0.2, estimated')
  })
})
