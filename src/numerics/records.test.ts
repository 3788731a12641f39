import { expect, it } from 'vitest'
import { records } from './records'

it('keeps what was pushed, in order, however much it is', () => {
  const list = records(3)
  for (let k = 0; k < 1000; k++) list.push(k, 3 - k, k * k, 7, 7, 7)
  expect(list.count).toBe(1000)
  for (const [j, value] of [(k: number) => k, (k: number) => 3 - k, (k: number) => k * k].entries()) {
    expect([...list.column(j)]).toEqual(Array.from({ length: 1000 }, (_, k) => value(k)))
  }
})
