import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { version } from '../src/version'
import { lacking } from './lockfile.mjs'
import { whyInstall } from './setup.mjs'

const lock = {
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } },
}

describe('set-up', () => {
  it('installs when there is nothing, when a package is missing and when a version differs', () => {
    expect(whyInstall(lock, undefined)).toMatch(/no packages/)
    expect(whyInstall(lock, { packages: {} })).toMatch(/node_modules\/a is missing/)
    expect(whyInstall(lock, { packages: { 'node_modules/a': { version: '0.9.0' } } })).toMatch(/0\.9\.0.*1\.0\.0/)
  })

  it('leaves a matching installation alone, without the optional packages of other platforms', () => {
    expect(whyInstall(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBeUndefined()
  })

  it('finds what a lockfile lacks', () => {
    const entry = { optionalDependencies: { b: '*', c: '*' } }
    expect(lacking({ packages: { ...lock.packages, 'node_modules/a': entry } })).toEqual(['c (of node_modules/a)'])
  })

  it('says the same version everywhere', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(version)
  })
})
