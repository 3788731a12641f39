import { expect, it } from 'vitest'
import { type CrewMember, type Host, runStudy, tallyStudy } from './run'

const study = {
  version: 1,
  network: 'parameter k = 10\n0 -> X, k\nX -> 0, 1',
  times: [1, 2],
  solver: 'ssa',
  // So many that waiting for them all would take hours.
  options: { replicates: 10_000_000 },
}

/** A host on one thread, whose clock counts the times it was asked: no test waits for real time. */
function host(over: Partial<Host> = {}): Host {
  let now = 0
  return {
    now: () => (now += 20),
    breathe: () => new Promise((resolve) => setTimeout(resolve)),
    cancelled: () => false,
    onFrame() {},
    ...over,
  }
}

it('ends a run as soon as another thread fails its share, with that thread’s words', async () => {
  const outcome = await runStudy(
    study,
    host({ crew: [{ tally: async () => ({ status: 'failed', code: 'crash', message: 'struck', hint: 'again' }) }] }),
  )
  expect(outcome).toMatchObject({ status: 'failed', code: 'crash', message: 'struck', hint: 'again' })
})

it('ends a run as cancelled when another thread’s share was cancelled', async () => {
  const outcome = await runStudy(study, host({ crew: [{ tally: async () => ({ status: 'cancelled' }) }] }))
  expect(outcome.status).toBe('cancelled')
})

it('keeps another thread’s whole share when one of its progress reports is overtaken by it', async () => {
  const small = { ...study, options: { replicates: 200 } }
  let told = () => {}
  const report = new Promise<void>((resolve) => {
    told = resolve
  })
  const late: CrewMember = {
    async tally(json, share, onTally) {
      let first: Parameters<typeof onTally>[0] | undefined
      const outcome = await tallyStudy(json, share, {
        ...host(),
        onTally: (tally) => {
          first ??= structuredClone(tally)
        },
      })
      if (outcome.status !== 'done' || !first) throw new Error('it has not told of its progress')
      const early = first
      expect(early.replicates).toBeLessThan(outcome.tally.replicates)
      setTimeout(() => {
        onTally(early)
        told()
      })
      return outcome
    },
  }
  const solutionOf = async (over: Partial<Host>) => {
    const outcome = await runStudy(small, host(over))
    return outcome.status === 'done' && outcome.solution
  }
  // This thread does not end its own share before the report has come.
  expect(await solutionOf({ crew: [late], breathe: () => report })).toEqual(await solutionOf({}))
})

it('ends with a solution, not with the last picture of progress', async () => {
  const outcome = await runStudy({ ...study, options: { replicates: 10 } }, host())
  expect(outcome.status === 'done' && Object.keys(outcome.solution)).toEqual([
    'observations',
    'diagnostics',
    'notes',
    'warnings',
  ])
})

it('stops at the next breath when cancelled, and carries nothing', async () => {
  let breaths = 0
  const outcome = await runStudy(study, host({ cancelled: () => ++breaths > 3 }))
  expect(breaths).toBe(4)
  expect(outcome).not.toHaveProperty('solution')
})

it('rests once, between a preview and the answer, and gives the same answer', async () => {
  const exact = { ...study, solver: 'fsp', options: {} }
  const order: string[] = []
  const outcome = await runStudy(
    { ...exact, network: 'species A = 9\nA -> B, 1; B -> A, 2; B -> C, 1; C -> 0, 1' },
    host({
      onFrame: ({ preview }) => order.push(preview ? 'preview' : 'own'),
      rest: async () => {
        order.push('rest')
      },
    }),
  )
  const unhurried = await runStudy(
    { ...exact, network: 'species A = 9\nA -> B, 1; B -> A, 2; B -> C, 1; C -> 0, 1' },
    host(),
  )
  expect(order.slice(0, 2)).toEqual(['preview', 'rest'])
  expect(order.filter((step) => step === 'rest')).toHaveLength(1)
  expect(outcome.status === 'done' && outcome.solution).toEqual(unhurried.status === 'done' && unhurried.solution)
})

it('makes no picture while nobody looks', async () => {
  let frames = 0
  let breaths = 0
  const silent = host({ wanted: () => false, onFrame: () => frames++, cancelled: () => ++breaths > 5 })
  await runStudy(study, silent)
  expect(frames).toBe(0)
})

it.each([
  [{ version: 2 }, 'version: this program reads study files with "version": 1; got 2'],
  [{ solvr: 'ssa' }, 'solvr: unknown key; a study knows'],
  [{ solver: 'sssa' }, 'unknown solver "sssa"; known are ssa'],
  [{ options: { replicatess: 3 } }, 'options.replicatess: unknown option; this solver knows replicates'],
  [{ options: { replicates: 0.5 } }, 'options.replicates: expected integer in [1,'],
  [{ parameters: { q: 1 } }, 'parameters.q: unknown name; the network has k'],
  [{ initial: { X: -1 } }, 'initial.X'],
  [{ times: [2, 1] }, 'times must ascend, but 1 follows 2'],
  [{ observe: ['joint:X,Y'] }, 'a joint law needs two different quantities out of X'],
  [{ network: 'X -> 0, kk' }, 'network:1:9'],
])('says where %o is wrong and what would be right', async (change, words) => {
  const outcome = await runStudy({ ...study, ...change }, host())
  expect(outcome).toMatchObject({ status: 'failed', code: 'study' })
  expect(outcome.status === 'failed' && outcome.message).toContain(words)
})

it('says so when a solver can observe nothing of what was asked', async () => {
  const outcome = await runStudy({ ...study, solver: 'ode', options: {}, observe: ['trajectories'] }, host())
  expect(outcome.status === 'done' && outcome.solution.warnings.join()).toContain('it gives moments')
})
