/** A native modal dialog: the browser keeps the focus inside, Escape closes it, the page behind is inert. */
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Icon } from './icons'

interface DialogProps {
  readonly title: string
  readonly className?: string
  onClose(): void
  readonly children: ReactNode
}

/** Open as long as it is rendered. */
export function Dialog({ title, className, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog is a short cut; Escape is the keyboard's way
    <dialog
      ref={ref}
      className={className}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <div className="dialog-body">
        <header>
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon quiet" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
