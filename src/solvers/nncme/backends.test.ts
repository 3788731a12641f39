/** What trains, and for how long: devices that fail, and clocks. */
import { describe, expect, it } from 'vitest'
import { chooseBackend } from '../../numerics/learning/backends'
import { type Alarm, enduring } from '../../numerics/learning/enduring'
import type { Backend, Learner } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import type { Frame, Method, Run, Solution } from '../contract'
import { ask, finish, lend } from '../testing'
import { type NncmeOptions, nncme } from './index'
import { method, solveOn } from './solve'

const problem = ask('0 -> X, 10; X -> Y, 1; Y -> 0, 1', [1, 2, 3], { moments: true, marginals: true })
const options: NncmeOptions = { ...nncme.options.defaults, check: 0, replicates: 1000, updates: 20, width: 8 }

/** Our own, taken away at the n-th call of one kind and from then on: calls fail, or are never answered. */
function failing(kind: 'step' | 'run' | 'weights', n: number, hangs = false): Backend {
  const own = ownBackend()
  let calls = 0
  let lost = false
  const guarded = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (name === kind && ++calls === n) lost = true
    if (lost && hangs) return new Promise(() => {})
    if (lost) throw new Error('the device is lost')
    return call()
  }
  return {
    ...own,
    name: 'fragile',
    learner(weights) {
      const inner = own.learner(weights)
      const learner: Learner = {
        ...inner,
        step: (loss, settings) => guarded('step', () => inner.step(loss, settings)),
        run: (body) => guarded('run', async () => inner.run(body)),
        weights: () => guarded('weights', () => inner.weights()),
      }
      return learner
    },
  }
}

/** Rings when nothing else is left to do: what our own backend answers comes before. */
function patientAlarm(): Alarm {
  let stopped = false
  const rings = new Promise<never>((_, reject) => {
    const wait = () => {
      if (!stopped) reject(new Error('it has not answered'))
    }
    setImmediate(() => setImmediate(wait))
  })
  return {
    rings,
    stop() {
      stopped = true
    },
  }
}

const on = (fragile: Backend): Method<NncmeOptions> => ({
  solve: (asked, wanted, run) =>
    solveOn(
      async (_name, _trial, onLoss) => ({ backend: enduring(fragile, () => ownBackend(), onLoss, patientAlarm) }),
      asked,
      wanted,
      run,
    ),
})

describe('a device that is lost', () => {
  // Step 40 is the last of the first 40: the fit that follows it goes, too. 61 lies in the second step in time.
  it.each([
    ['step', 1],
    ['step', 40],
    ['step', 61],
    ['run', 1],
    ['run', 9],
    ['weights', 3],
  ] as const)('at call %s number %i: another takes over, with a notice and the same numbers', async (kind, n) => {
    const whole = await finish(method, problem, options, lend(3))
    const mended = await finish(on(failing(kind, n)), problem, options, lend(3))
    expect(mended.observations).toEqual(whole.observations)
    expect(mended.artifact).toEqual(whole.artifact)
    expect(mended.warnings.join()).toMatch(/a device was lost after \d+ updates \(the device is lost\); .* by wasm/)
    expect(mended.notes?.backend).toBe('wasm')
    expect(whole.warnings).toEqual([])
    expect(ownBackend().memory()).toEqual({ tensors: 0, bytes: 0 })
  })

  it.each([
    ['step', 30],
    ['run', 9],
    ['weights', 3],
  ] as const)('that hangs at call %s number %i is given up, with the same notice and numbers', async (kind, n) => {
    const whole = await finish(method, problem, options, lend(3))
    const mended = await finish(on(failing(kind, n, true)), problem, options, lend(3))
    expect(mended.observations).toEqual(whole.observations)
    expect(mended.warnings.join()).toMatch(/a device was lost after \d+ updates \(it has not answered\); .* by wasm/)
    expect(ownBackend().memory()).toEqual({ tensors: 0, bytes: 0 })
  })

  it('is not blamed for what fails everywhere', async () => {
    const backend = enduring(
      ownBackend(),
      () => ownBackend(),
      () => {},
    )
    const learner = backend.learner({ w: { shape: [1, 1], data: Float32Array.of(1) } })
    const broken = learner.run(() => {
      throw new Error('a fault of ours')
    })
    await expect(broken).rejects.toThrow('a fault of ours')
    learner.dispose()
    expect(ownBackend().memory()).toEqual({ tensors: 0, bytes: 0 })
  })
})

describe('the backend', () => {
  it('is ours where no GPU lends itself, and says so', async () => {
    const { backend, told } = await chooseBackend('webgpu', undefined, () => {})
    expect(backend.name).toBe('wasm')
    expect(told).toContain('no GPU')
    expect((await chooseBackend('plain', undefined, () => {})).backend.name).toBe('plain')
  })

  it('gives the same numbers plainly, to five digits after some steps', async () => {
    const few = { ...options, replicates: 200, updates: 3 }
    const fast = await finish(method, problem, few, lend(3))
    const plain = await finish(method, problem, { ...few, backend: 'plain' }, lend(3))
    expect(plain.notes?.backend).toBe('plain')
    const [ours, theirs] = [fast, plain].map(({ observations: { moments } }) => moments.array.data)
    ours.forEach((value, i) => {
      expect(Math.abs(theirs[i] / value - 1)).toBeLessThan(1e-5)
    })
  })
})

describe('time to train', () => {
  /** Each look at the clock takes a millisecond. */
  const clocked = (): Run => {
    let now = 0
    return { ...lend(3), now: () => ++now }
  }
  const trained = (seconds: number, run: Run, onFrame?: (frame: Frame) => void): Promise<Solution> =>
    finish(method, problem, { ...options, seconds }, run, onFrame)

  it('is spent: twice the time, twice the updates, shared out evenly', async () => {
    const counts = await Promise.all(
      [0.6, 1.2].map(async (seconds) => (await trained(seconds, clocked())).diagnostics.updates),
    )
    // Three looks an update, at least; what a step in time does besides does not look.
    expect(counts[0]).toBeGreaterThan(0.5 * 200)
    expect(counts[0]).toBeLessThan(200 + 60)
    expect(Math.abs(counts[1] / counts[0] - 2)).toBeLessThan(0.3)
  })

  it('is told in seconds an update on the way, and ignored where there is no clock', async () => {
    let told = Number.NaN
    const { diagnostics } = await trained(0.6, clocked(), (frame) => {
      told = frame.diagnostics.secondsPerUpdate
    })
    expect(told).toBeGreaterThan(0)
    expect(diagnostics.secondsPerUpdate).toBeUndefined()
    const blind = await trained(0.6, lend(3))
    expect(blind.diagnostics.secondsPerUpdate).toBeUndefined()
    expect(blind.diagnostics.updates).toBe(4 * options.updates)
  })
})
