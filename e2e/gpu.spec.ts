/**
 * Ensembles in WGSL, on the adapter that Chromium makes of software: slow, so that sizes are small, but strict about
 * the language. Numbers come straight from a worker of the built page, through the messages that comlink sends.
 * A value may lie 4.5 standard errors from the truth, a law must pass χ² at the same p ≈ 7·10⁻⁶.
 */
import { expect, type Page, test } from '@playwright/test'
import { findBrowser } from '../scripts/browser.mjs'
import type { NamedArray } from '../src/numerics/named-array'
import { stream } from '../src/numerics/rng'
import { chiSquare, poisson, twoSided } from '../src/numerics/statistics'
import { threefry } from '../src/numerics/threefry'
import type { Observation, Observations, Outcome } from '../src/solvers/contract'
import { runStudy } from '../src/solvers/run'
import { threefryText } from '../src/solvers/ssa-gpu/kernel'
import { twin } from '../src/solvers/ssa-gpu/twin'
import { ask } from '../src/solvers/testing'
import { open, runs } from './studio'

const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
/** What a real adapter wants: `--enable-features=Vulkan --use-angle=vulkan --disable-vulkan-surface`, on Linux. */
const more = process.env.PROPENSITY_CHROMIUM_ARGS?.split(' ') ?? []
test.use({ launchOptions: { executablePath: findBrowser(), args: [...root, '--enable-unsafe-webgpu', ...more] } })

/** What WebGPU complains of goes to the console, and nowhere else. */
const complaints: string[] = []
test.beforeEach(({ page }) => {
  complaints.length = 0
  page.on('console', (message) => {
    if (/error|warning/.test(message.type()) || /valid/i.test(message.text())) complaints.push(message.text())
  })
})
test.afterEach(() => {
  expect(complaints).toEqual([])
})

/** Ask a fresh worker of the page: comlink's call of `run`, with a frame callback that never answers. */
async function solve(page: Page, study: Record<string, unknown>): Promise<Outcome> {
  await page.goto('/')
  await expect.poll(() => page.workers().length).toBeGreaterThan(0)
  const address = page.workers()[0].url()
  const text = await page.evaluate(
    ([url, json]) =>
      new Promise<string>((resolve, reject) => {
        const worker = new Worker(url, { type: 'module' })
        const raw = (value: unknown) => ({ type: 'RAW', value })
        const { port1, port2 } = new MessageChannel()
        const plain = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as never) : value)
        worker.addEventListener('error', (event) => reject(new Error(event.message)))
        worker.addEventListener('message', ({ data }) => {
          if (data.id !== 'ask') return
          worker.terminate()
          port1.close()
          resolve(JSON.stringify(data.value, plain))
        })
        const argumentList = [raw(1), raw(JSON.parse(json)), { type: 'HANDLER', name: 'proxy', value: port2 }]
        worker.postMessage({ id: 'ask', type: 'APPLY', path: ['run'], argumentList }, [port2])
      }),
    [address, JSON.stringify({ version: 1, seed: 11, ...study })],
  )
  return JSON.parse(text)
}

async function sampled(page: Page, study: Record<string, unknown>) {
  const outcome = await solve(page, { solver: 'ssaGpu', ...study })
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  expect(outcome.provenance.device).toBe('gpu')
  return outcome.solution
}

function at({ shape, dims, coords, data }: NamedArray, place: Record<string, number | string>): number {
  return data[dims.reduce((index, dim, i) => index * shape[i] + coords[dim].indexOf(place[dim] as never), 0)]
}

/** A law in counts of replicates. */
const hits = ({ array }: Observation, n: number, time: number, quantity: string): number[] =>
  array.coords.count.map((count) => Math.round(n * at(array, { time, quantity, count })))

const birthDeath = '0 -> X, 10\nX -> 0, 1\nobservable twice = 2*X'

test('birth and death on the device: the law, counted there and on the CPU alike, and the twin’s own counts', async ({
  page,
}) => {
  const n = 4000
  const times = [0, 1, 5]
  const study = { network: birthDeath, times, observe: ['moments', 'marginals', 'joint:X,twice', 'trajectories'] }
  const { observations, diagnostics, warnings } = await sampled(page, {
    ...study,
    options: { replicates: n, adapter: 'any', trajectories: 20 },
  })
  expect(warnings).toEqual([])
  expect(diagnostics.replicates).toBe(n)
  for (const time of [1, 5]) {
    const mean = 10 * (1 - Math.exp(-time))
    const { moments, marginals } = observations
    if (moments.error.kind !== 'sampling') throw new Error(moments.error.kind)
    for (const moment of ['mean', 'variance']) {
      const place = { time, moment, quantity: 'X' }
      const far = Math.abs(at(moments.array, place) - mean) / at(moments.error.standardError, place)
      expect(far).toBeLessThan(4.5)
    }
    const law = Array.from({ length: 40 }, (_, count) => poisson(mean, count))
    expect(chiSquare(hits(marginals, n, time, 'X'), law).pValue).toBeGreaterThan(twoSided(4.5))
    expect(at(observations['joint:X,twice'].array, { time, X: 9, twice: 18 })).toBe(
      at(marginals.array, { time, quantity: 'X', count: 9 }),
    )
  }
  // An observable that is not whole sends every batch through the CPU; the counts of X are the same bits.
  const again = await sampled(page, {
    ...study,
    network: `${birthDeath}\nobservable half = X/2`,
    observe: ['marginals', 'joint:X,twice'],
    options: { replicates: n, adapter: 'any', trajectories: 0 },
  })
  for (const time of times) {
    expect(hits(again.observations.marginals, n, time, 'X').slice(0, 20)).toEqual(
      hits(observations.marginals, n, time, 'X').slice(0, 20),
    )
  }
  expect(again.observations['joint:X,twice'].array.data).toEqual(observations['joint:X,twice'].array.data)
  // Paths are those of the plain kernel, but for a logarithm rounded otherwise here and there.
  const walk = twin(ask(birthDeath, times), stream(11, 0).words)
  const { array } = observations.trajectories
  const same = array.coords.replicate.filter((replicate) => {
    const counts = walk(Number(replicate))
    return times.every((time, k) => at(array, { replicate, quantity: 'X', time }) === counts[k])
  })
  expect(same.length).toBeGreaterThanOrEqual(18)
})

