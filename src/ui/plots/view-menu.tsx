import { useRef } from 'react'
import { useStudies, useStudio } from '../studio'
import { askedOf, viewsText } from './asked'
import { reveal } from './reveal'
import { views } from './views'

/** Adds and takes away views besides the standing panels. What is chosen is part of the study, and of its link. */
export function ViewMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const { studies, view: sight } = useStudio()
  const chosen = useStudies(({ study }) => askedOf(study).views.join()).split(',')
  const close = () => {
    if (menu.current) menu.current.open = false
    menu.current?.querySelector('summary')?.focus()
  }
  const toggle = (id: string) => {
    const { study, setView, setObserve } = studies.getState()
    const shown = askedOf(study).views
    const added = !shown.includes(id)
    setView(viewsText(added ? [...shown, id] : shown.filter((other) => other !== id)))
    const needs = views.find((view) => view.id === id)?.needs
    const observe = study.observe ?? ['moments', 'marginals']
    const [a, b] = sight.getState().joint
    // Of a network with one quantity there is no joint law.
    const wanted =
      needs === 'joint' ? (a !== b ? `joint:${a},${b}` : undefined) : needs === 'ledger' ? undefined : needs
    const there = observe.includes(wanted ?? '') || (needs === 'joint' && observe.includes(`joint:${b},${a}`))
    if (added && wanted !== undefined && !there) setObserve([...observe, wanted])
    close()
    if (added) requestAnimationFrame(() => reveal(`view:${id}`))
  }
  return (
    <details
      ref={menu}
      className="menu view-menu"
      onKeyDown={({ key }) => key === 'Escape' && close()}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary aria-label="Add a view">
        <span className="roomy">Add a view</span>
        <span className="tight">+ View</span>
      </summary>
      <div className="menu-list">
        {views.map(({ id, title, about }) => (
          <button key={id} type="button" aria-pressed={chosen.includes(id)} onClick={() => toggle(id)}>
            <strong>{title}</strong>
            <small>{about}</small>
          </button>
        ))}
      </div>
    </details>
  )
}
