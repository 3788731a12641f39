/** Writes public/studies/index.json: what the gallery shows of each study before it is opened. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup.mjs'

const folder = join(root, 'public/studies')
const suffix = '.study.json'
/** The order of a course; a study that is not listed stands at the end. */
const course = (
  'toggle-switch poisson decay isomerisation birth-death-critical dimerisation rate-equation-wrong gene-expression ' +
  'burst-size telegraph dual-reporter negative-autoregulation positive-autoregulation schlogl michaelis-menten ' +
  'lotka-volterra sir sis brusselator repressilator vilar futile-cycle moran decaying-dimerising leap-too-long langevin-few ' +
  'slow-birth-death steady-expression bursty-expression feedback-quiet feedback-broad feedback-bimodal toggle-genes ' +
  'feed-forward-two feed-forward-three self-replicator seasonal-epidemic conversion-cascade hill-cascade ' +
  'feedback-cascade mapk schlogl-site schlogl-pair schlogl-lattice'
).split(' ')
const place = (name) => (course.includes(name) ? course.indexOf(name) : course.length)

/** The studies of the gallery. */
export function readStudies() {
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix))
  const names = files.map((file) => file.slice(0, -suffix.length)).sort((a, b) => place(a) - place(b))
  return names.map((name) => ({ name, study: JSON.parse(readFileSync(join(folder, name + suffix), 'utf8')) }))
}

/** The text of the index. */
export function indexOf(studies) {
  const cards = studies.map(({ name, study: { title, about, figure } }) => ({ name, title, about, figure }))
  return `${JSON.stringify(cards, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(folder, 'index.json'), indexOf(readStudies()))
