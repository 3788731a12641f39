import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { solvers } from '../src/solvers/registry'
import { version } from '../src/version'

const folder = mkdtempSync(join(tmpdir(), 'propensity-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** The real command line, in its own process. */
function propensity(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/propensity.mjs', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const birthDeath = 'species X = 0\nparameter k = 10\nparameter d = 1\n0 -> X, k\nX -> 0, d\n'
const study = { version: 1, network: birthDeath, times: [1, 5], solver: 'fsp', seed: 3 }
const mean = (t: number, k = 10) => k * (1 - Math.exp(-t))

describe('two lanes of one method', () => {
  const leap = (epsilon: number) => ({ solver: 'tauLeap', options: { epsilon, replicates: 4000 } })
  const leaps = file('leaps.study.json', { ...study, ...leap(0.03), compare: [leap(0.2)] })

  it('are solved by their own keys', () => {
    const of = (...flags: string[]) => JSON.parse(propensity('solve', leaps, ...flags).stdout)
    const same = of('--solver', 'tauLeap', '--options', 'epsilon=0.2')
    expect(of('--solver', 'tauLeap-2').solution.observations).toEqual(same.solution.observations)
    expect(of().solution.observations).not.toEqual(same.solution.observations)
  })

  it('are measured against each other, and against any other method', () => {
    const between = (pair: string) => JSON.parse(propensity('analyse', 'distance', leaps, '--between', pair).stdout)
    const [early, late] = between('tauLeap,tauLeap-2')
    expect([early.time, late.time]).toEqual([1, 5])
    expect(late).toMatchObject({ quantity: 'X', verdict: 'agree' })
    // Mean of |difference| of two samples of 4000: about 0.03 for a Poisson law of mean 10.
    expect(late.totalVariation.sampling).toBeCloseTo(0.03, 2)
    expect(between('fsp,tauLeap').map(({ verdict }: { verdict: string }) => verdict)).toEqual(['agree', 'agree'])
    const { status, stderr } = propensity('analyse', 'distance', leaps, '--between', 'fsp,tauLeap-3')
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/tauLeap-3.*lanes of this study are tauLeap, tauLeap-2/),
    ])
  })
})

describe('propensity solve', () => {
  it('writes the solution of a study: named axes, numbers, error, provenance', () => {
    const out = join(folder, 'out.json')
    expect(propensity('solve', file('a.study.json', study), '-o', out)).toEqual({ status: 0, stdout: '', stderr: '' })
    const { status, solution, provenance } = JSON.parse(readFileSync(out, 'utf8'))
    expect(status).toBe('done')
    expect(provenance).toMatchObject({ version, solver: 'fsp', seed: 3 })
    const { moments, marginals } = solution.observations
    const { array } = moments
    expect(array.dims).toEqual(['time', 'moment', 'quantity'])
    expect(array.coords).toEqual({ time: [1, 5], moment: ['mean', 'variance'], quantity: ['X'] })
    expect(marginals.error.kind).toBe('bound')
    expect(array.data[0]).toBeCloseTo(mean(1), 5)
    expect(array.data[2]).toBeCloseTo(mean(5), 5)
  })

  it('takes a bare network, and everything else from the command line', () => {
    const network = file('b.crn', birthDeath)
    const flags = ['--solver', 'fsp', '--times', '1:5:2', '--set', 'k=20', '--initial', 'X=4', '--observe', 'moments']
    const { status, stdout } = propensity('solve', network, ...flags)
    const { solution } = JSON.parse(stdout)
    expect(status).toBe(0)
    expect(Object.keys(solution.observations)).toEqual(['moments'])
    expect(solution.observations.moments.array.coords.time).toEqual([1, 5])
    expect(solution.observations.moments.array.data[0]).toBeCloseTo(mean(1, 20) + 4 * Math.exp(-1), 5)
  })

  it('samples the same numbers from the same seed, other numbers from another', () => {
    const network = file('c.crn', birthDeath)
    const run = (seed: number) => {
      const flags = ['--times', '3', '--options', 'replicates=200', '--seed', String(seed)]
      return JSON.parse(propensity('solve', network, ...flags).stdout).solution
    }
    const [first, again, other] = [run(7), run(7), run(8)]
    expect(first.diagnostics.replicates).toBe(200)
    expect(again.observations).toEqual(first.observations)
    expect(other.observations).not.toEqual(first.observations)
  })

  it('reads a joint observation with its comma, and standard input', () => {
    const input = 'species A = 3\nA <-> B, 1, 2'
    const args = [
      'cli/propensity.mjs',
      'solve',
      '-',
      '--solver',
      'fsp',
      '--times',
      '1',
      '--observe',
      'joint:A,B,moments',
    ]
    const { stdout } = spawnSync(process.execPath, args, { input, encoding: 'utf8' })
    expect(Object.keys(JSON.parse(stdout).solution.observations).sort()).toEqual(['joint:A,B', 'moments'])
  })

  it('stops cleanly at Ctrl-C', async () => {
    // Two hundred thousand million events, more than there is patience for; and a warning, which says that it has begun.
    const path = file('long.crn', 'species X = 100000\n0 -> X, 1e5\nX -> 0, 1\nX -> X, 1')
    const flags = ['--times', '1000', '--options', 'replicates=1000']
    const child = spawn(process.execPath, ['cli/propensity.mjs', 'solve', path, ...flags], { stdio: 'pipe' })
    child.stderr.once('data', () => child.kill('SIGINT'))
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(130)
  })
})

