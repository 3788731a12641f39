import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const start = (...args: string[]) => spawnSync(process.execPath, ['scripts/start.mjs', ...args], { encoding: 'utf8' })

describe('npm start', () => {
  it('helps, and serves nothing', () => {
    for (const flag of ['--help', '-h']) {
      const { status, stdout } = start(flag)
      expect([status, stdout]).toEqual([0, expect.stringMatching(/npm start.*--port N/s)])
    }
  })

  it.each([['--prot', '80'], ['--port'], ['--port', '0'], ['--port=70000'], ['--port', '80', 'more']])(
    'refuses what it does not understand, with the help: %s %s',
    (...args) => {
      const { status, stderr } = start(...args.filter((arg) => arg !== undefined))
      expect([status, stderr]).toEqual([2, expect.stringMatching(/cannot understand ".*".*--port N/s)])
    },
  )
})
