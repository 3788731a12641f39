import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Frame, Outcome } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { withFallback } from './fallback'
import { localClient } from './local-client'
import { seen, tinyStudy } from './testing-solver'
import { type ThreadlessWorker, threadlessWorker } from './testing-worker'
import { workerClient } from './worker-client'

vi.mock('../solvers/registry', async () => {
  const { counting } = await import('./testing-solver')
  return { usual: 'counting', solvers: { counting } }
})

const endless: Study = { ...tinyStudy, solver: 'counting', options: { steps: 1e9 } }
const short: Study = { ...tinyStudy, solver: 'counting', options: { steps: 20 } }
const soon = async () => {}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function setUp(paint: () => Promise<void> = soon) {
  const workers: ThreadlessWorker[] = []
  const spawn = () => {
    const worker = threadlessWorker()
    workers.push(worker)
    return worker
  }
  const client = workerClient({ spawn, size: 1, beatMs: 5, paint })
  closers.push(() => client.close())
  return { client, workers }
}

/** A run, its frames, and a promise of the first of them. */
function watch(client: ReturnType<typeof localClient>, study: Study, signal?: AbortSignal) {
  const frames: Frame[] = []
  let first: () => void = () => {}
  const started = new Promise<void>((resolve) => {
    first = resolve
  })
  const onFrame = (frame: Frame) => {
    frames.push(frame)
    first()
  }
  return { frames, started, ...client.run(study, { onFrame, signal }) }
}

const value = (frame: Pick<Frame, 'observations'>) => frame.observations.moments.array.data[0]
const failure = (outcome: Outcome) => (outcome.status === 'failed' ? outcome : undefined)

for (const kind of ['worker', 'local'] as const) {
  const make = (paint?: () => Promise<void>) => (kind === 'worker' ? setUp(paint).client : localClient(paint ?? soon))

  describe(`the ${kind} client`, () => {
    it('shows frames that only grow and ends with the solution', async () => {
      const run = watch(make(), short)
      const outcome = await run.outcome
      expect(outcome.status === 'done' && value(outcome.solution)).toBe(20)
      const values = run.frames.map(value)
      expect(values.length).toBeGreaterThan(0)
      expect(values).toEqual([...values].sort((a, b) => a - b))
      expect(seen.open).toBe(0)
    })

    it('makes no picture while the screen has not drawn the last one', async () => {
      let draw: () => void = () => {}
      const drawn = () =>
        new Promise<void>((resolve) => {
          draw = resolve
        })
      const run = watch(make(drawn), endless)
      await run.started
      const { snapshots, steps } = seen
      while (seen.steps < steps + 200) await turn()
      expect(seen.snapshots).toBe(snapshots)
      expect(run.frames).toHaveLength(1)
      draw()
      while (run.frames.length < 2) await turn()
      expect(value(run.frames[1])).toBeGreaterThanOrEqual(200)
      run.cancel()
      draw()
      await run.outcome
    })

    it('cancels: the solver cleans up, no frame follows, the outcome carries nothing', async () => {
      const run = watch(make(), endless)
      await run.started
      run.cancel()
      const { length } = run.frames
      const outcome = await run.outcome
      expect(outcome).toEqual({ status: 'cancelled', provenance: outcome.provenance })
      expect(run.frames).toHaveLength(length)
      expect(seen.open).toBe(0)
    })

    it('heeds a signal, also one that was given before', async () => {
      const abort = new AbortController()
      const run = watch(make(), endless, abort.signal)
      await run.started
      abort.abort()
      expect((await run.outcome).status).toBe('cancelled')
      expect((await watch(make(), endless, abort.signal).outcome).status).toBe('cancelled')
    })

    it('answers a study that cannot be read with a sentence', async () => {
      const outcome = await watch(make(), { ...tinyStudy, solver: 'magic' }).outcome
      expect(failure(outcome)?.message).toMatch(/unknown solver "magic"; known are counting/)
    })
  })
}

describe('a broken worker', () => {
  it('that crashes fails its runs with a sentence, is replaced, and the next run works', async () => {
    const { client, workers } = setUp()
    const run = watch(client, endless)
    await run.started
    workers[0].crash('out of memory')
    expect(failure(await run.outcome)).toMatchObject({
      code: 'worker-crash',
      message: 'A worker stopped: out of memory',
      hint: expect.stringContaining('run it again'),
    })
    expect(workers[0].terminated).toBe(true)
    expect((await watch(client, short).outcome).status).toBe('done')
    expect(workers).toHaveLength(2)
  })

  it('that several runs shared fails none of them: each goes on in a thread of its own, and says so', async () => {
    const { client, workers } = setUp()
    const restarts: string[] = []
    const study: Study = { ...short, options: { steps: 2000 } }
    let frames = 0
    const request = { onFrame: () => frames++, onRestart: (why: string) => restarts.push(why) }
    const runs = [study, { ...study, seed: 2 }].map((study) => client.run(study, request))
    while (frames === 0) await turn()
    workers[0].crash('out of memory')
    for (const { outcome } of runs) expect((await outcome).status).toBe('done')
    expect(restarts).toEqual(Array(2).fill('A worker stopped: out of memory. This run was begun again in another.'))
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, true, true])
  })

  it('fails only the run that breaks its own thread, too', async () => {
    const { client, workers } = setUp()
    const [guilty, innocent] = [watch(client, endless), watch(client, short)]
    await guilty.started
    workers[0].crash('out of memory')
    while (workers.length < 3) await turn()
    workers[1].crash('out of memory')
    expect(failure(await guilty.outcome)?.code).toBe('worker-crash')
    expect((await innocent.outcome).status).toBe('done')
    expect(workers).toHaveLength(3)
  })

  it('is not asked again for what was cancelled', async () => {
    const { client, workers } = setUp()
    const runs = [watch(client, endless), watch(client, { ...endless, seed: 2 })]
    await Promise.all(runs.map(({ started }) => started))
    for (const run of runs) run.cancel()
    workers[0].crash('out of memory')
    for (const { outcome } of runs) expect((await outcome).status).not.toBe('done')
    expect(workers).toHaveLength(1)
  })

  it('that gives no sign is taken for stuck', async () => {
    const { client, workers } = setUp()
    const run = watch(client, endless)
    await run.started
    workers[0].stall()
    expect(failure(await run.outcome)?.code).toBe('worker-stuck')
    expect((await watch(client, short).outcome).status).toBe('done')
  })

  it('that works hard but answers is left alone', async () => {
    const { client, workers } = setUp()
    const run = watch(client, endless)
    await run.started
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(workers[0].terminated).toBe(false)
    run.cancel()
    expect((await run.outcome).status).toBe('cancelled')
  })

  it('leaves no promise open when the client is closed', async () => {
    const { client, workers } = setUp()
    const run = watch(client, endless)
    await run.started
    client.close()
    expect((await run.outcome).status).toBe('failed')
    expect(workers[0].terminated).toBe(true)
  })

  it('that never starts leaves its runs, and all later ones, to this thread', async () => {
    const workers: ThreadlessWorker[] = []
    const spawn = () => {
      const worker = threadlessWorker()
      worker.stall()
      workers.push(worker)
      return worker
    }
    const client = withFallback(workerClient({ spawn, size: 1, paint: soon }), localClient(soon))
    closers.push(() => client.close())
    const runs = [watch(client, short), watch(client, { ...short, seed: 2 })]
    workers[0].crash('no module workers here')
    for (const run of runs) expect((await run.outcome).status).toBe('done')
    expect((await watch(client, short).outcome).status).toBe('done')
    expect(workers).toHaveLength(1)
  })
})
