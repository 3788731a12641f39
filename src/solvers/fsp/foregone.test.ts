import { describe, expect, it } from 'vitest'
import { askedFor, chosenBefore } from './foregone'
import { fsp } from './index'
import { problem, solve } from './trial'

/** A conserved pool that empties: the probability moves through a box that it never fills. */
const text = (rate: number) => `species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, ${rate}`

describe('projection: a choice of states made before', () => {
  it('is taken when the same is asked again, and changes no bit of any answer', async () => {
    const options = { tolerance: 1e-4 }
    const asked = (rate: number) => problem(text(rate), [5, 9])
    const known = (rate: number) => chosenBefore(askedFor(asked(rate), { ...fsp.options.defaults, ...options }))
    expect(known(0.1)).toBeUndefined()
    const first = await solve(asked(0.1), options)
    expect(first.notes?.states).toMatch(/^window: about/)
    expect(known(0.1)).toMatchObject({ kind: 'window' })
    expect(known(0.2)).toBeUndefined()
    // In between another question; then the first again, from a network read anew.
    const other = await solve(asked(0.2), options)
    expect(other).not.toEqual(first)
    expect(await solve(asked(0.1), options)).toEqual(first)
    expect(await solve(asked(0.2), options)).toEqual(other)
  })

  it('belongs to the parameters, the start, the times and the options', () => {
    const base = problem(text(0.1), [2])
    const key = askedFor(base, fsp.options.defaults)
    expect(askedFor(problem(text(0.1), [2]), fsp.options.defaults)).toBe(key)
    const others = [
      askedFor(problem(text(0.1), [2.5]), fsp.options.defaults),
      askedFor(problem(text(0.1), [2], [], { S: 61 }), fsp.options.defaults),
      askedFor({ ...base, parameters: Float64Array.of(1) }, fsp.options.defaults),
      askedFor(base, { ...fsp.options.defaults, tolerance: 1e-5 }),
    ]
    expect(new Set([key, ...others]).size).toBe(5)
  })
})