test('a toggle on the device has the law that the projection proves', async ({ page }) => {
  const network = `parameter a = 12, n = 2.5
let folded = 1 + (U/4)^2
0 -> U, a*hillr(V, 4, n)
0 -> V, a/folded
U -> 0, 1
2U -> V, 0.05
V => 0, V > 0 ? V : 0`
  const times = [3]
  const n = 3000
  const study = { network, times, observe: ['marginals'] }
  const { observations } = await sampled(page, {
    ...study,
    options: { replicates: n, adapter: 'any', trajectories: 0 },
  })
  const truth = await runStudy({ version: 1, ...study, solver: 'fsp', options: { tolerance: 1e-8 } }, still)
  if (truth.status !== 'done') throw new Error(JSON.stringify(truth))
  const { array } = truth.solution.observations.marginals
  for (const quantity of ['U', 'V']) {
    const law = array.coords.count.map((count) => at(array, { time: 3, quantity, count }))
    expect(chiSquare(hits(observations.marginals, n, 3, quantity), law).pValue).toBeGreaterThan(twoSided(4.5))
  }
})

const still = { now: () => 0, breathe: async () => {}, cancelled: () => false, onFrame: () => {} }

/** Mean and standard error of a quantity at the last output time. */
function mean({ moments }: Observations, quantity: string, time: number): [value: number, error: number] {
  if (moments.error.kind !== 'sampling') throw new Error(moments.error.kind)
  const place = { time, moment: 'mean', quantity }
  return [at(moments.array, place), at(moments.error.standardError, place)]
}

test('every function and operator means on the device what it means on the CPU', async ({ page }) => {
  const rates = [
    'A*B/(1 + A^2)',
    'A > B ? A : 2*B',
    'hill(A, 7, 2.5) + hillr(B, 3, 4) + mm(A, 5, 9)',
    'sqrt(A) + abs(A - B)',
    'exp(-A/9)*log(1 + B) + log10(2 + A)',
    'pow(A + 1, 1.5)/9 + floor(B/2)',
    'sin(A) + cos(B) + tanh(A - B) + 3',
    'min(A, B) + max(A, B)',
    '(A < 5)*(B >= 2) + (A == B) + (A != 3) + (A <= 4)',
  ]
  const species = rates.map((_, i) => `R${i}`)
  const births = rates.map((rate, i) => `0 => R${i}, ${rate}`)
  const network = ['species A = 4, B = 6', '0 <-> A, 8, 2', '0 <-> B, 5, 1', ...births].join('\n')
  const study = { network, times: [2], observe: ['moments'] }
  const { observations } = await sampled(page, { ...study, options: { replicates: 1500, adapter: 'any' } })
  const other = await runStudy({ version: 1, seed: 12, ...study, options: { replicates: 6000 } }, still)
  if (other.status !== 'done') throw new Error(JSON.stringify(other))
  for (const name of species) {
    const [a, errorOfA] = mean(observations, name, 2)
    const [b, errorOfB] = mean(other.solution.observations, name, 2)
    expect(Math.abs(a - b) / Math.hypot(errorOfA, errorOfB), name).toBeLessThan(4.5)
  }
})

