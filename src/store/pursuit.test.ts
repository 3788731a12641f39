import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Begun, createPursuit, type Job, maxPatienceMs, patienceMs } from './pursuit'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** One job whose works end by hand. */
function setUp(waitMs = () => 0) {
  const job: Job = { key: 'a', tookMs: 0 }
  const works: { key: string; replaced?: string; cancelled: boolean; end(): void }[] = []
  const ended: string[] = []
  let shown = false
  const pursuit = createPursuit<Begun, Job>(
    {
      jobs: () => [job],
      givesWay: () => shown,
      waitMs,
      begin(_, replaced) {
        const { key } = job
        let end = () => {}
        const ending = new Promise<void>((resolve) => {
          end = resolve
        })
        const work = { key, replaced: replaced?.key, cancelled: false, end }
        const cancel = () => {
          work.cancelled = true
          end()
        }
        works.push(work)
        pursuit.follow(job, { key, startedMs: performance.now(), handle: { cancel } }, ending, () => ended.push(key))
      },
    },
    () => new Promise((resolve) => setTimeout(resolve, 16)),
  )
  pursuit.start()
  const ask = (key: string) => {
    job.key = key
    pursuit.schedule()
  }
  return { job, works, ended, pursuit, ask, show: () => (shown = true) }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a pursuit', () => {
  it('begins the first question at once and then one per frame, the newest', async () => {
    const { works, ask, show } = setUp()
    show()
    ask('a')
    await pass(0)
    expect(works.map(({ key }) => key)).toEqual(['a'])
    for (const key of ['b', 'c', 'd']) ask(key)
    await pass(10)
    expect(works).toHaveLength(1)
    await pass(10)
    expect(works.map(({ key, replaced, cancelled }) => [key, replaced, cancelled])).toEqual([
      ['a', undefined, true],
      ['d', 'a', false],
    ])
  })

  it('leaves work that has shown nothing alone, but not for ever', async () => {
    const { works, ask } = setUp()
    ask('a')
    await pass(0)
    ask('b')
    await pass(patienceMs - 20)
    expect(works).toHaveLength(1)
    await pass(40)
    expect(works.map(({ key, cancelled }) => [key, cancelled])).toEqual([
      ['a', true],
      ['b', false],
    ])
    // Nothing newer is asked: it may take as long as it likes.
    await pass(10 * maxPatienceMs)
    expect(works[1].cancelled).toBe(false)
  })

  it('hears no more of what was replaced or stopped, and goes on to the newest when work ends', async () => {
    const { works, ended, ask, pursuit, job } = setUp()
    ask('a')
    await pass(0)
    ask('b')
    works[0].end()
    await pass(20)
    expect(ended).toEqual(['a'])
    expect(works.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(pursuit.settle(job)?.key).toBe('b')
    await pass(20)
    expect(ended).toEqual(['a'])
    // Stopped by hand: not begun again by itself, only with another question.
    ask('b')
    await pass(20)
    expect(works).toHaveLength(2)
    ask('c')
    await pass(20)
    expect(works).toHaveLength(3)
  })

  it('waits as it is told, and begins nothing once it is stopped', async () => {
    let ms = 50
    const { works, ask, pursuit } = setUp(() => ms)
    ask('a')
    await pass(20)
    expect(works).toHaveLength(0)
    ms = Number.POSITIVE_INFINITY
    await pass(100)
    expect(works).toHaveLength(0)
    ms = 0
    pursuit.stop()
    ask('b')
    await pass(100)
    expect(works).toHaveLength(0)
    pursuit.start()
    ask('b')
    await pass(100)
    expect(works).toHaveLength(1)
  })
})
