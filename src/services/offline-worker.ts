/**
 * The page without a network: a service worker that keeps every file of one build, and isolates the page from other
 * sites where its host does not, so that threads may share memory (both headers are the host's to send, but a
 * static host often cannot).
 */

/** What is used of the global object of a service worker. */
export interface OfflineScope {
  readonly caches: CacheStorage
  readonly location: { readonly origin: string; readonly href: string }
  readonly clients: { claim(): Promise<void> }
  fetch(request: Request | string): Promise<Response>
  addEventListener(type: 'install' | 'activate', act: (event: Extendable) => void): void
  addEventListener(type: 'fetch', act: (event: Extendable & Answerable) => void): void
}

interface Extendable {
  waitUntil(work: Promise<unknown>): void
}

interface Answerable {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** One build: every file's address, relative to the worker's, and a name that changes with any of them. */
export interface Build {
  readonly version: string
  readonly files: readonly string[]
}

/** The one document. */
const page = 'index.html'
/** Caches of other builds begin with it, too. */
const prefix = 'propensity-'
/** Its name holds a digest of its content: the same address always has the same content. */
const immutable = /-[\w-]{8}\.\w+$/
/** A network that takes longer counts as none, where there is an older answer. */
const patienceMs = 4000

/** Answers requests for the page's own files. A file whose name tells its content comes from the cache, any other anew if it can. */
export function serveOffline(scope: OfflineScope, { version, files }: Build): void {
  const name = `${prefix}${version}`
  scope.addEventListener('install', (event) => {
    // Not taken over before the pages of an older build are closed: they may still need its files.
    event.waitUntil(fetchAll(scope, name, files))
  })
  scope.addEventListener('activate', (event) => {
    event.waitUntil(forget(scope, name).then(() => scope.clients.claim()))
  })
  scope.addEventListener('fetch', (event) => {
    const { request } = event
    if (request.method !== 'GET' || new URL(request.url).origin !== scope.location.origin) return
    event.respondWith(answer(scope, name, request).then((response) => isolate(request, response)))
  })
}

/** One by one: whoever drags a slider meanwhile should not feel it. */
async function fetchAll(scope: OfflineScope, name: string, files: readonly string[]): Promise<void> {
  const cache = await scope.caches.open(name)
  for (const file of files) await cache.add(address(scope, file))
}

function address(scope: OfflineScope, file: string): string {
  return new URL(file, scope.location.href).href
}

async function forget(scope: OfflineScope, name: string): Promise<void> {
  const names = await scope.caches.keys()
  await Promise.all(names.filter((n) => n.startsWith(prefix) && n !== name).map((n) => scope.caches.delete(n)))
}

async function answer(scope: OfflineScope, name: string, request: Request): Promise<Response> {
  const cache = await scope.caches.open(name)
  // A study's name in the query does not make another page.
  const known = await cache.match(request.mode === 'navigate' ? address(scope, page) : request, { ignoreSearch: true })
  if (!known || immutable.test(new URL(request.url).pathname)) return known ?? scope.fetch(request)
  const fresh = scope.fetch(request)
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs))
  try {
    const response = await Promise.race([fresh, late])
    return response?.ok ? response : known
  } catch {
    return known
  } finally {
    fresh.catch(() => {})
  }
}

/** Documents and workers carry the isolation; everything else is the page's own. */
function isolate({ destination }: Request, response: Response): Response {
  if (!['document', 'worker', 'sharedworker'].includes(destination)) return response
  const headers = new Headers(response.headers)
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-embedder-policy', 'require-corp')
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}