test('counts beyond the histogram are tallied from what the device recorded', async ({ page }) => {
  const study = { network: 'species X = 5000\nX -> 0, 0.02', times: [1], observe: ['moments', 'marginals'] }
  const { observations } = await sampled(page, {
    ...study,
    options: { replicates: 600, adapter: 'any', trajectories: 0 },
  })
  const [value, error] = mean(observations, 'X', 1)
  expect(Math.abs(value - 5000 * Math.exp(-0.02)) / error).toBeLessThan(4.5)
  expect(observations.marginals.array.data.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
})

test('the page offers it like any method', async ({ page }) => {
  await open(page)
  await page.getByRole('radio', { name: 'Ensembles on the GPU' }).check()
  const form = page.getByRole('group', { name: 'Ensembles on the GPU' })
  await form.getByText('More options').click()
  await form.getByLabel('Adapter').selectOption('any')
  await form.getByRole('textbox', { name: 'Replicates' }).fill('400')
  await page.keyboard.press('Enter')
  const lane = runs(page, 'Ensembles on the GPU')
  await expect(lane).toContainText(/^[^·]*400 replicates/, { timeout: 30_000 })
  await expect(lane).not.toContainText(/no GPU/i)
})

test('what goes wrong on a device is said in a sentence', async ({ page }) => {
  const options = { replicates: 100, adapter: 'any' }
  const study = { solver: 'ssaGpu', times: [10], observe: ['moments'], options }
  const negative = await solve(page, { ...study, network: '0 -> X, 2\nbad: 0 -> Y, 5 - X' })
  expect(negative).toMatchObject({ code: 'propensity', message: expect.stringMatching(/bad\b.*X = 6/) })
  const divided = await solve(page, { ...study, network: 'species X = 3\nX -> 0, 1\nbad: 0 -> Y, 1/X' })
  expect(divided).toMatchObject({ code: 'propensity', message: expect.stringMatching(/bad\b.*X = 0/) })
  const growing = await solve(page, { ...study, network: 'species X = 16777000\nX -> 2X, 1' })
  expect(growing).toMatchObject({ code: 'explosion', message: expect.stringContaining('16777216') })
})

test('without a real GPU the CPU does the work and says so', async ({ page }) => {
  await page.goto('/')
  const real = await page.evaluate(async () => {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
    return adapter?.info.isFallbackAdapter === false
  })
  test.skip(real, 'a real one does it')
  const study = {
    solver: 'ssaGpu',
    network: birthDeath,
    times: [2],
    observe: ['moments'],
    options: { replicates: 200 },
  }
  const outcome = await solve(page, study)
  expect(outcome).toMatchObject({ status: 'done', provenance: { device: 'cpu', solver: 'ssaGpu' } })
  expect(outcome).toMatchObject({ solution: { warnings: [expect.stringMatching(/no GPU.*"ssa"/)] } })
})

test('the words that a device draws are Threefry’s', async ({ page }) => {
  await page.goto('/')
  const inputs = [
    [0, 0, 0, 0],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
  ]
  const code = `
@group(0) @binding(0) var<storage, read_write> words: array<vec4<u32>>;
${threefryText}
@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let w = words[id.x];
  words[id.x] = vec4(threefry(w.xy, w.zw), 0u, 0u);
}`
  const drawn = await page.evaluate(
    async ([text, given]) => {
      const device = await (await navigator.gpu.requestAdapter())?.requestDevice()
      if (!device) throw new Error('no device')
      const words = new Uint32Array(given.flat())
      const buffer = device.createBuffer({ size: words.byteLength, usage: 128 | 8 | 4 })
      const staging = device.createBuffer({ size: words.byteLength, usage: 1 | 8 })
      device.queue.writeBuffer(buffer, 0, words)
      const module = device.createShaderModule({ code: text })
      const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      const layout = pipeline.getBindGroupLayout(0)
      pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] }))
      pass.dispatchWorkgroups(given.length)
      pass.end()
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, words.byteLength)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(1)
      return [...new Uint32Array(staging.getMappedRange())]
    },
    [code, inputs] as const,
  )
  inputs.forEach(([k0, k1, c0, c1], i) => {
    const out = new Uint32Array(2)
    threefry(k0, k1, c0, c1, out)
    expect(drawn.slice(4 * i, 4 * i + 2)).toEqual([...out])
  })
})

for (const backend of ['webgpu', 'tensorflow']) {
  test(`a network is trained on the device by ${backend}, to the numbers of our own kernels`, async ({ page }) => {
    const slow = backend === 'tensorflow' && !process.env.PROPENSITY_GPU
    test.skip(slow, 'a step takes up to a second on an adapter of software: ask with PROPENSITY_GPU=1')
    test.setTimeout(420_000)
    const options = { replicates: 400, updates: 3, batch: 64, width: 4, layers: 1, check: 0 }
    const network = '0 -> X, 10\nX -> Y, 1\nY -> 0, 1'
    const study = { network, times: [1], observe: ['moments', 'marginals'], solver: 'nncme' }
    const there = await solve(page, { ...study, options: { ...options, backend } })
    const here = await runStudy({ version: 1, seed: 11, ...study, options: { ...options, backend: 'wasm' } }, still)
    if (there.status !== 'done' || here.status !== 'done') throw new Error(JSON.stringify([there, here]).slice(0, 500))
    expect(there.solution.notes?.backend).toBe(backend === 'webgpu' ? backend : 'tensorflow webgpu')
    expect(there.solution.warnings).toEqual([])
    // Single precision, six updates: five digits.
    for (const key of ['moments', 'marginals']) {
      const [ours, theirs] = [here, there].map(({ solution }) => Array.from(solution.observations[key].array.data))
      const far = ours.map((value, i) => Math.abs(theirs[i] - value) / Math.max(1e-3, Math.abs(value)))
      expect(Math.max(...far)).toBeLessThan(1e-4)
    }
  })
}
