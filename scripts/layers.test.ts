import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { breaches } from './layers.mjs'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/layers/${name}.ts.txt`, import.meta.url), 'utf8')

describe('the layer rule', () => {
  it('lets a file import from its own layer, earlier ones and the kernel of a sibling', () => {
    expect(breaches('src/solvers/ssa/solve.ts', fixture('passes'))).toEqual([])
  })

  it('names every import that reaches up, across or to the screen, with its line', () => {
    const found = breaches('src/solvers/ssa/solve.ts', fixture('fails'))
    expect(found.map((sentence) => sentence.split(':')[1])).toEqual(['2', '3', '4', '5', '6'])
  })

  it('keeps the command line off the screen and lets the page have everything', () => {
    expect(breaches('cli/main.ts', `import '../src/store/runs'`)).toHaveLength(1)
    expect(breaches('src/ui/app.tsx', `import '../store/runs'\nimport 'react'`)).toEqual([])
    expect(breaches('src/store/runs.ts', `import '../ui/app'`)).toHaveLength(1)
  })

  it('opens to analyses a solver’s index and kernel, the rooms of the projection, and to tests everything', () => {
    const from = (path: string, file: string) => breaches(path, `import '../solvers/${file}'`)
    for (const file of ['fsp', 'fsp/index', 'fsp/kernel', 'fsp/space', 'ssa/kernel', 'contract', 'tellers']) {
      expect(from('src/analysis/laws.ts', file)).toEqual([])
    }
    for (const file of ['fsp/solve', 'ssa/solve', 'nncme/open']) {
      expect(from('src/analysis/laws.ts', file)).toHaveLength(1)
      expect(from('src/analysis/laws.test.ts', file)).toEqual([])
    }
    expect(from('src/store/runs.ts', 'fsp/space')).toHaveLength(1)
    expect(from('src/store/runs.ts', 'fsp')).toEqual([])
  })
})
