import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { mutations } from './mutations.mjs'

// The sabotage run takes minutes; that its list still fits the sources is known at once.
for (const { name, file, find, replace, tests } of mutations) {
  it(`a mutation has its place: ${name}`, () => {
    expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2)
    expect(replace).not.toBe(find)
    expect(tests.length).toBeGreaterThan(0)
    for (const test of tests) expect(existsSync(test)).toBe(true)
  })
}