describe('propensity, told what it cannot do', () => {
  const wrong: [what: string, args: () => string[], says: RegExp][] = [
    ['no command', () => [], /which command\?.*solve.*solvers, check.*bench/],
    ['an unknown command', () => ['sovle'], /no command sovle/],
    ['an unknown flag', () => ['solve', 'x.json', '--sed', '3'], /--sed/],
    ['a file that is not there', () => ['solve', join(folder, 'no.json')], /no\.json: there is no such file/],
    ['a file that is not JSON', () => ['solve', file('d.study.json', '{"version": 1,')], /d\.study\.json is not JSON/],
    ['a misspelt key', () => ['solve', file('e.study.json', { ...study, tmies: [1] })], /tmies: unknown key.*times/],
    ['an unknown parameter', () => ['solve', file('f.study.json', study), '--set', 'kk=1'], /parameters\.kk.*k, d/],
    [
      'a value that is no number',
      () => ['solve', file('g.study.json', study), '--set', 'k=ten'],
      /--set takes a number/,
    ],
    ['an unknown solver', () => ['solve', file('h.study.json', study), '--solver', 'x'], /unknown solver.*ssa/],
    [
      'an unknown option',
      () => ['solve', file('i.study.json', study), '--options', 'no=1'],
      /options\.no: unknown option/,
    ],
    ['a network without times', () => ['solve', file('j.crn', birthDeath)], /--times 1,5,20/],
    ['a network with an error', () => ['solve', file('k.crn', '0 -> X, q'), '--times', '1'], /k\.crn:1:9: .*q/],
    ['an output that cannot be written', () => ['solve', file('l.study.json', study), '-o', folder], /cannot write/],
  ]
  it.each(wrong)('%s: exit status 2 and the way out on standard error', (_, args, says) => {
    const { status, stdout, stderr } = propensity(...args())
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(says)
  })

  it('a run that fails: exit status 1, the failure as JSON all the same', () => {
    const path = file('m.crn', '0 -> X, -1')
    const { status, stdout, stderr } = propensity('solve', path, '--times', '1', '--solver', 'ssa')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      code: expect.any(String),
      message: expect.any(String),
    })
    expect(stderr).toContain(JSON.parse(stdout).message)
  })
})

