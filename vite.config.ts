import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * What the built page may do. Scripts come from the page's own folder only, never inline, never from text;
 * WebAssembly is compiled from bytes made here. CodeMirror and KaTeX set inline styles, figures travel as blobs.
 */
const policy = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'font-src': "'self' data:",
  'worker-src': "'self' blob:",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
}

/** Writes the policy into the built page. The development server needs inline scripts and goes without. */
const contentSecurityPolicy = (): Plugin => ({
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const content = Object.entries(policy)
        .map(([directive, sources]) => `${directive} ${sources}`)
        .join('; ')
      // First in the head, before anything that it governs; the quotes inside are single.
      return html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${content}">`)
    },
  },
})

/** Files that no browser asks for which can run the page: older formats of the fonts. */
const legacy = /\.(ttf|woff)$/

/** Tells the worker that keeps the page offline which files the build has, and a name for exactly these. */
const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  writeBundle({ dir = '' }) {
    const worker = join(dir, offlineWorker)
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !legacy.test(entry.name) && entry.name !== offlineWorker)
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    const digest = createHash('sha256')
    for (const file of files) digest.update(file.slice(dir.length)).update(readFileSync(file))
    const names = files.map((file) =>
      file
        .slice(dir.length + 1)
        .split(sep)
        .join('/'),
    )
    const build = { version: digest.digest('hex').slice(0, 16), files: names }
    writeFileSync(
      worker,
      readFileSync(worker, 'utf8').replace('__BUILD__', () => JSON.stringify(build)),
    )
  },
})

/** At the root of the page, under a name that stays: browsers compare its content with the one they have. */
const offlineWorker = 'offline.js'

/** Isolates the page from other sites, so that its threads may share memory; `scripts/serve.mjs` sends the same. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

export default defineConfig({
  // Relative addresses: the built folder works under any path of any static host.
  base: './',
  plugins: [react(), contentSecurityPolicy(), offline()],
  // Two dependencies of plotly.js ask for Node's name of the global object.
  define: { global: 'globalThis' },
  worker: { format: 'es' },
  server: { headers: isolated },
  preview: { headers: isolated },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: { index: 'index.html', offline: 'workers/offline.ts' },
      output: { entryFileNames: ({ name }) => (name === 'offline' ? offlineWorker : 'assets/[name]-[hash].js') },
    },
  },
})
