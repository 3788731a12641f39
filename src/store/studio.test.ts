import { afterEach, describe, expect, it } from 'vitest'
import { localClient } from '../services/local-client'
import type { Study } from '../solvers/study'
import { linkTo } from './link'
import type { StudyStorage } from './persistence'
import { createStudio, defaultStudy, type Surroundings } from './studio'
import { testingClient } from './testing-client'

const soon = async () => {}
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function memory(content: Record<string, unknown> = {}): StudyStorage & { shelf: Map<string, unknown> } {
  const shelf = new Map(Object.entries(content))
  return {
    shelf,
    read: async (key) => shelf.get(key),
    write: async (key, value) => {
      shelf.set(key, value)
    },
  }
}

function addressOf(href: string) {
  const { search, hash } = new URL(href)
  let cleared = false
  const clear = () => {
    cleared = true
  }
  return { href, search, hash, clear, cleared: () => cleared }
}

async function open(surroundings: Surroundings = {}, client = testingClient()) {
  const studio = createStudio(client, { nextFrame: soon, ...surroundings })
  closers.push(studio.close)
  await studio.ready
  await soon()
  return {
    studio,
    client,
    study: () => studio.studies.getState().study,
    texts: () => studio.notices.getState().notices.map(({ text }) => text),
  }
}

const small: Study = {
  version: 1,
  network: 'species A = 5, B = 0, C = 0\nA -> B, 1\nB -> C, 1',
  times: { from: 0, to: 4, count: 5 },
  observe: ['moments', 'joint:A,B'],
  solver: 'ssa',
  options: { replicates: 50 },
  view: { time: 2, joint: 'A,B', quantities: 'A,C' },
}

