/** Studies, networks, what was learnt and measurements from the reader's own disk. */
import type { Import } from '../../network/sbml/import'
import { openBreath } from '../../services/breath'
import { maxArtifactBytes, type ReadTaught, readArtifactInSteps } from '../../solvers/artifact-file'
import { readStudyShape, type Study } from '../../solvers/study'
import { sentence } from '../../store/link'
import type { Studio } from '../../store/studio'
import { isSeedLocked } from '../controls/seed'
import { plainBreaks } from '../editor/change'

/** Larger files are not studies. */
const maxFileBytes = 20_000_000

/** What the file chooser offers. */
export const fileTypes = '.json,.crn,.txt,.xml,.sbml,.safetensors,.csv,.tsv'

/** Open a study on the table, with the reader's seed where that is locked. Resolves to whether it is open: a newer one may have come first. */
export function openStudy(studio: Studio, study: Study): Promise<boolean> {
  const { seed } = studio.studies.getState().study
  return studio.openRead(isSeedLocked(studio) ? { ...study, seed, view: { ...study.view, seedLocked: true } } : study)
}

/**
 * Open a `.study.json`, a network text, SBML or what a method has learnt; what cannot be read becomes a notice. Resolves to the report of an
 * import, whether or not it succeeded. Never rejects.
 */
export async function openFile(studio: Studio, file: File): Promise<Import | undefined> {
  const refuse = (why: string): undefined => {
    const text = `${file.name} was not opened: ${why}. Your own study is still here.`
    studio.notices.getState().say({ tone: 'error', text })
  }
  try {
    return await openAny(studio, file, refuse)
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

async function openAny(studio: Studio, file: File, refuse: (why: string) => undefined): Promise<Import | undefined> {
  if (file.name.endsWith('.safetensors')) {
    if (file.size > maxArtifactBytes) return refuse(`it is larger than ${maxArtifactBytes / 1e6} MB`)
    const taught = await readTaught(new Uint8Array(await file.arrayBuffer()))
    if (!taught.ok) return refuse(taught.why)
    if (await openStudy(studio, taught.value.study)) studio.runs.getState().teach(taught.value)
    return undefined
  }
  if (isTable(file)) {
    await openTable(studio, file)
    return undefined
  }
  if (file.size > maxFileBytes) return refuse('it is larger than 20 MB, and no study is')
  const text = plainBreaks(await textOf(file))
  if (text.trim() === '') return refuse('it is empty')
  if (/^\uFEFF?\s*</.test(text)) return openSbml(studio, file, text)
  if (!/^\s*\{/.test(text)) {
    if (/\.json$/i.test(file.name)) return refuse('it is not a study: a study file begins with {')
    await openStudy(studio, bareStudy(studio, titleOf(file), text))
    return undefined
  }
  const read = readStudyShape(jsonIn(text))
  if (!read.ok) return refuse(sentence(read.issues))
  await openStudy(studio, read.value)
  return undefined
}

/** Not in a text, in whatever language. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\0-\x08\x0e-\x1a\x1c-\x1f]/

/** A file's text, from whichever program it comes; throws where it is a picture, an archive or a workbook. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  const text = decode(bytes, wide ?? 'utf-8') ?? decode(bytes, 'windows-1252')
  if (text === undefined || controls.test(text)) throw new Error('it is not a text')
  return text
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it begins like a study file but is not JSON; it may have been cut short')
  }
}

/** Between its steps the page lives. */
async function readTaught(bytes: Uint8Array): Promise<ReadTaught> {
  const breath = openBreath()
  try {
    const steps = readArtifactInSteps(bytes)
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) return step.value
      await breath.breathe()
    }
  } finally {
    breath.close()
  }
}

/** Larger tables are not read. */
const maxTableBytes = 32_000_000

const isTable = ({ name }: File) => /\.(csv|tsv)$/i.test(name)

/** Measurements, for inference; the study stays as it is. */
export async function openTable({ inference, notices }: Studio, file: File): Promise<void> {
  const refuse = (why: string) =>
    notices.getState().say({ tone: 'error', text: `${file.name} was not read: ${why}. Your own study is still here.` })
  if (file.size > maxTableBytes) return refuse('it is larger than 32 MB')
  const text = await textOf(file).catch(() => undefined)
  if (text === undefined) return refuse('it is not a text: save a workbook as CSV first')
  const complaint = await inference.getState().load(file.name, text)
  if (complaint) refuse(complaint.message)
}

/** A longer one takes so long that the reader is told, and may stop it: a megabyte takes some tenths of a second. */
const longFile = 100_000

/** In a thread of its own, however short it is: what was made to take long must not hold the page up. Undefined: it was stopped. */
async function importElsewhere({ tasks, notices }: Studio, file: File, text: string): Promise<Import | undefined> {
  const words = `${file.name} is being read …`
  const { ending, cancel } = tasks.start({ kind: 'import', file: text })
  if (text.length >= longFile) {
    notices.getState().say({ tone: 'info', text: words, actions: [{ label: 'Cancel', run: cancel }] })
  }
  const ended = await ending
  for (const { id, text: said } of notices.getState().notices) if (said === words) notices.getState().dismiss(id)
  if (ended.status === 'failed') throw new Error(ended.message)
  return ended.status === 'done' ? ended.result : undefined
}

async function openSbml(studio: Studio, file: File, text: string): Promise<Import | undefined> {
  const imported = await importElsewhere(studio, file, text)
  if (!imported) return undefined
  const title = imported.title || titleOf(file)
  if (imported.text !== null) await openStudy(studio, bareStudy(studio, title, imported.text))
  return { ...imported, title }
}

/** A network text alone asks no question: it takes over the present one's times, method and seed. */
function bareStudy({ studies }: Studio, title: string, network: string): Study {
  const { version, times, solver, seed, compare } = studies.getState().good
  return { version, title, network, times, solver, seed, compare, observe: ['moments', 'marginals', 'trajectories'] }
}

const titleOf = (file: File): string => file.name.replace(/(\.study)?\.\w+$/, '')
