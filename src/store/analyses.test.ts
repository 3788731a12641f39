import { describe, expect, it } from 'vitest'
import type { Ending } from '../analysis/inquiry'
import type { Study } from '../solvers/study'
import { createAnalyses } from './analyses'
import { askedAnalyses, inquiryOf, readSetting, settingText } from './inquiries'
import { createStudies } from './studies'
import { testingClient } from './testing-client'

const first: Study = {
  version: 1,
  network: 'species X = 10\nparameter k = 10\n0 -> X, k\nX -> 0, 1',
  times: [1],
  view: { analyses: 'gap' },
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
const gapOf = (gap: number): Ending => ({ status: 'done', elapsedMs: 3, finding: { kind: 'gap', gap } as never })

function setUp(study = first) {
  const client = testingClient()
  const studies = createStudies(study)
  const analyses = createAnalyses(client, studies, async () => {})
  analyses.start()
  return { client, studies, analyses, lane: () => analyses.getState().lanes.gap }
}

describe('analyses', () => {
  it('are asked when the view does, and their finding is kept', async () => {
    const { client, lane } = setUp()
    await turn()
    expect(client.inquiries.map(({ inquiry }) => inquiry.kind)).toEqual(['gap'])
    expect(lane()?.status).toBe('running')
    client.inquiries[0].show({ done: 0.5, phase: 'half' })
    expect(lane()?.progress?.done).toBe(0.5)
    client.inquiries[0].finish(gapOf(1))
    await turn()
    expect(lane()).toMatchObject({ status: 'done', stale: false, finding: { gap: 1 } })
  })

  it('follow the study, the old finding marked meanwhile', async () => {
    const { client, studies, lane } = setUp()
    await turn()
    client.inquiries[0].finish(gapOf(1))
    await turn()
    studies.getState().setParameter('k', 12)
    await turn()
    expect(client.inquiries).toHaveLength(2)
    expect(client.inquiries[1].inquiry.study.network).toContain('k = 12')
    expect(lane()).toMatchObject({ status: 'running', stale: true, finding: { gap: 1 } })
    client.inquiries[1].finish(gapOf(2))
    await turn()
    expect(lane()).toMatchObject({ stale: false, finding: { gap: 2 } })
  })

  it('of sensitivities take what is learnt along when it comes, and stop before it does', async () => {
    const artifact = { solver: 'distilled', arrays: {}, notes: {} }
    let bring: (found: typeof artifact | undefined) => void = () => {}
    const learnt = () => new Promise<typeof artifact | undefined>((resolve) => (bring = resolve))
    const client = testingClient()
    const study = { ...first, view: { analyses: 'sensitivity' } }
    const analyses = createAnalyses(client, createStudies(study), async () => {}, learnt)
    analyses.start()
    await turn()
    expect(client.inquiries).toHaveLength(0)
    expect(analyses.getState().lanes.sensitivity?.status).toBe('running')
    bring(artifact)
    await turn()
    expect(client.inquiries[0].inquiry.learnt).toBe(artifact)
    client.inquiries[0].finish({ status: 'done', elapsedMs: 1, finding: { kind: 'sensitivity' } as never })
    await turn()
    // What is kept of the question is as small as it was.
    expect(analyses.getState().lanes.sensitivity?.inquiry).not.toHaveProperty('learnt')
    analyses.getState().rerun('sensitivity')
    await turn()
    analyses.getState().cancel()
    bring(artifact)
    await turn()
    expect(client.inquiries).toHaveLength(1)
    expect(analyses.getState().lanes.sensitivity?.status).toBe('cancelled')
  })

  it('ask nothing again for what does not matter', async () => {
    const { client, studies } = setUp()
    await turn()
    client.inquiries[0].finish(gapOf(1))
    await turn()
    studies.getState().setSeed(5)
    studies.getState().setTimes([1, 2])
    studies.getState().setView({ time: 1 })
    await turn()
    expect(client.inquiries).toHaveLength(1)
  })

  it('let a question under way finish for a while, then ask the newest', async () => {
    const { client, studies } = setUp()
    await turn()
    for (const k of [11, 12, 13]) studies.getState().setParameter('k', k)
    await turn()
    expect(client.inquiries).toHaveLength(1)
    client.inquiries[0].finish(gapOf(1))
    await turn()
    await turn()
    expect(client.inquiries).toHaveLength(2)
    expect(client.inquiries[1].inquiry.study.network).toContain('k = 13')
  })

  it('are stopped by hand and begun again, and go with their view', async () => {
    const { client, studies, analyses, lane } = setUp()
    await turn()
    analyses.getState().cancel('gap')
    expect(client.inquiries[0].cancelled).toBe(true)
    expect(lane()?.status).toBe('cancelled')
    studies.getState().setView({ time: 1 })
    await turn()
    expect(client.inquiries).toHaveLength(1)
    analyses.getState().rerun('gap')
    await turn()
    expect(client.inquiries).toHaveLength(2)
    studies.getState().setView({ analyses: undefined })
    await turn()
    expect(client.inquiries[1].cancelled).toBe(true)
    expect(lane()).toBeUndefined()
  })

  it('stop at once when what they need is taken back, and show nothing then', async () => {
    const { client, studies, analyses } = setUp({ ...first, view: { analyses: 'passage', to: 'X > 1' } })
    const lane = () => analyses.getState().lanes.passage
    await turn()
    expect(lane()?.status).toBe('running')
    studies.getState().setView({ to: undefined })
    await turn()
    expect(client.inquiries[0].cancelled).toBe(true)
    expect(lane()).toMatchObject({ status: 'idle', finding: undefined })
    studies.getState().setView({ to: 'X > 1' })
    await turn()
    expect(client.inquiries).toHaveLength(2)
    expect(lane()?.status).toBe('running')
  })

  it('tell why they failed', async () => {
    const { client, lane } = setUp()
    await turn()
    client.inquiries[0].finish({ status: 'failed', code: 'x', message: 'no', hint: 'try' })
    await turn()
    expect(lane()).toMatchObject({ status: 'failed', failure: { message: 'no', hint: 'try' } })
  })

  it('wait for what is still to be said', () => {
    expect(askedAnalyses({ ...first, view: { analyses: 'gap,nonsense,passage,gap' } })).toEqual(['gap', 'passage'])
    expect(inquiryOf(first, 'passage')).toBeUndefined()
    expect(inquiryOf({ ...first, view: { to: 'X > 1' } }, 'passage')).toMatchObject({ condition: 'X > 1' })
    expect(inquiryOf(first, 'distance')).toBeUndefined()
    const setting = { k: 0.1, d: 1e-9 }
    expect(readSetting(settingText(setting))).toEqual(setting)
    expect(inquiryOf({ ...first, view: { against: 'k=3' } }, 'distance')).toMatchObject({ against: { k: 3 } })
  })
})
