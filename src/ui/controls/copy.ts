/** Copy a text, and say for a moment that it is done. */
import { useEffect, useState } from 'react'
import { useStudio } from '../studio'

/** How long "Copied" stands in for the button's own words. */
const shownMs = 1600

export function useCopy(): { copied: boolean; copy(text: string): Promise<void> } {
  const { notices } = useStudio()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      const short = text.length > 300 ? `${text.slice(0, 300)}…` : text
      notices.getState().say({ tone: 'warning', text: `The browser did not allow copying. Copy it by hand: ${short}` })
    }
  }
  return { copied, copy }
}
