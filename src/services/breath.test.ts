import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBreath } from './breath'

afterEach(() => {
  vi.unstubAllGlobals()
})

const work = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('a breath', () => {
  it('lets timers and messages in while there is work to do', async () => {
    const { port1, port2 } = new MessageChannel()
    const came: string[] = []
    port1.onmessage = () => came.push('message')
    setTimeout(() => came.push('timer'), 1)
    port2.postMessage(null)
    const { breathe, close } = openBreath()
    // A quarter of a second of work, in slices; both were due after the first.
    for (let slice = 0; slice < 50 && came.length < 2; slice++) {
      work(5)
      await breathe()
    }
    expect(came.sort()).toEqual(['message', 'timer'])
    close()
    port1.close()
  })

  it('is drawn through a channel where there is no better way, and never holds anyone up after its end', async () => {
    vi.stubGlobal('setImmediate', undefined)
    const { breathe, close } = openBreath()
    await breathe()
    await Promise.all([breathe(), breathe()])
    const last = breathe()
    close()
    await last
  })
})
