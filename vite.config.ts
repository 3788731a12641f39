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

/** Isolates the page from other sites, so that its threads may share memory; `scripts/serve.mjs` sends the same. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

export default defineConfig({
  // Relative addresses: the built folder works under any path of any static host.
  base: './',
  plugins: [react(), contentSecurityPolicy()],
  // Two dependencies of plotly.js ask for Node's name of the global object.
  define: { global: 'globalThis' },
  worker: { format: 'es' },
  server: { headers: isolated },
  preview: { headers: isolated },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
})
