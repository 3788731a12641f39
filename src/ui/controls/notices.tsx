/** Sentences that need the reader's eye, each with its way out. They wait to be dismissed, except mere news. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Notice, NoticeAction } from '../../store/notices'
import { download } from '../files/save'
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
  const { tone, text, actions = [], id } = notice
  const news = tone === 'info' && actions.length === 0
  const { notices } = useStudio()
  useEffect(() => {
    if (!news) return
    const timer = setTimeout(() => notices.getState().dismiss(id), newsMs)
    return () => clearTimeout(timer)
  }, [news, id, notices])
  const take = (action: NoticeAction) => {
    // What was saved may not have arrived where it was wanted: the notice stays.
    if ('file' in action) return download(action.file.name, action.file.text, 'application/json')
    action.run()
    onDismiss()
  }
  return (
    <div className="notice" data-tone={tone}>
      <p>{text}</p>
      <button type="button" className="icon quiet" aria-label="Dismiss this notice" onClick={onDismiss}>
        <Icon name="close" />
      </button>
      {actions.length > 0 && (
        <div className="notice-actions">
          {actions.map((action) => (
            <button key={action.label} type="button" onClick={() => take(action)}>
              {action.label}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
