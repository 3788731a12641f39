import { describe, expect, it } from 'vitest'
import type { Frame } from '../../solvers/contract'
import type { Study } from '../../solvers/study'
import type { Lane } from '../../store/lane'
import { exactSource, sampledSource } from './fixture'
import { createScreen } from './screening'

const study = (seed: number): Study => ({ version: 1, network: '', times: [1], seed })
const [older, newer] = [study(1), study(2)]

function lane(frame: Frame, of: Study, more: Partial<Lane> = {}): Lane {
  const fields = {
    id: 'any',
    solver: 'any',
    title: 'ANY',
    variant: '',
    status: 'running',
    serial: 1,
    done: 0.5,
    phase: '',
    startedMs: 0,
    stale: false,
  } as const
  return { ...fields, frame, study: of, ...more }
}

const screen = () => createScreen()
const many = sampledSource(1000).frame
const few = sampledSource(3).frame
const exact = exactSource().frame

/** An exact run that has not come further than time 0. */
function early(): Frame {
  const frame = exactSource().frame
  const { data, shape } = frame.observations.marginals.array
  data.fill(Number.NaN, shape[1] * shape[2])
  return frame
}

describe('what is shown of each method', () => {
  it('is the newest picture, under the method’s title, and the same list while nothing changes', () => {
    const see = screen()
    const first = see({ any: lane(many, older) }, 5, 0)
    expect(first.list.map(({ title, seed, faded }) => [title, seed, faded])).toEqual([['ANY', 1, false]])
    expect(see({ any: lane(many, older) }, 5, 16).list).toBe(first.list)
  })

  it('holds back the first few samples of a new question, but not for long', () => {
    const see = screen()
    see({ any: lane(many, older) }, 5, 0)
    const early = see({ any: lane(few, newer) }, 5, 30)
    expect([early.list[0].frame, early.outdated, early.waiting]).toEqual([many, true, true])
    expect(see({ any: lane(few, newer) }, 5, 50).list[0].frame).toBe(few)
  })

  it('lets enough samples through at once, and however few of a run that has ended', () => {
    const enough = sampledSource(20).frame
    for (const next of [lane(enough, newer), lane(few, newer, { status: 'done' })]) {
      const see = screen()
      see({ any: lane(many, older) }, 5, 0)
      expect(see({ any: next }, 5, 16).list[0].frame).toBe(next.frame)
    }
  })

  it('keeps a finished law until the new one has reached the cursor, and fades it', () => {
    const see = screen()
    see({ any: lane(exact, older) }, 5, 0)
    const next = { any: lane(early(), newer) }
    expect(see(next, 5, 200).list[0]).toMatchObject({ frame: exact, faded: false })
    expect(see(next, 5, 400).list[0]).toMatchObject({ frame: exact, faded: true })
    expect(see(next, 0, 416)).toMatchObject({ outdated: false, list: [{ frame: next.any.frame, faded: false }] })
  })

  it('shows the first picture of all, poor as it is', () => {
    expect(screen()({ any: lane(few, newer) }, 5, 0).list).toHaveLength(1)
    expect(screen()({ any: lane(early(), newer) }, 5, 0).list).toHaveLength(1)
  })

  it('fades what the store calls stale once nothing new has come for a while', () => {
    const see = screen()
    const stale = { any: lane(many, older, { stale: true }) }
    expect(see(stale, 5, 0)).toMatchObject({ outdated: true, waiting: true, list: [{ faded: false }] })
    expect(see(stale, 5, 301)).toMatchObject({ outdated: true, waiting: false, list: [{ faded: true }] })
  })

  it('leaves out methods without a picture', () => {
    expect(screen()({ any: { ...lane(many, older), frame: undefined } }, 5, 0).list).toEqual([])
  })
})
