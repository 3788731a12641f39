/** A part of the left column that can be folded. */
import type { ReactNode } from 'react'

interface SectionProps {
  readonly id: string
  readonly title: string
  readonly folded?: boolean
  readonly children: ReactNode
}

export function Section({ id, title, folded, children }: SectionProps) {
  return (
    <details className={`section section-${id}`} open={!folded}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {children}
    </details>
  )
}
