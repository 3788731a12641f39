/** The browser's windows: their names in the session, what is theirs by a lock, and marks that outlive a crash. */
import type { Windows } from './drafts'

const nameKey = 'propensity:window'
const markKey = (name: string) => `propensity:opening:${name}`

export function browserWindows(): Windows {
  return {
    before: attempt(() => sessionStorage.getItem(nameKey)) ?? undefined,
    fresh: () => [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('-'),
    claim(name) {
      attempt(() => sessionStorage.setItem(nameKey, name))
      const locks = attempt(() => navigator.locks)
      // Without locks each window believes that it is alone.
      if (!locks) return Promise.resolve(true)
      return new Promise((resolve) => {
        const hold = (lock: Lock | null) => {
          resolve(lock !== null)
          // Until the window closes, in whatever way.
          return lock ? new Promise<void>(() => {}) : undefined
        }
        locks.request(`propensity:${name}`, { ifAvailable: true }, hold).catch(() => resolve(true))
      })
    },
    mark(name, atMs) {
      attempt(() =>
        atMs === undefined ? localStorage.removeItem(markKey(name)) : localStorage.setItem(markKey(name), `${atMs}`),
      )
    },
    marked(name) {
      const text = attempt(() => localStorage.getItem(markKey(name)))
      return text ? Number(text) : undefined
    },
  }
}

/** Storage that a browser denies throws when it is only looked at. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