describe('propensity check', () => {
  it('says what a projection would take, in states, time and memory', () => {
    const path = file('cost.crn', 'species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, 0.1')
    const { status, stdout } = propensity('check', '--cost', '--times', '70', '--options', 'tolerance=1e-4', path)
    expect(status).toBe(0)
    const words = String.raw`[\d,]+ states, (less than a second|about [\d,.]+ (s|min)) and [\d,.]+ MB`
    expect(stdout).toMatch(new RegExp(`^box: ${words}\nwindow: ${words}\nchosen: window: `))
    expect(stdout).toMatch(/\ninstead: 10,000 sample paths \(ssa\): .*, every probability within 0\.005\n/)
  })

  it('points at each error by file, line and column', () => {
    const path = file('n.crn', 'species A = 1\nA -> B, k2\nA -> , 1\n')
    const { status, stdout } = propensity('check', path)
    expect(status).toBe(1)
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^${path}:2:9: .*k2`))
  })

  it('is silent about a sound network', () => {
    expect(propensity('check', file('o.crn', birthDeath))).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

const sbml = (
  law: string,
) => `<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
<listOfSpecies><species id="X" compartment="c" initialAmount="8" hasOnlySubstanceUnits="true"/></listOfSpecies>
<listOfParameters><parameter id="k" value="2"/></listOfParameters>
<listOfReactions><reaction id="R" reversible="false"><listOfReactants><speciesReference species="X" stoichiometry="1"/></listOfReactants>
<kineticLaw><math><apply><times/><ci>k</ci>${law}</apply></math></kineticLaw></reaction></listOfReactions></model></sbml>`

describe('SBML on the command line', () => {
  it('is solved like a network', () => {
    const path = file('p.xml', sbml('<ci>X</ci>'))
    const { status, stdout } = propensity('solve', path, '--times', '0.5', '--solver', 'fsp', '--observe', 'moments')
    expect(status).toBe(0)
    expect(JSON.parse(stdout).solution.observations.moments.array.data[0]).toBeCloseTo(8 * Math.exp(-1), 5)
  })

  it('is shown as the network that it becomes, with what was assumed', () => {
    const { status, stdout, stderr } = propensity('check', file('q.xml', sbml('<ci>X</ci>')))
    expect(status).toBe(0)
    expect(stdout).toContain('R: X -> 0, k')
    expect(stderr).toMatch(/q\.xml:\d+: assumed: model m: No unit of substance/)
  })

  it('is refused by name and line where it cannot be', () => {
    const { status, stderr } = propensity('check', file('r.xml', sbml('<apply><arcsin/><ci>X</ci></apply>')))
    expect(status).toBe(2)
    expect(stderr).toMatch(/r\.xml:5: refused: reaction R: The operator <arcsin> is not read/)
  })
})

describe('propensity conformance', () => {
  const settings = 'output: X-mean, X-sd\n'
  const row = (t: number, mean = 8 * Math.exp(-2 * t)) =>
    `${t},${mean},${Math.sqrt(8 * Math.exp(-2 * t) * (1 - Math.exp(-2 * t)))}`
  const suite = (name: string, results: string) => {
    const at = join(folder, name, '00001')
    mkdirSync(at, { recursive: true })
    writeFileSync(join(at, '00001-sbml-l3v1.xml'), sbml('<ci>X</ci>'))
    writeFileSync(join(at, '00001-settings.txt'), settings)
    writeFileSync(join(at, '00001-results.csv'), `time,X-mean,X-sd\n${results}\n`)
    return join(folder, name)
  }

  it('judges a folder of cases: exit status 0 when all pass, and a record without paths', () => {
    const out = join(folder, 'trust.json')
    const { status, stdout } = propensity(
      'conformance',
      suite('good', [0, 0.5, 1].map((t) => row(t)).join('\n')),
      '-o',
      out,
    )
    expect(stdout).toMatch(/00001 {2}passed[\s\S]*rule 1 of 1 passed[\s\S]*1 passed, 0 failed; 0 refused/)
    expect(status).toBe(0)
    const record = readFileSync(out, 'utf8')
    expect(JSON.parse(record)).toMatchObject({
      ...{ passedBySuite: 1, passed: 1, replicates: 10_000 },
      cases: [{ suite: 'passed', verdict: 'passed' }],
    })
    expect(record).not.toContain(folder)
  })

  it('fails what is not as tabulated, and says when a folder has no cases', () => {
    const wrong = suite('wrong', [0, 0.5, 1].map((t) => row(t, 8 * Math.exp(-1.9 * t))).join('\n'))
    const { status, stdout } = propensity('conformance', wrong, '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      failed: 1,
      cases: [{ suite: 'failed', verdict: 'failed', excursions: [2, 2] }],
    })
    expect(propensity('conformance', join(folder, 'wrong', '00001')).stderr).toMatch(/has no case/)
  })
})

describe('propensity solvers', () => {
  it('lists the registry, as text and as data', () => {
    const listed = JSON.parse(propensity('solvers', '--json').stdout)
    expect(listed.map((solver: { id: string }) => solver.id)).toEqual(Object.keys(solvers))
    for (const { id, title } of Object.values(solvers)) {
      expect(propensity('solvers').stdout).toContain(`${id}  ${title}`)
    }
  })

  it('says its version, and helps', () => {
    expect(propensity('--version').stdout).toBe(`${version}\n`)
    expect(propensity('--help').stdout).toContain('propensity solve')
  })
})
