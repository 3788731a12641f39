import { releaseProxy } from 'comlink'
import { describe, expect, it } from 'vitest'
import { conflate } from './conflate'

/** A receiver that acknowledges when told to. */
function receiver() {
  const got: number[] = []
  let acknowledge: () => void = () => {}
  let released = false
  const seen = Object.assign(
    (value: number) => {
      got.push(value)
      return new Promise<void>((resolve) => {
        acknowledge = resolve
      })
    },
    {
      [releaseProxy]() {
        released = true
      },
    },
  )
  return { seen, got, acknowledge: () => acknowledge(), released: () => released }
}

describe('conflate', () => {
  it('has one value in flight and wants no other until it is acknowledged', async () => {
    const { seen, got, acknowledge } = receiver()
    const channel = conflate(seen, 1)
    expect(channel.wanted()).toBe(true)
    channel.send(1)
    expect(channel.wanted()).toBe(false)
    channel.send(2)
    acknowledge()
    await Promise.resolve().then(() => Promise.resolve())
    expect(channel.wanted()).toBe(true)
    channel.send(3)
    expect(got).toEqual([1, 3])
  })

  it('gives the callback back only after the last acknowledgement', async () => {
    const { seen, acknowledge, released } = receiver()
    const channel = conflate(seen, 1)
    channel.send(1)
    const settled = channel.settled()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(released()).toBe(false)
    acknowledge()
    await settled
    expect(released()).toBe(true)
  })

  it('goes on when the receiver throws', async () => {
    const channel = conflate<number>(() => Promise.reject(new Error('the screen is broken')), 1)
    channel.send(1)
    await channel.settled()
    expect(channel.wanted()).toBe(true)
  })

  it('rests after an expensive value, so that sending stays within its share', async () => {
    const work = (ms: number) => {
      const end = performance.now() + ms
      while (performance.now() < end);
    }
    const channel = conflate<number>(() => work(20), 0.05)
    expect(channel.wanted()).toBe(true)
    channel.send(1)
    await channel.settled()
    // 20 ms of sending at 5 % are 380 ms of rest: any machine asks again well before that.
    expect(channel.wanted()).toBe(false)
  })
})
