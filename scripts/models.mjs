/** Writes public/models/index.json: of which networks there is something learnt, over what, and in which file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup.mjs'

const folder = join(root, 'public/models')
const suffix = '.safetensors'

/** What the page must know of each file before it fetches one. */
export function readModels() {
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix))
  return files.sort().map((file) => {
    const bytes = readFileSync(join(folder, file))
    const length = Number(bytes.readBigUInt64LE(0))
    const { __metadata__: about } = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'))
    const { signature, domain } = JSON.parse(about.notes)
    return { name: file.slice(0, -suffix.length), solver: about.solver, signature, domain: JSON.parse(domain) }
  })
}

/** The text of the index. */
function indexOf(models) {
  return `${JSON.stringify(models, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(folder, 'index.json'), indexOf(readModels()))
