import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onceAnswering } from './answering'
import { createDrafts, hangingMs, maxDrafts, type Windows } from './drafts'
import type { Past, StudyStorage } from './persistence'
import { defaultStudy } from './studio'

const study = (seed: number) => ({ ...defaultStudy(), seed })

/** A browser: what it stores, and its windows, which open and close as they are told. */
function browser() {
  const shelf = new Map<string, unknown>()
  const [marks, held] = [new Map<string, number>(), new Set<string>()]
  const history: Past[] = []
  let opened = 0
  const storage: StudyStorage = {
    read: async (key) => structuredClone(shelf.get(key)),
    write: async (key, value) => void shelf.set(key, structuredClone(value)),
  }
  /** `before`: the window that is reloaded. */
  const visit = (before?: string) => {
    const mine: string[] = []
    const windows: Windows = {
      before,
      fresh: () => `w${++opened}`,
      async claim(name) {
        if (held.has(name)) return false
        held.add(name)
        mine.push(name)
        return true
      },
      mark: (name, atMs) => void (atMs === undefined ? marks.delete(name) : marks.set(name, atMs)),
      marked: (name) => marks.get(name),
    }
    const drafts = createDrafts(storage, async (past) => void history.push(past), windows)
    return {
      ...drafts,
      /** It closes, or crashes: what it held is free. */
      close() {
        for (const name of mine) held.delete(name)
      },
    }
  }
  return { visit, shelf, history, marks }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1e12 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a draft', () => {
  it('is what the next visit goes on with', async () => {
    const { visit, shelf } = browser()
    shelf.set('last', study(1))
    const first = visit()
    // From before there was one for each window.
    expect(await first.last()).toEqual({ study: study(1), broke: false })
    await first.write(study(2))
    first.close()
    const second = visit()
    expect((await second.last())?.study.seed).toBe(2)
    // The same place: visit after visit leaves one draft, not many.
    await second.write(study(3))
    expect(shelf.get('drafts')).toEqual(['w1'])
    expect(await second.others()).toEqual([])
  })

  it('of one window is not overwritten by another, and a reload shows each its own', async () => {
    const { visit } = browser()
    const one = visit()
    await one.write(study(1))
    const two = visit()
    // It begins with the same, but in a place of its own.
    expect((await two.last())?.study.seed).toBe(1)
    await two.write(study(2))
    await one.write(study(11))
    await two.write(study(22))
    expect((await one.others()).map(({ study }) => study.seed)).toEqual([22])
    one.close()
    const again = visit('w1')
    expect((await again.last())?.study.seed).toBe(11)
    await again.write(study(11))
    two.close()
    again.close()
    // Both are closed: the one that was changed last comes first, the other is not lost.
    const third = visit()
    expect((await third.last())?.study.seed).toBe(22)
    expect((await third.others()).map(({ study }) => study.seed)).toEqual([11])
  })

  it('gives way to newer ones, and goes into the history then', async () => {
    const { visit, history, shelf } = browser()
    for (let k = 1; k <= maxDrafts + 1; k++) await visit().write(study(k))
    expect(history.map(({ study }) => study.seed)).toEqual([1])
    expect(shelf.get('draft:w1')).toBeUndefined()
  })
})

describe('a draft that breaks the page', () => {
  it('is not opened again: after a crash, after a reload, and for as long as it is there', async () => {
    const { visit } = browser()
    const first = visit()
    await first.write(study(1))
    first.close()
    const second = visit()
    await second.last()
    second.doubt()
    second.close()
    for (const before of [undefined, 'w1', undefined]) {
      const next = visit(before)
      expect(await next.last()).toEqual({ study: study(1), broke: true })
      // The visit goes well, and ends: its draft is still the one that broke the page.
      next.proved()
      next.close()
    }
    const asked = visit()
    await asked.last()
    asked.doubt()
    asked.proved()
    asked.close()
    expect(await visit().last()).toEqual({ study: study(1), broke: false })
  })

  it('is gone once another takes its place', async () => {
    const { visit } = browser()
    const first = visit()
    await first.write(study(1))
    first.doubt()
    first.close()
    const second = visit()
    expect((await second.last())?.broke).toBe(true)
    await second.write(study(2))
    second.close()
    expect(await visit().last()).toEqual({ study: study(2), broke: false })
  })

  it('is known by a window that still hangs, and not by one that is only opening', async () => {
    const { visit } = browser()
    const first = visit()
    await first.write(study(1))
    first.doubt()
    expect((await visit().last())?.broke).toBe(false)
    vi.advanceTimersByTime(hangingMs + 1)
    expect((await visit().last())?.broke).toBe(true)
  })

  it('leaves no doubt where the page said goodbye, or a link came before the draft was looked for', async () => {
    const { visit, marks } = browser()
    const first = visit()
    await first.write(study(1))
    first.doubt()
    first.proved()
    first.close()
    const second = visit()
    second.doubt()
    expect((await second.last())?.broke).toBe(false)
    expect([...marks.keys()]).toEqual(['w1'])
    second.close()
    expect((await visit().last())?.broke).toBe(true)
  })
})

describe('a page', () => {
  const picture = async () => {}

  it('has answered after some seconds without a break', async () => {
    const act = vi.fn()
    onceAnswering(picture, act)
    await vi.advanceTimersByTimeAsync(2900)
    expect(act).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(act).toHaveBeenCalledTimes(1)
  })

  it('has not while it draws slowly, never draws, or is left', async () => {
    const act = vi.fn()
    onceAnswering(() => new Promise((resolve) => setTimeout(resolve, 3000)), act)
    onceAnswering(() => new Promise(() => {}), act)
    onceAnswering(picture, act)()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(act).not.toHaveBeenCalled()
  })
})
