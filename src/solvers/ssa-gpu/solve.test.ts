/** What there is of the method without a GPU; `e2e/gpu.spec.ts` runs it on an adapter. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type CrewMember, type Host, runStudy, tallyStudy } from '../run'

const study = {
  version: 1,
  network: '0 -> X, 10\nX -> 0, 1',
  times: [0, 2],
  observe: ['moments', 'marginals', 'trajectories'],
  options: { replicates: 600 },
  seed: 3,
}
const host = (more: Partial<Host> = {}): Host => ({
  now: () => 0,
  breathe: async () => {},
  cancelled: () => false,
  onFrame: () => {},
  ...more,
})
const run = (more: Record<string, unknown>, on = host()) => runStudy({ ...study, solver: 'ssaGpu', ...more }, on)

afterEach(() => vi.unstubAllGlobals())

describe('without a GPU', () => {
  it('the CPU draws what "ssa" draws, and it says so', async () => {
    const fallen = await run({})
    const plain = await runStudy({ ...study, solver: 'ssa' }, host())
    if (fallen.status !== 'done' || plain.status !== 'done') throw new Error(JSON.stringify([fallen, plain]))
    expect(fallen.solution.observations).toEqual(plain.solution.observations)
    expect(fallen.provenance).toMatchObject({ solver: 'ssaGpu', device: 'cpu' })
    expect(fallen.solution.warnings).toEqual([expect.stringMatching(/no GPU.*"ssa"/)])
  })

  it('every thread takes its share', async () => {
    let asked = 0
    const member: CrewMember = {
      tally(json, share, onTally) {
        asked++
        return tallyStudy(json, share, { ...host(), onTally })
      },
    }
    const shared = await run({}, host({ crew: [member, member] }))
    expect(asked).toBe(2)
    expect(shared).toEqual(await run({}))
  })
})

/** An adapter whose device does as it is told, but for what `faults` say, and calculates nothing but zeros. */
function fakeAdapter(faults: { info?: object; mapAsync?: () => Promise<void>; pipeline?: () => Promise<object> } = {}) {
  let destroyed = 0
  const encoder = {
    beginComputePass: () => ({ setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} }),
    copyBufferToBuffer() {},
    finish: () => ({}),
  }
  const device = {
    queue: { submit() {}, writeBuffer() {} },
    createBuffer: ({ size }: { size: number }) => ({
      mapAsync: faults.mapAsync ?? (async () => {}),
      getMappedRange: () => new ArrayBuffer(size),
      destroy() {},
    }),
    createShaderModule: () => ({}),
    createComputePipelineAsync: faults.pipeline ?? (async () => ({ getBindGroupLayout: () => ({}) })),
    createBindGroup: () => ({}),
    createCommandEncoder: () => encoder,
    pushErrorScope() {},
    popErrorScope: async () => null,
    lost: new Promise(() => {}),
    destroy() {
      destroyed++
    },
  }
  const adapter = { info: faults.info, requestDevice: async () => device }
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } })
  return { destroyed: () => destroyed }
}

describe('with a GPU that', () => {
  it('is lost: a failure in a sentence, and nothing left behind', async () => {
    const fake = fakeAdapter({ mapAsync: () => Promise.reject(new Error('the device went away')) })
    const outcome = await run({})
    expect(outcome).toMatchObject({ status: 'failed', code: 'device', message: expect.stringContaining('went away') })
    expect(outcome.provenance.device).toBe('gpu')
    expect(fake.destroyed()).toBe(1)
  })

  it('does nothing: zeros are not taken for an answer, nor is it asked again', async () => {
    const fake = fakeAdapter()
    expect(await run({})).toMatchObject({
      status: 'failed',
      code: 'device',
      message: expect.stringContaining('skipped'),
    })
    expect(fake.destroyed()).toBe(1)
  })

  it('refuses the program: the reason, in a sentence', async () => {
    const fake = fakeAdapter({ pipeline: () => Promise.reject(new Error('too many registers')) })
    expect(await run({})).toMatchObject({ status: 'failed', code: 'device', hint: expect.stringContaining('ssa') })
    expect(fake.destroyed()).toBe(1)
  })

  it('is software: not taken unless asked for', async () => {
    fakeAdapter({ info: { isFallbackAdapter: true } })
    expect(await run({})).toMatchObject({ status: 'done', provenance: { device: 'cpu' } })
    const any = await run({ options: { ...study.options, adapter: 'any' } })
    expect(any).toMatchObject({ status: 'failed', code: 'device' })
  })

  it('cannot hold a number: the number', async () => {
    fakeAdapter()
    const outcome = await run({ network: '0 -> X, 1e-40' })
    expect(outcome).toMatchObject({ status: 'failed', code: 'precision', message: expect.stringContaining('1e-40') })
  })

  it('asks no crew', async () => {
    fakeAdapter()
    const member: CrewMember = { tally: () => Promise.reject(new Error('asked')) }
    expect(await run({}, host({ crew: [member] }))).toMatchObject({ code: 'device' })
  })
})
