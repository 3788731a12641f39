/** The worker against a network and a cache that are maps, in Node. */
import { describe, expect, it } from 'vitest'
import { type OfflineScope, serveOffline } from './offline-worker'

const origin = 'https://example.org'
const build = { version: 'new', files: ['index.html', 'assets/index-12345678.js', 'studies/toggle.json'] }

/** A page at `origin`/studio/; `online.files` is what its host has, by path below /studio/. */
function setUp() {
  const online = { files: new Map(build.files.map((file) => [file, `first ${file}`])), up: true, asked: [] as string[] }
  const stores = new Map<string, Map<string, string>>([
    ['propensity-old', new Map()],
    ['another site', new Map()],
  ])
  const acts = new Map<string, (event: never) => void>()
  const bare = (address: string) => address.replace(/[?#].*/, '')
  const fetch = async (request: Request | string) => {
    const path = bare(typeof request === 'string' ? request : request.url).replace(`${origin}/studio/`, '')
    online.asked.push(path)
    if (!online.up) throw new TypeError('no network')
    const body = online.files.get(path || 'index.html')
    return new Response(body ?? 'not found', { status: body === undefined ? 404 : 200 })
  }
  const open = async (name: string) => {
    const store = stores.get(name) ?? new Map<string, string>()
    stores.set(name, store)
    return {
      add: async (file: string) => void store.set(file, await (await fetch(file)).text()),
      match: async (request: Request | string) => {
        const body = store.get(bare(typeof request === 'string' ? request : request.url))
        return body === undefined ? undefined : new Response(body)
      },
    }
  }
  const caches = { open, keys: async () => [...stores.keys()], delete: async (name: string) => stores.delete(name) }
  const scope = {
    caches,
    location: { origin, href: `${origin}/studio/offline.js` },
    clients: { claim: async () => {} },
    fetch,
    addEventListener: (type: string, act: (event: never) => void) => void acts.set(type, act),
  } as unknown as OfflineScope
  serveOffline(scope, build)
  const happen = async (type: string) => {
    let work: Promise<unknown> = Promise.resolve()
    acts.get(type)?.({ waitUntil: (w: Promise<unknown>) => (work = w) } as never)
    await work
  }
  const ask = async (path: string, like: Partial<Request> = {}): Promise<Response | undefined> => {
    let response: Promise<Response> | undefined
    const request = {
      url: new URL(path, `${origin}/studio/`).href,
      method: 'GET',
      mode: 'cors',
      destination: '',
      ...like,
    }
    acts.get('fetch')?.({ request, respondWith: (r: Promise<Response>) => (response = r) } as never)
    return response
  }
  return { online, stores, happen, ask }
}

const document = { mode: 'navigate', destination: 'document' } as const

describe('the page without a network', () => {
  it('opens whole, whichever study is asked for', async () => {
    const { online, happen, ask } = setUp()
    await happen('install')
    await happen('activate')
    online.up = false
    for (const address of ['', '?study=toggle', 'index.html']) {
      expect(await (await ask(address, document))?.text()).toBe('first index.html')
    }
    expect(await (await ask('studies/toggle.json'))?.text()).toBe('first studies/toggle.json')
  })

  it('says so where nothing is kept', async () => {
    const { online, happen, ask } = setUp()
    await happen('install')
    online.up = false
    await expect(ask('elsewhere.json')).rejects.toThrow('no network')
  })
})

describe('the page with a network', () => {
  it('is the newest, and the kept one where the host fails; what cannot change is not asked for', async () => {
    const { online, happen, ask } = setUp()
    await happen('install')
    for (const file of build.files) online.files.set(file, `second ${file}`)
    online.asked = []
    expect(await (await ask('', document))?.text()).toBe('second index.html')
    expect(await (await ask('assets/index-12345678.js'))?.text()).toBe('first assets/index-12345678.js')
    expect(online.asked).toEqual([''])
    online.files.clear()
    expect(await (await ask('', document))?.text()).toBe('first index.html')
  })

  it('is isolated, as are its workers, and nothing else', async () => {
    const { happen, ask } = setUp()
    await happen('install')
    const policy = async (like: Partial<Request>) =>
      (await ask('assets/index-12345678.js', like))?.headers.get('cross-origin-embedder-policy')
    expect(await policy(document)).toBe('require-corp')
    expect(await policy({ destination: 'worker' })).toBe('require-corp')
    expect(await policy({ destination: 'script' })).toBeNull()
  })

  it('leaves other sites and what is sent alone', async () => {
    const { ask } = setUp()
    expect(await ask('https://elsewhere.org/x')).toBeUndefined()
    expect(await ask('studies/toggle.json', { method: 'POST' })).toBeUndefined()
  })

  it("forgets older builds, and nobody else's files", async () => {
    const { stores, happen } = setUp()
    await happen('install')
    await happen('activate')
    expect([...stores.keys()]).toEqual(['another site', 'propensity-new'])
  })
})
