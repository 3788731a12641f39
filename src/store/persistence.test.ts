import { describe, expect, it } from 'vitest'
import { createNotices } from './notices'
import { createPersistence, maxHistory, maxLessons, type StudyStorage } from './persistence'
import { defaultStudy } from './studio'

const study = defaultStudy()

function memory(): StudyStorage & { shelf: Map<string, unknown> } {
  const shelf = new Map<string, unknown>()
  return {
    shelf,
    read: async (key) => structuredClone(shelf.get(key)),
    write: async (key, value) => {
      shelf.set(key, structuredClone(value))
    },
  }
}

function broken(name: string): StudyStorage {
  const fail = async () => {
    throw Object.assign(new Error('no'), { name })
  }
  return { read: fail, write: fail }
}

describe('persistence', () => {
  it('keeps the last draft and writes only the newest of a burst', async () => {
    const storage = memory()
    const persistence = createPersistence(storage, createNotices())
    expect(await persistence.last()).toBeUndefined()
    for (let seed = 1; seed <= 5; seed++) persistence.save({ ...study, seed })
    await persistence.flush()
    expect((await createPersistence(storage, createNotices()).last())?.study.seed).toBe(5)
  })

  it('keeps a short history, newest first, one entry for each text', async () => {
    const persistence = createPersistence(memory(), createNotices())
    for (let k = 0; k < maxHistory + 5; k++) await persistence.putAway({ ...study, network: `species X = ${k}` })
    await persistence.putAway({ ...study, network: 'species X = 10', seed: 4 })
    const history = await persistence.history()
    expect(history).toHaveLength(maxHistory)
    expect(history[0].study).toMatchObject({ network: 'species X = 10', seed: 4 })
    expect(new Set(history.map((past) => past.study.network)).size).toBe(maxHistory)
  })

  it('gives up the oldest of many lessons', async () => {
    const storage = memory()
    const persistence = createPersistence(storage, createNotices())
    const artifact = { solver: 'distilled', arrays: {}, notes: {} }
    for (let k = 0; k <= maxLessons; k++) {
      persistence.saveLesson(`distilled:${k}`, { artifact, study })
      await persistence.flush()
    }
    await persistence.flush()
    expect(await persistence.lesson('distilled:0')).toBeUndefined()
    expect((await persistence.lesson('distilled:1'))?.artifact).toEqual(artifact)
    expect((await persistence.lesson(`distilled:${maxLessons}`))?.artifact).toEqual(artifact)
  })

  it('remembers the theme, if it knows it', async () => {
    const storage = memory()
    const persistence = createPersistence(storage, createNotices())
    persistence.saveTheme('dark')
    await persistence.flush()
    expect(await persistence.theme()).toBe('dark')
    storage.shelf.set('theme', 'plaid')
    expect(await persistence.theme()).toBeUndefined()
  })

  it('passes over what it cannot read', async () => {
    const storage = memory()
    storage.shelf.set('last', { version: 99 })
    storage.shelf.set('history', [null, 3, { study: {}, atMs: 1 }, { study, atMs: 2 }])
    const persistence = createPersistence(storage, createNotices())
    expect(await persistence.last()).toBeUndefined()
    expect(await persistence.history()).toEqual([{ study, atMs: 2 }])
  })

  it('makes room for the draft by giving up what was learnt, the oldest first', async () => {
    const storage = memory()
    const notices = createNotices()
    let room = Number.POSITIVE_INFINITY
    const small: StudyStorage = {
      read: storage.read,
      write: async (key, value) => {
        const lessons = [...storage.shelf].filter(([name, kept]) => name.startsWith('lesson:') && kept !== undefined)
        if (value !== undefined && lessons.length > room)
          throw Object.assign(new Error('full'), { name: 'QuotaExceededError' })
        await storage.write(key, value)
      },
    }
    const persistence = createPersistence(small, notices)
    const artifact = { solver: 'distilled', arrays: {}, notes: {} }
    for (const place of ['a', 'b', 'c']) {
      persistence.saveLesson(place, { artifact, study })
      await persistence.flush()
    }
    await persistence.flush()
    room = 1
    persistence.save({ ...study, seed: 8 })
    await persistence.flush()
    expect(storage.shelf.get('draft:only')).toMatchObject({ study: { seed: 8 } })
    expect(await persistence.lesson('a')).toBeUndefined()
    expect(await persistence.lesson('b')).toBeUndefined()
    expect((await persistence.lesson('c'))?.artifact).toEqual(artifact)
    expect(notices.getState().notices).toEqual([])
    room = -1
    persistence.save({ ...study, seed: 9 })
    await persistence.flush()
    expect(notices.getState().notices[0].text).toMatch(/no room left/)
    expect(storage.shelf.get('draft:only')).toMatchObject({ study: { seed: 8 } })
  })

  it.each([
    ['InvalidStateError', /does not keep your work/],
    ['QuotaExceededError', /no room left/],
  ])('goes on after %s, and says so once', async (name, text) => {
    const notices = createNotices()
    const persistence = createPersistence(broken(name), notices)
    expect(await persistence.last()).toBeUndefined()
    persistence.save(study)
    await persistence.flush()
    await persistence.putAway(study)
    expect(await persistence.history()).toEqual([])
    expect(notices.getState().notices).toHaveLength(1)
    expect(notices.getState().notices[0].text).toMatch(text)
  })
})
