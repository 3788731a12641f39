import { afterEach, expect, it } from 'vitest'
import type { Task } from '../../analysis/tasks'
import { type TaskClient, taskClient } from '../../services/task-client'
import { createStudio } from '../../store/studio'
import { testingClient } from '../../store/testing-client'
import { openFile } from './open'

const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function open(tasks: TaskClient) {
  const studio = createStudio(testingClient(), { nextFrame: async () => {}, tasks })
  closers.push(studio.close)
  await studio.ready
  return {
    studio,
    notices: () => studio.notices.getState().notices,
    drop: (name: string, text: string) => openFile(studio, new File([text], name)),
    dropBytes: (name: string, bytes: Uint8Array<ArrayBuffer>) => openFile(studio, new File([bytes], name)),
  }
}

const sbml = (length = 0) =>
  `<?xml version="1.0"?><sbml level="3" version="1"><model id="m"><!--${' '.repeat(length)}--><listOfSpecies>` +
  '<species id="X" initialAmount="3" hasOnlySubstanceUnits="true"/></listOfSpecies></model></sbml>'

/** A client whose workers never answer, or stop. */
function broken(stops: boolean): { client: TaskClient; asked: Task[]; ended: number } {
  const state = { asked: [] as Task[], ended: 0, client: taskClient(1) }
  state.client = taskClient(1, () => {
    const listeners: [string, (event: unknown) => void][] = []
    const tell = (kind: string, event: object) => {
      for (const [heard, hear] of listeners) if (heard === kind) hear({ preventDefault() {}, ...event })
    }
    return {
      removeEventListener() {},
      addEventListener: (kind: string, hear: unknown) => listeners.push([kind, hear as (event: unknown) => void]),
      postMessage: (task: Task) => {
        state.asked.push(task)
        tell('message', { data: { ready: true } })
        if (stops) tell('error', { message: 'out of memory' })
      },
      terminate: () => {
        state.ended++
      },
    }
  })
  return state
}

it('imports what a worker could read', async () => {
  const { studio, drop } = await open(taskClient(1))
  expect((await drop('m.xml', sbml()))?.title).toBe('m')
  expect(studio.studies.getState().study.network).toContain('X = 3')
})

it('does not try on the page what a worker could not read', async () => {
  const { client, asked } = broken(true)
  const { studio, drop, notices } = await open(client)
  const { study } = studio.studies.getState()
  expect(await drop('bomb.xml', sbml())).toBeUndefined()
  expect(asked).toHaveLength(1)
  expect(studio.studies.getState().study).toBe(study)
  expect(notices().map(({ text }) => text)).toEqual([
    'bomb.xml was not opened: A worker stopped: out of memory. Your own study is still here.',
  ])
})

it('lets a long import be cancelled', async () => {
  const state = broken(false)
  const { studio, drop, notices } = await open(state.client)
  const { study } = studio.studies.getState()
  const dropped = drop('long.xml', sbml(100_000))
  await expect.poll(() => notices().flatMap(({ actions }) => actions?.map(({ label }) => label))).toEqual(['Cancel'])
  const [cancel] = notices()[0].actions ?? []
  if ('run' in cancel) cancel.run()
  expect(await dropped).toBeUndefined()
  expect(state.ended).toBe(1)
  expect(notices()).toEqual([])
  expect(studio.studies.getState().study).toBe(study)
})

it('tells the reader of whatever goes wrong', async () => {
  const { drop, notices } = await open(taskClient(1))
  const unreadable = Object.assign(new File([''], 'gone.crn'), {
    arrayBuffer: () => Promise.reject(new Error('the file has been moved')),
  })
  expect(await drop('half.json', '{"version":1')).toBeUndefined()
  const { studio } = await open(taskClient(1))
  expect(await openFile(studio, unreadable)).toBeUndefined()
  expect(studio.notices.getState().notices[0].text).toContain('gone.crn was not opened: the file has been moved')
  expect(notices()[0].text).toContain('is not JSON; it may have been cut short')
})

it.each([
  [
    'photo.png',
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13],
    /photo.png was not opened: it is not a text/,
  ],
  ['empty.txt', [0x20, 0x0a], /it is empty/],
  ['list.json', [...new TextEncoder().encode('[1, 2]')], /a study file begins with \{/],
  ['book.csv', [0x50, 0x4b, 3, 4, 20, 0, 6, 0], /book.csv was not read: it is not a text: save a workbook as CSV/],
])('leaves the study alone where %s is dropped', async (name, bytes, said) => {
  const { studio, dropBytes, notices } = await open(taskClient(1))
  const { study } = studio.studies.getState()
  await dropBytes(name, Uint8Array.from(bytes))
  expect(notices().map(({ text }) => text)).toEqual([expect.stringMatching(said)])
  expect(studio.studies.getState().study).toBe(study)
  expect(studio.inference.getState().open).toBe(false)
})

it('reads texts of other programs, with their letters', async () => {
  const { studio, dropBytes } = await open(taskClient(1))
  const network = () => studio.studies.getState().study.network
  // µ in Windows-1252 is no UTF-8; and UTF-16 with its mark at the beginning.
  await dropBytes('latin.crn', Uint8Array.from([...new TextEncoder().encode('X -> 0, 1 # per '), 0xb5, 0x73]))
  expect(network()).toBe('X -> 0, 1 # per µs')
  await dropBytes('wide.crn', Uint8Array.from([0xff, 0xfe, ...[...'Y -> 0, 2'].flatMap((c) => [c.charCodeAt(0), 0])]))
  expect(network()).toBe('Y -> 0, 2')
})
