/** Name of the program and of the study; what concerns the whole study. */
import { useState } from 'react'
import { useStudies, useStudio, useView } from '../studio'
import { useCopy } from './copy'
import { Icon, type IconName } from './icons'
import { nextTheme } from './theme'

export type DialogName = 'gallery' | 'history' | 'microscope' | 'trust' | 'help'

export function TopBar({ onDialog }: { onDialog(name: DialogName): void }) {
  const studio = useStudio()
  const canUndo = useStudies((state) => state.canUndo)
  const canRedo = useStudies((state) => state.canRedo)
  const theme = useView((view) => view.theme)
  const { copied, copy } = useCopy()
  const { undo, redo } = studio.studies.getState()
  return (
    <header className="top-bar">
      <h1>Propensity</h1>
      <Title />
      <Tool icon="gallery" label="Gallery" wide title="Gallery and files (G)" onClick={() => onDialog('gallery')} />
      <Tool icon="undo" label="Undo" disabled={!canUndo} onClick={undo} />
      <Tool icon="redo" label="Redo" disabled={!canRedo} onClick={redo} />
      <Tool
        icon={copied ? 'tick' : 'link'}
        label={copied ? 'Link copied' : 'Copy link'}
        wide
        title="A link that gives the same numbers elsewhere (L)"
        onClick={() => copy(studio.link())}
      />
      <Tool
        icon="microscope"
        label="One event at a time"
        title="The algorithm under the microscope, one event at a time (M)"
        onClick={() => onDialog('microscope')}
      />
      <Tool icon="history" label="Earlier studies" onClick={() => onDialog('history')} />
      <Tool icon={theme} label={`Theme: ${theme}`} onClick={() => studio.view.getState().setTheme(nextTheme(theme))} />
      <Tool
        icon="shield"
        label="Trust"
        title="How the sampler did in the test suite"
        onClick={() => onDialog('trust')}
      />
      <Tool icon="help" label="Keyboard" onClick={() => onDialog('help')} />
    </header>
  )
}

/** The study's name, typed in place. */
function Title() {
  const { studies } = useStudio()
  const title = useStudies(({ study }) => study.title) ?? ''
  const [draft, setDraft] = useState<string>()
  const commit = () => {
    if (draft !== undefined) studies.getState().setTitle(draft.trim())
    setDraft(undefined)
  }
  return (
    <input
      type="text"
      className="study-title"
      aria-label="Name of the study"
      placeholder="Untitled"
      maxLength={200}
      data-dirty={draft === undefined ? undefined : true}
      value={draft ?? title}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        else if (event.key === 'Escape') setDraft(undefined)
      }}
    />
  )
}

interface ToolProps {
  readonly icon: IconName
  readonly label: string
  /** Shows its label where there is room. */
  readonly wide?: boolean
  readonly title?: string
  readonly disabled?: boolean
  onClick(): void
}

function Tool({ icon, label, wide, title, disabled, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className={wide ? 'tool' : 'tool icon quiet'}
      aria-label={label}
      title={title ?? label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {wide && <span className="tool-label">{label}</span>}
    </button>
  )
}
