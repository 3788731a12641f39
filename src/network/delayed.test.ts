import { describe, expect, it } from 'vitest'
import { delayed } from './delayed'
import { evaluators } from './evaluate'
import { parse } from './parse'

const text = `parameter k = 2
let wave = sin(k*t) + 1
0 -> X, wave + (t > 1 ? 1 : 0)
X -> 0, 0.1*t^2
2X -> X, 3`

describe('a delayed network', () => {
  it('has at time t the propensities that the network has at t + delay', () => {
    const network = parse(text).network!
    const late = delayed(network, 0.75)
    const [now, later] = [network, late].map((n) => evaluators(n, [2]).propensities)
    for (const t of [0, 0.2, 0.3, 5]) {
      now.forEach((a, r) => {
        expect(later[r]([4], t)).toBe(a([4], t + 0.75))
      })
    }
  })

  it('is the network itself where nothing reads time, or nothing is late', () => {
    const network = parse('0 -> X, 1').network!
    expect(delayed(network, 3)).toBe(network)
    const timed = parse(text).network!
    expect(delayed(timed, 0)).toBe(timed)
  })
})
