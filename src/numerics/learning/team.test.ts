import { describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { normalWeights } from './initial'
import type { Loss, Weights } from './ops'
import { ownBackend } from './own'
import { openTeam, type Parcel, parts, serveTeam } from './team'

/** Rows of two inputs and what is wanted of them; the share of all rows that they are. */
interface Job {
  readonly share: number
  readonly rows: Float64Array
}

const weights = (): Weights => ({
  a: normalWeights(stream(7, 0), [2, 9], 1),
  b: normalWeights(stream(7, 1), [9, 1], 1),
})
const lossOf =
  ({ share, rows }: Job): Loss =>
  (ops, { a, b }) => {
    const n = rows.length / 3
    const column = (k: number) => Array.from({ length: n }, (_, r) => rows[3 * r + k])
    const inputs = Array.from({ length: n }, (_, r) => [rows[3 * r], rows[3 * r + 1]]).flat()
    const found = ops.matMul(ops.tanh(ops.matMul(ops.constant(inputs, [n, 2]), a)), b)
    return ops.affine(ops.mean(ops.square(ops.sub(found, ops.constant(column(2), [n, 1])))), share, 0)
  }
const parcel: Parcel<Job> = {
  room: 64,
  pack({ share, rows }, into) {
    into[0] = share
    into[1] = rows.length
    into.set(rows, 2)
  },
  unpack: (from) => ({ share: from[0], rows: from.slice(2, 2 + from[1]) }),
}

/** The k-th batch, cut. */
function jobs(k: number): Job[] {
  const source = stream(11, k)
  return Array.from({ length: parts }, () => {
    const rows = Float64Array.from({ length: 24 }, () => 2 * source.uniform() - 1)
    return { share: 1 / parts, rows }
  })
}
const settings = { rate: 0.05, clip: 1 }
const lend = () => {
  const learner = ownBackend().learner(weights(), parts)
  if (!learner.apart) throw new Error('no parts')
  return { learner, apart: learner.apart }
}

async function finish<R>(work: AsyncGenerator<void, R, void>): Promise<{ result: R; waited: number }> {
  for (let waited = 0; ; waited++) {
    const next = await work.next()
    if (next.done) return { result: next.value, waited }
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

/** Ten steps of one thread. */
async function alone() {
  const { learner, apart } = lend()
  const team = openTeam(apart, lossOf, parcel, true)
  const losses: number[] = []
  for (let k = 0; k < 10; k++) losses.push((await finish(team.step(jobs(k), settings))).result.loss)
  await team.release()
  return { losses, weights: await learner.weights() }
}

describe('a team', () => {
  it('takes the step of the whole batch', async () => {
    const { losses, weights: ours } = await alone()
    const whole = ownBackend().learner(weights())
    for (let k = 0; k < 10; k++) {
      const rows = jobs(k).flatMap((job) => [...job.rows])
      const { loss } = await whole.step(lossOf({ share: 1, rows: Float64Array.from(rows) }), settings)
      // Single precision, and ten steps of Adam that differ by as much.
      expect(loss).toBeCloseTo(losses[k], 5)
    }
    const theirs = await whole.weights()
    for (const name of ['a', 'b'])
      for (const [i, w] of theirs[name].data.entries()) expect(Math.abs(w - ours[name].data[i])).toBeLessThan(1e-4)
  })

  it('takes the same step, to the bit, where another makes a part', async () => {
    const { learner, apart } = lend()
    const other = lend()
    // The other takes what is left as soon as the lead is at its first part: on one thread, in turns.
    let member: AsyncGenerator<void, true, void> | undefined
    let made = 0
    const count = (job: Job) => {
      made++
      return lossOf(job)
    }
    const team = openTeam(
      apart,
      (job: Job) => {
        void member?.next()
        return lossOf(job)
      },
      parcel,
      true,
    )
    if (!team.task) throw new Error('no memory is shared')
    member = serveTeam(team.task, 1, other.apart, count, parcel, () => true)
    team.join(1, new Promise((resolve) => setTimeout(resolve, 1000)))
    const losses: number[] = []
    for (let k = 0; k < 10; k++) losses.push((await finish(team.step(jobs(k), settings))).result.loss)
    expect({ losses, weights: await learner.weights() }).toEqual(await alone())
    expect(made).toBe(10 * (parts - 1))
    void team.release()
    expect((await member.next()).done).toBe(true)
  })

  it('makes the part of one that is gone itself', async () => {
    const { learner, apart } = lend()
    let member: AsyncGenerator<void, true, void> | undefined
    let gone: Promise<unknown> | undefined
    const team = openTeam(
      apart,
      (job: Job) => {
        if (!gone && member) {
          gone = member.next()
          team.join(1, gone)
        }
        return lossOf(job)
      },
      parcel,
      true,
    )
    if (!team.task) throw new Error('no memory is shared')
    const failing = () => {
      throw new Error('broken')
    }
    member = serveTeam(team.task, 1, lend().apart, failing, parcel, () => true)
    // Somebody must be there, or nothing is given away.
    let leave = () => {}
    team.join(
      2,
      new Promise<void>((resolve) => {
        leave = resolve
      }),
    )
    const losses: number[] = []
    let waits = 0
    for (let k = 0; k < 10; k++) {
      const { result, waited } = await finish(team.step(jobs(k), settings))
      losses.push(result.loss)
      waits += waited
    }
    expect(waits).toBeGreaterThan(0)
    expect({ losses, weights: await learner.weights() }).toEqual(await alone())
    leave()
    await team.release()
  })

  it('says that what it is given is more than there is room for', () => {
    const { apart } = lend()
    expect(openTeam(apart, lossOf, { ...parcel, room: 2 ** 30 }, true).task).toBeUndefined()
    expect(openTeam(apart, lossOf, parcel, false).task).toBeUndefined()
  })
})