describe('the studio', () => {
  it('opens on the toggle switch, with all its lanes running', async () => {
    const { studio, client } = await open()
    expect(studio.studies.getState().good.title).toBe(defaultStudy().title)
    expect(client.asked.map(({ study }) => study.solver)).toEqual(['ssa', 'fsp', 'ode'])
    expect(studio.view.getState()).toMatchObject({ time: 100, joint: ['U', 'V'], quantities: ['U', 'V'] })
    expect(studio.studies.getState().canUndo).toBe(false)
  })

  it('opens what a link says, view included, and takes the link out of the address', async () => {
    const address = addressOf(linkTo(small, 'http://localhost/'))
    const { studio, client, study } = await open({ address, storage: memory({ last: defaultStudy() }) })
    expect(study().network).toBe(small.network)
    expect(studio.view.getState()).toMatchObject({ time: 2, joint: ['A', 'B'], quantities: ['A', 'C'] })
    expect(address.cleared()).toBe(true)
    expect(client.asked[0].study.network).toBe(small.network)
  })

  it('leaves nothing to undo when a link opens, and puts the draft of the last visit away', async () => {
    const address = addressOf(linkTo(small, 'http://localhost/'))
    const { studio } = await open({ address, storage: memory({ last: { ...defaultStudy(), seed: 99 } }) })
    expect(studio.studies.getState().canUndo).toBe(false)
    await studio.persistence.flush()
    expect((await studio.persistence.history()).map(({ study }) => study.seed)).toEqual([99])
  })

  it('makes a link that opens as the same study and the same view', async () => {
    const { studio } = await open({ address: addressOf(linkTo(small, 'http://localhost/')) })
    studio.view.getState().setTime(3)
    studio.view.getState().setJoint('A', 'C')
    const again = await open({ address: addressOf(studio.link()) })
    expect({ ...again.study(), made: undefined }).toEqual({ ...studio.studies.getState().study, made: undefined })
    expect(again.studio.view.getState()).toMatchObject({ time: 3, joint: ['A', 'C'], quantities: ['A', 'C'] })
    expect(again.study().observe).toEqual(['moments', 'joint:A,B', 'joint:A,C'])
  })

  it('opens a study of the gallery by name, with values', async () => {
    const fetchStudy = async (name: string) => (name === 'toggle-switch' ? defaultStudy() : small)
    const { study } = await open({ address: addressOf('http://localhost/?study=toggle-switch&a=37'), fetchStudy })
    expect(study().network).toContain('a = 37')
  })

  it('opens no study of the gallery that comes after the user has opened another', async () => {
    let answer = (_: unknown) => {}
    const fetchStudy = () => new Promise<unknown>((resolve) => (answer = resolve))
    const { studio, study, texts } = await open({ fetchStudy })
    for (const meanwhile of [() => studio.open(small), () => studio.openRead(small)]) {
      const late = studio.openByName('toggle-switch')
      await meanwhile()
      answer(defaultStudy())
      expect(await late).toBe(false)
      expect(study().network).toBe(small.network)
    }
    const wanted = studio.openByName('toggle-switch')
    answer(defaultStudy())
    expect(await wanted).toBe(true)
    expect(texts()).toEqual([])
  })

  it('reads a long link in slices between which the page lives', async () => {
    const network = Array.from({ length: 4000 }, (_, i) => `A${i} -> B${i}, 1`).join('\n')
    const address = addressOf(linkTo({ ...small, network }, 'http://localhost/'))
    expect(address.hash.length).toBeLessThan(200_000)
    const studio = createStudio(testingClient(), { nextFrame: soon, address })
    closers.push(studio.close)
    await expect.poll(() => studio.reader.getState().progress?.of).toBe(4000)
    await expect.poll(() => studio.studies.getState().study.network === network, { timeout: 20_000 }).toBe(true)
  })

  it('opens the last visit however late it is read', async () => {
    let answer = () => {}
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const shelf = memory({ last: small })
    const { study } = await open({ storage: { ...shelf, read: (key) => asked.then(() => shelf.read(key)) } })
    expect(study().network).toBe(defaultStudy().network)
    answer()
    await expect.poll(() => study().network).toBe(small.network)
  })

  it('puts the last visit away when something was opened or changed before it was read', async () => {
    const changes: ((studio: Awaited<ReturnType<typeof open>>['studio']) => unknown)[] = [
      (studio) => studio.open(small),
      (studio) => studio.openByName('small'),
      (studio) => studio.studies.getState().setSeed(5),
    ]
    for (const change of changes) {
      let answer = () => {}
      const asked = new Promise<void>((resolve) => {
        answer = resolve
      })
      const shelf = memory({ last: { ...defaultStudy(), seed: 99 } })
      const storage = { ...shelf, read: (key: string) => asked.then(() => shelf.read(key)) }
      const { studio, study } = await open({ storage, fetchStudy: async () => small })
      await change(studio)
      const chosen = study()
      answer()
      await expect.poll(() => studio.persistence.history()).toHaveLength(1)
      expect((await studio.persistence.history())[0].study.seed).toBe(99)
      expect(study()).toBe(chosen)
    }
  })

  it('says what is wrong with an address and keeps what the user had', async () => {
    const fetchStudy = async () => {
      throw new Error('404')
    }
    const storage = memory({ last: small })
    const cases: [string, RegExp][] = [
      [`http://localhost/#s=${'A'.repeat(5_000_000)}`, /The link was not opened: .*at most 200,000/],
      ['http://localhost/#s=xyz', /damaged/],
      ['http://localhost/?study=nothing', /There is no study "nothing"/],
      ['http://localhost/?study=../x', /not the name of a study/],
    ]
    for (const [href, text] of cases) {
      const { study, texts } = await open({ address: addressOf(href), storage, fetchStudy })
      expect(texts()).toEqual([expect.stringMatching(text)])
      expect(study().network).toBe(small.network)
    }
  })

  it('opens what was there at the last visit; nothing is undone by that', async () => {
    const { studio, study, client } = await open({ storage: memory({ last: small }) })
    expect(study().network).toBe(small.network)
    expect(studio.studies.getState().canUndo).toBe(false)
    expect(client.asked[0].study.network).toBe(small.network)
  })

  it('saves the draft, and puts it away before another takes its place', async () => {
    const storage = memory()
    const { studio } = await open({ storage })
    studio.studies.getState().setParameter('a', 55)
    const { network } = studio.studies.getState().study
    await studio.persistence.flush()
    expect(storage.shelf.get('draft:only')).toMatchObject({ study: { network } })
    studio.open(small)
    await studio.persistence.flush()
    expect((await studio.persistence.history())[0].study.network).toBe(network)
  })

  it('starts within moments when the storage never answers', async () => {
    const never = () => new Promise<never>(() => {})
    const { client } = await open({ storage: { read: never, write: never } })
    expect(client.asked).toHaveLength(3)
  })

  it('keeps a view that still fits when the network changes, and shows what is new', async () => {
    const { studio } = await open({ address: addressOf(linkTo(small, 'http://localhost/')) })
    studio.studies.getState().setText(small.network.replace('C = 0', 'C = 0, D = 1'))
    expect(studio.view.getState()).toMatchObject({ quantities: ['A', 'C', 'D'], joint: ['A', 'B'] })
    studio.studies.getState().setText('species A = 5, D = 0\nA -> D, 1')
    expect(studio.view.getState()).toMatchObject({ quantities: ['A', 'D'], joint: ['A', 'D'] })
    studio.studies.getState().setTimes([0.5, 1])
    expect(studio.view.getState().time).toBe(1)
  })

  it('notes where a moving cursor stops, not where it passes', async () => {
    const { studio, study } = await open()
    const { setPlaying, setTime } = studio.view.getState()
    setPlaying(true)
    for (let time = 0; time <= 50; time++) setTime(time)
    expect(study().view?.time).not.toBe(50)
    setPlaying(false)
    expect(study().view?.time).toBe(50)
    expect(studio.studies.getState().canUndo).toBe(false)
  })

  it('runs for real, in this thread', async () => {
    const studio = createStudio(localClient(soon), {
      nextFrame: soon,
      address: addressOf(linkTo(small, 'http://localhost/')),
    })
    closers.push(studio.close)
    await studio.ready
    const ended = () => studio.runs.getState().lanes.ssa?.outcome
    while (!ended()) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(ended()).toMatchObject({ status: 'done' })
    expect(studio.runs.getState().lanes.ssa.frame?.diagnostics.replicates).toBe(50)
  })
})
