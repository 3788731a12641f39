/** Keys that work anywhere on the page: one table, for the listener and for the list that `?` shows. */
import { useEffect, useRef } from 'react'

export interface Shortcut {
  /** As `KeyboardEvent.key`, in lower case; `mod` is Ctrl, or ⌘ on a Mac. */
  readonly key: string
  readonly mod?: boolean
  readonly shift?: boolean
  readonly does: string
  act(): void
}

const singleKeys = 'propensity.single-keys'

/** Single letters can be switched off: speech input types them by accident (WCAG 2.1.4). */
export function singleKeysOn(): boolean {
  try {
    return localStorage.getItem(singleKeys) !== 'off'
  } catch {
    return true
  }
}

export function setSingleKeys(on: boolean): void {
  try {
    localStorage.setItem(singleKeys, on ? 'on' : 'off')
  } catch {
    // A browser that stores nothing forgets the choice with the visit.
  }
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]')) return
      const mod = event.ctrlKey || event.metaKey
      if (!mod && (isTyping(event.target) || (event.key.length === 1 && !singleKeysOn()))) return
      // Half-typed numbers have an undo of their own.
      if (mod && event.target instanceof HTMLElement && event.target.dataset.dirty) return
      const key = event.key.toLowerCase()
      const found = latest.current.find(
        (one) => one.key === key && (one.mod ?? false) === mod && (!mod || (one.shift ?? false) === event.shiftKey),
      )
      if (!found) return
      event.preventDefault()
      found.act()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

const textTypes = new Set(['text', 'search', 'number', 'email', 'url'])

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return textTypes.has(target.type)
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('select, textarea'))
}
