/**
 * `npm run bench:page`: what a person feels, measured in headless Chromium on the built page.
 * - load: from navigation to the first drawn trajectories, with an empty cache, in ms
 * - frames: gaps between animation frames while all workers sample the toggle and 50 trajectories are drawn
 * - drag: from a slider's change to the first picture of the new law, in ms
 * - resolve: gaps between animation frames while a slider is dragged and the joint law of the toggle, counts to about
 *   100, is solved anew at every step; joint maps drawn for each of its positions; the page's own thread, in ms of CPU
 *   time per frame and per task, which the machine's load hardly changes; and what the run bar said of the picture meanwhile
 * - cancel: from the click to the lane saying so, in ms
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { chromium } from 'playwright'
import { findBrowser } from '../scripts/browser.mjs'
import { serve } from '../scripts/serve.mjs'
import { root } from '../scripts/setup.mjs'

const vite = join(root, 'node_modules/vite/bin/vite.js')
if (spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: root, stdio: 'inherit' }).status) {
  process.exit(1)
}
const { address, close } = await serve(join(root, 'dist'))
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await chromium.launch({ executablePath: findBrowser(), args })
const rows = {}

const loads = []
for (let k = 0; k < 5; k++) loads.push(await load())
rows['load, first trajectories (ms)'] = spread(loads)

const page = await opened()
const replicates = page.getByRole('textbox', { name: 'Replicates' })
await replicates.fill('3000000')
await replicates.press('Enter')
await page.waitForTimeout(1500)
rows['frame gap while sampling (ms)'] = spread(await page.evaluate(gaps, 5000))

const first = []
for (let k = 0; k < 12; k++) first.push(await page.evaluate(drag, 60 + k))
rows['slider to first picture (ms)'] = spread(first)

const cancels = []
for (let k = 0; k < 8; k++) {
  await page.waitForTimeout(400)
  cancels.push(await page.evaluate(cancel))
}
rows['cancel to words (ms)'] = spread(cancels)

const dragged = await resolved()
const { frames, tasks, shown, maps, cpuMs } = await costed(dragged, () => dragged.evaluate(resolve, 6000))
rows['frame gap while the exact joint law follows a slider (ms)'] = spread(frames)
rows['the page’s thread then, per frame (ms of CPU)'] = { n: frames.length, median: round(cpuMs / frames.length) }
rows['joint maps drawn then, per position'] = {
  n: frames.length,
  median: Math.round((100 * maps) / frames.length) / 100,
}
if (tasks.length) rows['tasks above 50 ms on the page’s thread then (ms)'] = spread(tasks)
rows['its tasks in another such drag (ms of CPU)'] = spread(
  await tasksOf(dragged, () => dragged.evaluate(resolve, 4000)),
)

await browser.close()
close?.()
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2))
else {
  console.table(rows)
  console.log('shown while dragging, by frames:', shown)
}
process.exit(0)

async function opened() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(address)
  await page.waitForFunction(drawn)
  return page
}

async function load() {
  const page = await opened()
  const ms = await page.evaluate(() => performance.now())
  await page.context().close()
  return ms
}

/** A page with the toggle of the benchmarks, its joint law at t = 10 by projection. */
async function resolved() {
  const network =
    'parameter a = 50 in [20, 50]\n0 -> U, a / (1 + (V / 12.5)^2.5); U -> 0, 1\n0 -> V, a / (1 + (U / 12.5)^2.5); V -> 0, 1'
  const study = { version: 1, network, times: [10], observe: ['moments', 'marginals', 'joint:U,V'], solver: 'fsp' }
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(`${address}#s=${deflateRawSync(JSON.stringify(study)).toString('base64url')}`)
  await page.waitForFunction(() => /propagator/.test(document.querySelector('[aria-label="Runs"]')?.textContent ?? ''))
  // The service worker fetches the page for later after a quarter of a minute: not during the drag.
  await page.waitForTimeout(1000)
  return page
}

/** What `act` returns, and the CPU time that the page's thread took for it. */
async function costed(page, act) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'ThreadTime').value
  }
  const before = await spent()
  const result = await act()
  return { ...result, cpuMs: (await spent()) - before }
}

