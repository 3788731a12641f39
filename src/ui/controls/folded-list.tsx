/** A list that shows its beginning: a text may declare more than a screen can bear. */
import { type ReactNode, useState } from 'react'
import { grouped } from '../figure/ticks'

/** Shown at first, and added by each press. */
const page = 60

interface FoldedListProps<T> {
  readonly className: string
  readonly items: readonly T[]
  render(item: T, index: number): ReactNode
}

export function FoldedList<T>({ className, items, render }: FoldedListProps<T>) {
  const [shown, setShown] = useState(page)
  if (items.length === 0) return null
  return (
    <>
      <ul className={className}>{items.slice(0, shown).map(render)}</ul>
      {items.length > shown && (
        <button type="button" className="link" onClick={() => setShown(shown + page)}>
          Show more ({grouped(items.length - shown)} left)
        </button>
      )}
    </>
  )
}
