/** How much the built page loads before it can start: the entry and all that it names, gzipped, against a limit. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { root } from './setup.mjs'

/** The entry script, its style sheets and every preloaded chunk, together; kB = 1000 bytes. */
export const limitKb = 400

/** Files that a page loads eagerly, relative to it. Vite preloads every static import of the entry. */
export function eager(html) {
  const tags = html.match(/<(script|link)\b[^>]*>/g) ?? []
  return tags.flatMap((tag) => {
    const loads = tag.startsWith('<script') || /rel="(modulepreload|preload|stylesheet)"/.test(tag)
    return loads ? (/(?:src|href)="([^"]*)"/.exec(tag)?.[1] ?? []) : []
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(root, 'dist')
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const files = eager(html).map((path) => ({
    path,
    bytes: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length,
  }))
  const kb = files.reduce((sum, { bytes }) => sum + bytes, gzipSync(html).length) / 1000
  for (const { path, bytes } of files) console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${path}`)
  console.log(`${kb.toFixed(1).padStart(8)} kB  in all, gzipped; at most ${limitKb}`)
  const policy = /http-equiv="Content-Security-Policy"/.test(html)
  const inline = /<script(?![^>]*\bsrc=)/.test(html)
  if (!policy || inline)
    console.error(`dist/index.html ${policy ? 'has an inline script' : 'has no content security policy'}`)
  process.exitCode = files.length > 0 && kb <= limitKb && policy && !inline ? 0 : 1
}
