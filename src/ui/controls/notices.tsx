/** Sentences that need the reader's eye, each with its way out. They wait to be dismissed, except mere news. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Notice } from '../../store/notices'
import { useStudio } from '../studio'
import { Icon } from './icons'

/** News goes by itself; warnings and errors stay, and what can be stopped as long as it lasts. */
const newsMs = 6000

export function NoticeList() {
  const studio = useStudio()
  const notices = useStore(studio.notices, (state) => state.notices)
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <NoticeItem key={notice.id} notice={notice} onDismiss={() => studio.notices.getState().dismiss(notice.id)} />
      ))}
    </section>
  )
}

function NoticeItem({ notice, onDismiss }: { notice: Notice; onDismiss(): void }) {
  const { tone, text, action, id } = notice
  const { notices } = useStudio()
  useEffect(() => {
    if (tone !== 'info' || action) return
    const timer = setTimeout(() => notices.getState().dismiss(id), newsMs)
    return () => clearTimeout(timer)
  }, [tone, action, id, notices])
  return (
    <div className="notice" data-tone={tone}>
      <p>{text}</p>
      {action && (
        <button
          type="button"
          onClick={() => {
            action.run()
            onDismiss()
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" className="icon quiet" aria-label="Dismiss this notice" onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  )
}
