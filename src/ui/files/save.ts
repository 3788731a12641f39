/** To the reader's own disk. */
import { writeArtifact } from '../../solvers/artifact-file'
import type { Study } from '../../solvers/study'
import type { Studio } from '../../store/studio'

export function saveStudy({ studies }: Studio): void {
  const { study } = studies.getState()
  download(`${fileName(study)}.study.json`, `${JSON.stringify(study, null, 2)}\n`, 'application/json')
}

export function saveText({ studies }: Studio): void {
  const { study } = studies.getState()
  download(`${fileName(study)}.crn`, study.network, 'text/plain')
}

/** What a method has learnt, with the study that taught it. */
export function saveLearnt({ runs }: Studio, lane: string): void {
  const { learnt } = runs.getState().lanes[lane] ?? {}
  if (!learnt) return
  download(`${fileName(learnt.study)}-${lane}.safetensors`, writeArtifact(learnt), 'application/octet-stream')
}

/** Letters and digits that every file system takes. */
function fileName({ title }: Study): string {
  const plain = (title ?? '').normalize('NFKD').toLowerCase()
  return (
    plain
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'network'
  )
}

export function download(name: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const anchor = Object.assign(document.createElement('a'), { href: url, download: name })
  anchor.click()
  // Some browsers start reading only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
