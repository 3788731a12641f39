/** A static file server for the built page: this machine only, right types, the page's security headers. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** Serve `folder`; resolves to the server and its address. Port 0 takes any free one. */
export async function serve(folder, port = 0) {
  const base = resolve(folder)
  const policy = policyOf(await readFile(join(base, 'index.html'), 'utf8'))
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      let path = normalize(join(base, decodeURIComponent(pathname)))
      if (path !== base && !path.startsWith(base + sep)) throw new Error('outside the folder')
      if ((await stat(path)).isDirectory()) path = join(path, 'index.html')
      const { size } = await stat(path)
      const hashed = /-[\w-]{8}\.\w+$/.test(path)
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-length': size,
        'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        'x-content-type-options': 'nosniff',
        // Isolated from other sites, so that the page's threads may share memory.
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        ...(policy && { 'content-security-policy': policy }),
      })
      if (request.method === 'HEAD') response.end()
      else createReadStream(path).pipe(response)
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found')
    }
  })
  await new Promise((done, fail) => server.once('error', fail).listen(port, 'localhost', done))
  return { server, address: `http://localhost:${server.address().port}/` }
}

/** The policy the build wrote into the page, so that header and page cannot differ. */
function policyOf(html) {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve(process.argv[2] ?? 'dist', Number(process.argv[3] ?? 0))
  console.log(address)
}
