/** Sentences for the user, each with the way out. */
import { createStore, type StoreApi } from 'zustand/vanilla'

/** A way out: something is done, or a file is saved. */
export type NoticeAction =
  | { readonly label: string; run(): void }
  | { readonly label: string; readonly file: { readonly name: string; readonly text: string } }

export interface Notice {
  readonly id: number
  readonly tone: 'info' | 'warning' | 'error'
  /** Plain text, also when it quotes a hostile link. */
  readonly text: string
  readonly actions?: readonly NoticeAction[]
}

export interface NoticesState {
  readonly notices: readonly Notice[]
  /** The same text is not said twice at a time. */
  say(notice: Omit<Notice, 'id'>): void
  dismiss(id: number): void
}

export type Notices = StoreApi<NoticesState>

/** More than this nobody reads: the oldest go. */
const maxNotices = 5

export function createNotices(): Notices {
  let ids = 0
  return createStore<NoticesState>()((set) => ({
    notices: [],
    say: (notice) =>
      set(({ notices }) => ({
        notices: [...notices.filter(({ text }) => text !== notice.text), { ...notice, id: ++ids }].slice(-maxNotices),
      })),
    dismiss: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
  }))
}