/** CPU times of the tasks of the page's thread meanwhile, each of a tenth of a millisecond or more. */
async function tasksOf(page, act) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString())
  const drawing = new Set(
    traceEvents.filter(({ name }) => name === 'FireAnimationFrame').map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && ph === 'X' && drawing.has(`${pid} ${tid}`),
  )
  return tasks.map(({ tdur = 0 }) => tdur / 1000).filter((ms) => ms >= 0.1)
}

/** In the page: move the slider at every frame for so many milliseconds; frame gaps, long tasks, and what was said. */
function resolve(forMs) {
  const tasks = []
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  observer.observe({ entryTypes: ['longtask'] })
  return new Promise((done) => {
    const slider = document.querySelector('input[type=range][aria-label="a"], li input[type=range]')
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
    const [low, high] = [Number(slider.min), Number(slider.max)]
    const frames = []
    const shown = {}
    // A colour bar is one pixel wide.
    let maps = 0
    const { putImageData } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.putImageData = function (pixels, ...place) {
      if (pixels.width > 1) maps++
      return putImageData.call(this, pixels, ...place)
    }
    const began = performance.now()
    let last = began
    requestAnimationFrame(function frame(now) {
      frames.push(now - last)
      last = now
      const lane = document.querySelector('[aria-label="Runs"] .lane')
      const words = lane.textContent
      const ended = lane.dataset.status === 'done' ? 'proved' : 'other'
      const what = /preview ± [\d.e-]+/.exec(words)?.[0] ?? (/earlier/.test(words) ? 'of an earlier position' : ended)
      shown[what] = (shown[what] ?? 0) + 1
      const phase = (now - began) / 1500
      set.call(slider, String(low + (high - low) * (0.5 + 0.5 * Math.sin(2 * Math.PI * phase))))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      if (now - began < forMs) requestAnimationFrame(frame)
      else done({ frames: frames.slice(1), tasks, shown, maps })
    })
  })
}

/** In the page: trajectories are on the screen, not only announced. */
function drawn() {
  const canvas = document.querySelector('section[aria-label="Trajectories"] canvas, [aria-labelledby] canvas')
  return Boolean(canvas?.width) && /[1-9][\d,]* replicates/.test(document.querySelector('main')?.textContent ?? '')
}

/** In the page: gaps between animation frames for so many milliseconds. */
function gaps(forMs) {
  return new Promise((resolve) => {
    const found = []
    const began = performance.now()
    let last = began
    requestAnimationFrame(function frame(now) {
      found.push(now - last)
      last = now
      if (now - began < forMs) requestAnimationFrame(frame)
      else resolve(found.slice(1))
    })
  })
}

/** In the page: move the first slider; wait until a smaller ensemble than before is on the screen. */
function drag(position) {
  const sampled = () =>
    Number(/([\d,]+) replicates/.exec(document.querySelector('main').textContent)?.[1].replaceAll(',', ''))
  return new Promise((resolve) => {
    const slider = document.querySelector('input[type=range][aria-label="a"], li input[type=range]')
    const before = sampled()
    const began = performance.now()
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(slider, String(position))
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    requestAnimationFrame(function frame() {
      if (sampled() < before || performance.now() - began > 5000) resolve(performance.now() - began)
      else requestAnimationFrame(frame)
    })
  }).then(async (ms) => {
    await new Promise((resolve) => setTimeout(resolve, 600))
    return ms
  })
}

/** In the page: click the run bar's cancel; wait for the word; start again. */
function cancel() {
  const bar = document.querySelector('[aria-label="Runs"]')
  const named = (words) =>
    [...bar.querySelectorAll('button')].find((b) => words.test(`${b.ariaLabel ?? ''} ${b.textContent}`))
  return new Promise((resolve) => {
    const began = performance.now()
    named(/cancel/i)?.click()
    requestAnimationFrame(function frame() {
      const ended = /cancelled/i.test(bar.textContent)
      if (!ended && performance.now() - began < 5000) return requestAnimationFrame(frame)
      const ms = performance.now() - began
      named(/run again/i)?.click()
      resolve(ms)
    })
  })
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))])
  return { n: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) }
}

function round(value) {
  return Math.round(value * 10) / 10
}
