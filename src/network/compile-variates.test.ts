import { expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { logFactorial, variates } from '../numerics/variates'
import { writeZiggurat, zigguratBytes } from './compile-random'
import { variatesBytes, variatesFunctions, writeVariates } from './compile-variates'
import { encode } from './compile-wasm'

const layout = { state: 0, ziggurat: 32, tables: 32 + zigguratBytes }

function compiled() {
  const module = new WebAssembly.Module(encode([], variatesFunctions(layout, 0)))
  const memory = new WebAssembly.Memory({ initial: 1 })
  expect(layout.tables + variatesBytes).toBeLessThan(65536)
  writeZiggurat(memory.buffer, layout)
  writeVariates(memory.buffer, layout)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const start = (seed: number) => new Uint32Array(memory.buffer, 0, 8).set(stream(seed, 0).words)
  return {
    start,
    ...(exports as unknown as Record<'poisson' | 'uniform' | 'exponential' | 'logFactorial', (x: number) => number>),
  }
}

it('draws the bits of `numerics/variates`, of every mean', () => {
  const fast = compiled()
  const slow = variates()
  fast.start(7)
  slow.start(stream(7, 0))
  const means = [0, -1, 1e-9, 0.3, 2, 9.99, 10, 10.01, 17, 64, 300, 5e3, 1e6, 3e9]
  for (let i = 0; i < 140_000; i++) {
    const mean = means[i % means.length] * (1 + (i % 101) / 1000)
    expect(fast.poisson(mean)).toBe(slow.poisson(mean))
    if (i % 7 === 0) expect(fast.exponential(0)).toBe(slow.exponential())
    if (i % 11 === 0) expect(fast.uniform(0)).toBe(slow.uniform())
  }
})

it('has the same logarithms of factorials', () => {
  const { logFactorial: fast } = compiled()
  for (const k of [0, 1, 2, 50, 127, 128, 129, 1000, 123_456, 2 ** 40]) expect(fast(k)).toBe(logFactorial(k))
})
