import { describe, expect, it } from 'vitest'
import { csv, table } from './csv'
import { fixturePanel, heatPanel } from './fixture'

describe('the table of a panel', () => {
  it('holds exactly what is drawn, with error bars and the meaning of bands', () => {
    const { columns, rows } = table(fixturePanel())
    expect(columns).toEqual(['series', 'path', 'time (s)', 'count', 'low', 'high', 'error', 'meaning'])
    const of = (series: string) => rows.filter(([name]) => name === series)
    expect(of('± 1 SD')[1]).toEqual(['± 1 SD', '', 1, '', 1, 2, '', 'SD'])
    expect(of('sampled, n = 9')[1]).toEqual(['sampled, n = 9', '', 1, 2, '', '', 0.2, 'SE'])
    expect(of('V: mean')).toHaveLength(3)
  })

  it('leaves unfinished parts of trajectories out', () => {
    const paths = table(fixturePanel()).rows.filter(([name]) => name === 'U')
    expect(paths.map(([, path, x, y]) => [path, x, y])).toEqual([
      [1, 0, 1],
      [1, 1, 2],
      [1, 2, 3],
      [2, 0, 2],
    ])
  })

  it('names the axes of a heat map', () => {
    const { columns, rows } = table(heatPanel())
    expect(columns).toEqual(['series', 'U', 'V', 'probability'])
    expect(rows).toEqual([
      ['exact', 0, 0, 0],
      ['exact', 0, 1, 0.5],
      ['exact', 1, 0, 0],
      ['exact', 1, 1, 0.5],
    ])
  })

  it('says which numbers answer an older question', () => {
    const panel = heatPanel()
    const layers = panel.layers.map((layer) => ({ ...layer, faded: true }))
    expect(table({ ...panel, layers }).rows[0][0]).toBe('exact (outdated)')
  })
})

describe('the CSV file', () => {
  const lines = csv(fixturePanel()).split('\n')

  it('begins with where the numbers come from', () => {
    const head = lines.filter((line) => line.startsWith('# '))
    expect(head).toContain('# seed: 7')
    expect(head).toContain('# method: Sampler (sampler), 1000 replicates; error: ± 1 standard error')
    expect(head).toContain('# Propensity 0.1.0')
    expect(head).toContain('# https://example.org/#s=a&b')
  })

  it('quotes what would break a row and disarms what a spreadsheet would run', () => {
    const panel = heatPanel()
    const renamed = (name: string) => csv({ ...panel, layers: panel.layers.map((layer) => ({ ...layer, name })) })
    expect(renamed('a,"b"')).toContain('\n"a,""b""",0,0,0\n')
    expect(renamed('=1+1')).toContain("\n'=1+1,0,0,0\n")
  })

  it('gives numbers in full', () => {
    expect(csv(heatPanel([1 / 3, 0, 0, 0]))).toContain('0.3333333333333333')
  })
})
