import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from '../src/network/parse'

const inDocs = readdirSync('docs', { recursive: true }).map((name) => join('docs', String(name)))
const pages = ['README.md', 'ARCHITECTURE.md', ...inDocs].filter((path) => path.endsWith('.md'))

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8')

  it('shows networks that are read without complaint', () => {
    const networks = [...text.matchAll(/```crn\n(.*?)```/gs)].map((match) => match[1])
    expect(networks.flatMap((network) => parse(network).diagnostics)).toEqual([])
  })

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1])
    const local = links.filter((link) => !/^https?:/.test(link))
    expect(local.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([])
  })
})
