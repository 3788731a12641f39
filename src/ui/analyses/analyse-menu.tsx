import { useRef } from 'react'
import type { Kind } from '../../analysis/inquiry'
import { askedAnalyses } from '../../store/inquiries'
import { reveal } from '../plots/reveal'
import { useStudies, useStudio } from '../studio'
import { offers, panelOf } from './kinds'

/** The one place where analyses are asked for. What is chosen is part of the study, and of its link. */
export function AnalyseMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const { studies, inference, map, ensemble } = useStudio()
  const chosen = useStudies(({ study }) => askedAnalyses(study).join()).split(',')
  const close = () => {
    if (menu.current) menu.current.open = false
    menu.current?.querySelector('summary')?.focus()
  }
  const leave = (open: () => void) => {
    close()
    open()
  }
  const toggle = (kind: Kind) => {
    const { study, setView } = studies.getState()
    const asked = askedAnalyses(study)
    const added = !asked.includes(kind)
    const next = added ? [...asked, kind] : asked.filter((other) => other !== kind)
    setView({ analyses: next.length ? next.join() : undefined })
    close()
    if (added) requestAnimationFrame(() => reveal(panelOf(kind), true))
  }
  return (
    <details
      ref={menu}
      className="menu view-menu analyse-menu"
      onKeyDown={({ key }) => key === 'Escape' && close()}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary title="Solve for times, rates, sensitivities and distances (A)">Analyse</summary>
      <div className="menu-list">
        {offers.map(({ kind, title, about }) => (
          <button key={kind} type="button" aria-pressed={chosen.includes(kind)} onClick={() => toggle(kind)}>
            <strong>{title}</strong>
            <small>{about}</small>
          </button>
        ))}
        <button type="button" onClick={() => leave(() => inference.getState().show(true))}>
          <strong>Infer parameters from data … (I)</strong>
          <small>What do measured cells or time courses say of the rates? Posteriors, each with its error</small>
        </button>
        <button type="button" onClick={() => leave(() => map.getState().show(true))}>
          <strong>Map over two parameters … (P)</strong>
          <small>Where is the law bimodal, where is it noisy? Click the map to go there</small>
        </button>
        <button type="button" onClick={() => leave(() => ensemble.getState().show(true))}>
          <strong>Paths of learnt hops … (N)</strong>
          <small>Whole ensembles hop by hop, as a network has learnt the hops; beside exact paths</small>
        </button>
      </div>
    </details>
  )
}

/** Opens the menu, for the keyboard. */
export function openAnalyses(): void {
  const menu = document.querySelector<HTMLDetailsElement>('.analyse-menu')
  if (!menu) return
  menu.open = true
  menu.querySelector<HTMLElement>('.menu-list button')?.focus()
}
