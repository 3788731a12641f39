/** Writes public/studies/index.json: what the gallery shows of each study before it is opened. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup.mjs'

const folder = join(root, 'public/studies')
const suffix = '.study.json'
/** The chapters of a course; a study that is not listed stands at the end, without one. */
const chapters = {
  'First steps': 'poisson decay isomerisation birth-death-critical dimerisation rate-equation-wrong',
  'Gene expression': 'gene-expression burst-size telegraph dual-reporter snapshot',
  'Switches and memory':
    'toggle-switch negative-autoregulation positive-autoregulation schlogl switching-time small-bias futile-cycle',
  Rhythms: 'brusselator noise-goes-round repressilator vilar lotka-volterra',
  'Populations and epidemics': 'sir sis moran',
  Enzymes: 'michaelis-menten',
  'What methods get wrong': 'decaying-dimerising leap-too-long langevin-few',
  'Networks that neural solvers were tried on':
    'slow-birth-death birth-death-hops steady-expression bursty-expression feedback-quiet feedback-broad feedback-bimodal toggle-genes ' +
    'feed-forward-two feed-forward-three self-replicator seasonal-epidemic conversion-cascade hill-cascade ' +
    'feedback-cascade mapk schlogl-site schlogl-pair schlogl-lattice',
  'Laws that a network learns':
    'learnt-expression learnt-toggle learnt-rare-event learnt-cascade learnt-epidemic learnt-pathway',
}
const course = Object.values(chapters).flatMap((names) => names.split(' '))
const place = (name) => (course.includes(name) ? course.indexOf(name) : course.length)
const topicOf = (name) => Object.keys(chapters).find((topic) => chapters[topic].split(' ').includes(name)) ?? 'More'

/** The studies of the gallery. */
export function readStudies() {
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix))
  const names = files.map((file) => file.slice(0, -suffix.length)).sort((a, b) => place(a) - place(b))
  return names.map((name) => ({ name, study: JSON.parse(readFileSync(join(folder, name + suffix), 'utf8')) }))
}

/** The text of the index. */
export function indexOf(studies) {
  const cards = studies.map(({ name, study: { title, about, figure } }) => ({
    name,
    topic: topicOf(name),
    title,
    about,
    figure,
  }))
  return `${JSON.stringify(cards, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(folder, 'index.json'), indexOf(readStudies()))
