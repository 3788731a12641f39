/** Resolves the theme onto the document, where the style sheet and the plots read it. */
import { useEffect } from 'react'
import type { Theme } from '../../store/view'
import { useView } from '../studio'

const order: readonly Theme[] = ['auto', 'light', 'dark']

export function nextTheme(theme: Theme): Theme {
  return order[(order.indexOf(theme) + 1) % order.length]
}

/** Keeps `data-theme` on the root element at `light` or `dark`; `auto` follows the system. */
export function useDocumentTheme(): void {
  const theme = useView((view) => view.theme)
  useEffect(() => {
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme
    }
    apply()
    dark.addEventListener('change', apply)
    return () => dark.removeEventListener('change', apply)
  }, [theme])
}
