/**
 * Long texts are read in slices between which the page lives; a newer text takes the place of the one under way. When
 * one is read, the parser has it at once, and whoever asked goes on.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { parseInSteps } from '../network/parse'
import { openBreath } from '../services/breath'

export interface ReadingState {
  /** Of the text under way, about: every pass over it counts. */
  readonly progress?: { readonly lines: number; readonly of: number }
}

export interface TextReader extends StoreApi<ReadingState> {
  /** Resolves to true when `text` is read, to false when another took its place or `stop` was called. */
  read(text: string): Promise<boolean>
  stop(): void
}

/** A shorter text is read within a few milliseconds, at once. */
export const longText = 40_000
/** How long a slice may take; a frame of the screen is 16. */
const sliceMs = 8

export function createReader(): TextReader {
  const store = createStore<ReadingState>()(() => ({}))
  let newest = 0

  async function read(text: string): Promise<boolean> {
    const own = ++newest
    store.setState({ progress: undefined })
    if (text.length < longText) return true
    const breath = openBreath()
    const of = text.split('\n').length
    try {
      const steps = parseInSteps(text)
      let slice = performance.now()
      for (let step = steps.next(); !step.done; step = steps.next()) {
        const now = performance.now()
        if (now - slice < sliceMs) continue
        store.setState({ progress: { lines: Math.floor(step.value * of), of } })
        await breath.breathe()
        if (own !== newest) return false
        slice = performance.now()
      }
      return true
    } finally {
      breath.close()
      if (own === newest) store.setState({ progress: undefined })
    }
  }

  return Object.assign(store, {
    read,
    stop() {
      newest++
      store.setState({ progress: undefined })
    },
  })
}
