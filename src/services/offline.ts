/** Whether the page is kept for the next time without a network. */
export type Kept = 'kept' | 'not yet' | 'not here'

/** Keep the page, once it has nothing better to do; not where the reader saves data. */
export function keepOffline(script: string): void {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } }
  if (!('serviceWorker' in navigator) || connection?.saveData) return
  const keep = () => void navigator.serviceWorker.register(script).catch(() => {})
  if (document.readyState === 'complete') setTimeout(keep, idleMs)
  else addEventListener('load', () => setTimeout(keep, idleMs), { once: true })
}

/** The first pictures come first, and the first drags. */
const idleMs = 15_000

export async function keptOffline(): Promise<Kept> {
  if (!('serviceWorker' in navigator)) return 'not here'
  const registration = await navigator.serviceWorker.getRegistration()
  return registration?.active ? 'kept' : 'not yet'
}
