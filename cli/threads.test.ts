import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const study = {
  version: 1,
  network: 'parameter k = 6 in [3, 9]\n0 -> X, k\nX -> 0, 1',
  times: [1, 2],
  observe: ['moments'],
  solver: 'distilled',
  // Laws are found while it trains, and there are enough steps for the others to be there for most of them.
  options: { settings: 48, looks: 4, heldOut: 2, epochs: 60, width: 8, layers: 1 },
}

it('trains to the same bytes on any number of threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'threads-'))
  const path = join(folder, 'a.study.json')
  writeFileSync(path, JSON.stringify(study))
  const train = (threads: string) => {
    const kept = join(folder, `${threads}.safetensors`)
    const all = [
      'cli/propensity.mjs',
      'solve',
      path,
      '--threads',
      threads,
      '--keep',
      kept,
      '-o',
      join(folder, 'out.json'),
    ]
    const { status, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' })
    expect(stderr).not.toContain('rror')
    expect(status).toBe(0)
    return readFileSync(kept)
  }
  const one = train('1')
  expect(train('3').equals(one)).toBe(true)
  const wrong = spawnSync(process.execPath, ['cli/propensity.mjs', 'solve', path, '--threads', 'two'], {
    encoding: 'utf8',
  })
  expect(wrong.status).toBe(2)
  expect(wrong.stderr).toContain('threads')
  rmSync(folder, { recursive: true })
})
