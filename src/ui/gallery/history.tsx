/** What was on the table before: kept in this browser only. */
import { useEffect, useState } from 'react'
import type { Past } from '../../store/persistence'
import { Dialog } from '../controls/dialog'
import { useStudio } from '../studio'

const when = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

export function History({ onClose }: { onClose(): void }) {
  const studio = useStudio()
  const [past, setPast] = useState<readonly Past[]>()
  useEffect(() => {
    studio.persistence.history().then(setPast)
  }, [studio])
  const open = ({ study }: Past) => {
    studio.open(study)
    onClose()
  }
  return (
    <Dialog title="Earlier studies" className="history" onClose={onClose}>
      <p className="muted">
        Studies that you changed and then replaced by another. They live in this browser only: save what you want to
        keep as a file, or copy its link.
      </p>
      {past?.length === 0 && <p>Nothing yet.</p>}
      <ul className="cards">
        {past?.map((item) => (
          <li key={item.atMs}>
            <button type="button" className="card" onClick={() => open(item)}>
              <strong>{item.study.title ?? 'Untitled'}</strong>
              <span className="card-about numeric">{when.format(item.atMs)}</span>
              <span className="card-text">{item.study.network.trim().slice(0, 200)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
