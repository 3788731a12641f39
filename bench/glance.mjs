/**
 * `npm run bench:glance`: how soon a slider is answered from what is learnt, in headless Chromium on the built page: the
 * opening toggle by projection, whose first pictures are those of its shipped network. Single steps, each from rest, and a
 * drag of one step per frame. In ms after the input event: when it was handled, when the network's numbers were on the
 * page, when the joint law was drawn from them, the next frame; and when the answer by projection came.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
const page = await context.newPage()
await page.addInitScript(watch)
const { network, times } = JSON.parse(readFileSync(join(root, 'public/studies/toggle-switch.study.json'), 'utf8'))
const study = { version: 1, network, times, observe: ['moments', 'marginals', 'joint:U,V'], solver: 'fsp' }
await page.goto(`${address}#s=${deflateRawSync(JSON.stringify(study)).toString('base64url')}`)
await page.waitForTimeout(4000)

const steps = []
for (let k = 0; k < 42; k++) steps.push(await page.evaluate(step, 30 + (k % 40)))
const dragged = await page.evaluate(drag, 5000)
await browser.close()
close?.()

const rows = {}
// The first two wake the thread up.
const rest = steps.slice(2)
for (const name of ['handled', 'came', 'drawn', 'painted', 'answered']) {
  rows[`one step: ${name}`] = spread(rest.map((one) => one[name]).filter(Number.isFinite))
}

rows['drag: numbers after the newest input before them'] = spread(dragged.ages)
rows['drag: frames between two pictures'] = spread(dragged.between)
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2))
else console.table(rows)
process.exit(0)

/** In the page, before its scripts: note when the network's numbers come, and what is drawn. */
function watch() {
  const seen = []
  globalThis.seen = seen
  const note = (what) => seen.push([what, performance.now()])
  const Plain = globalThis.Worker
  globalThis.Worker = class extends Plain {
    constructor(url, options) {
      super(url, options)
      if (options?.name === 'glance') this.addEventListener('message', () => note('came'))
    }
  }
  const { clearRect } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    const overlay = this.canvas.classList.contains('plot-overlay')
    if (!overlay && this.canvas.closest?.('[data-panel="joint"]')) note('drawn')
    return clearRect.apply(this, box)
  }
}

/** In the page: one step of the slider, from rest. */
function step(value) {
  const slider = document.querySelector('input[type=range][aria-label="a"], li input[type=range]')
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
  const answeredNow = () => /propagator/.test(document.querySelector('[aria-label="Runs"]').textContent)
  return new Promise((done) => {
    requestAnimationFrame(() => {
      globalThis.seen.length = 0
      const began = performance.now()
      set.call(slider, String(value))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      const found = { handled: performance.now() - began }
      let asked = false
      requestAnimationFrame(function frame(now) {
        const came = globalThis.seen.find(([what]) => what === 'came')
        const drawn = came && globalThis.seen.find(([what, at]) => what === 'drawn' && at > came[1])
        if (came) found.came = came[1] - began
        // Frames run before what is noted in them: the first one after the drawing.
        if (drawn && found.drawn !== undefined) found.painted ??= performance.now() - began
        if (drawn) found.drawn = drawn[1] - began
        asked ||= !answeredNow()
        if (asked && answeredNow()) found.answered ??= performance.now() - began
        if (now - began < 900) requestAnimationFrame(frame)
        else done(found)
      })
    })
  })
}

/** In the page: a step at every frame; how old the numbers are that come, by the last input before them. */
function drag(forMs) {
  const slider = document.querySelector('input[type=range][aria-label="a"], li input[type=range]')
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
  const [low, high] = [Number(slider.min), Number(slider.max)]
  return new Promise((done) => {
    const inputs = []
    const frames = []
    globalThis.seen.length = 0
    const began = performance.now()
    requestAnimationFrame(function frame(now) {
      frames.push(now)
      inputs.push(performance.now())
      set.call(slider, String(low + (high - low) * (0.5 + 0.5 * Math.sin((2 * Math.PI * (now - began)) / 1500))))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      if (now - began < forMs) {
        requestAnimationFrame(frame)
        return
      }
      const came = globalThis.seen.filter(([what]) => what === 'came').map(([, at]) => at)
      const drawn = globalThis.seen.filter(([what]) => what === 'drawn').map(([, at]) => at)
      const ages = came.map((at) => at - inputs.findLast((input) => input < at))
      const places = drawn.map((at) => frames.findLastIndex((start) => start <= at))
      done({ ages, between: places.slice(1).map((place, k) => place - places[k]) })
    })
  })
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] * 10) / 10
  return { n: sorted.length, least: at(0), median: at(0.5), p95: at(0.95), max: at(1) }
}
