/** The studio's page: the study on the left, its answers on the right, the runs below. */
import { lazy, Suspense, useState } from 'react'
import type { Import } from '../network/sbml/import'
import { openAnalyses } from './analyses/analyse-menu'
import { Boundary } from './boundary'
import { About } from './controls/about'
import { Announcer } from './controls/announcer'
import { useCopy } from './controls/copy'
import { Help } from './controls/help'
import { Initial } from './controls/initial'
import { Method } from './controls/method'
import { NoticeList } from './controls/notices'
import { Parameters } from './controls/parameters'
import { RunBar } from './controls/run-bar'
import { Section } from './controls/section'
import { rerollSeed, SeedChip } from './controls/seed'
import { type Shortcut, useShortcuts } from './controls/shortcuts'
import { nextTheme, useDocumentTheme } from './controls/theme'
import { Times } from './controls/times'
import { type DialogName, TopBar } from './controls/top-bar'
import { Reactions } from './editor/reactions'
import { DropZone } from './files/drop'
import { saveStudy } from './files/save'
import { Gallery } from './gallery/gallery'
import { History } from './gallery/history'
import { Plots } from './plots/plots'
import { useEnsemble, useInference, useMap, useStudies, useStudio } from './studio'

const ImportReport = lazy(async () => ({ default: (await import('./files/import-report')).ImportReport }))
const Trust = lazy(async () => ({ default: (await import('./trust/trust')).Trust }))
const Editor = lazy(async () => ({ default: (await import('./editor/editor')).Editor }))

const Infer = lazy(async () => ({ default: (await import('./inference/infer')).Infer }))
const MapDialog = lazy(async () => ({ default: (await import('./maps/map-dialog')).MapDialog }))
const Ensembles = lazy(async () => ({ default: (await import('./ensembles/ensembles')).Ensembles }))
const Microscope = lazy(async () => ({ default: (await import('./microscope/microscope')).Microscope }))

export function App() {
  const [dialog, setDialog] = useState<DialogName>()
  const [imported, setImported] = useState<Import>()
  const inferring = useInference(({ open }) => open)
  const mapping = useMap(({ open }) => open)
  const hopping = useEnsemble(({ open }) => open)
  const shortcuts = useStudioShortcuts(setDialog)
  useDocumentTheme()
  useShortcuts(shortcuts)
  const close = () => setDialog(undefined)
  return (
    <div className="shell">
      <a className="skip" href="#answers">
        Skip to the plots
      </a>
      <TopBar onDialog={setDialog} />
      <section className="left" aria-label="Study">
        <About />
        <Section id="text" title="Network">
          <Boundary part="The editor">
            <Suspense fallback={<PlainText />}>
              <Editor />
            </Suspense>
          </Boundary>
        </Section>
        <Parameters />
        <Reactions />
        <Initial />
        <Section id="run" title="Times and seed">
          <Times />
          <SeedChip />
        </Section>
        <Method />
      </section>
      <main className="right" id="answers" tabIndex={-1} aria-label="Answers">
        <Boundary part="The plots">
          <Plots />
        </Boundary>
      </main>
      <RunBar />
      <NoticeList />
      <Announcer />
      <DropZone onImport={setImported} />
      {dialog === 'gallery' && <Gallery onClose={close} onImport={setImported} />}
      {imported && (
        <Suspense>
          <ImportReport imported={imported} onClose={() => setImported(undefined)} />
        </Suspense>
      )}
      {dialog === 'trust' && (
        <Suspense>
          <Trust onClose={close} />
        </Suspense>
      )}
      {dialog === 'history' && <History onClose={close} />}
      {dialog === 'microscope' && (
        <Suspense fallback={null}>
          <Microscope onClose={close} />
        </Suspense>
      )}
      {(inferring || mapping || hopping) && (
        <Suspense fallback={null}>
          {inferring && <Infer />}
          {mapping && <MapDialog />}
          {hopping && <Ensembles />}
        </Suspense>
      )}
      {dialog === 'help' && <Help shortcuts={shortcuts} onClose={close} />}
    </div>
  )
}

/** The text as it stands, until the editor has arrived. */
function PlainText() {
  const text = useStudies(({ study }) => study.network)
  return <pre className="editor plain-text">{text}</pre>
}

function useStudioShortcuts(onDialog: (name: DialogName) => void): Shortcut[] {
  const studio = useStudio()
  const { copy } = useCopy()
  const { undo, redo } = studio.studies.getState()
  const view = () => studio.view.getState()
  return [
    { key: 'z', mod: true, does: 'undo', act: undo },
    { key: 'z', mod: true, shift: true, does: 'redo', act: redo },
    { key: 's', mod: true, does: 'save the study as a file', act: () => saveStudy(studio) },
    { key: 'g', does: 'open the gallery, or a file', act: () => onDialog('gallery') },
    { key: 'h', does: 'earlier studies', act: () => onDialog('history') },
    { key: 'm', does: 'one event at a time, under the microscope', act: () => onDialog('microscope') },
    { key: 'a', does: 'analyse: times, rates, sensitivities, distances', act: openAnalyses },
    { key: 'i', does: 'infer parameters from measurements', act: () => studio.inference.getState().show(true) },
    { key: 'p', does: 'map a law over two parameters', act: () => studio.map.getState().show(true) },
    { key: 'n', does: 'paths of hops that were learnt', act: () => studio.ensemble.getState().show(true) },
    { key: 'e', does: 'edit the network text', act: focusEditor },
    { key: 'r', does: 'draw a new seed', act: () => rerollSeed(studio) },
    { key: 'l', does: 'copy the link', act: () => copy(studio.link()) },
    { key: 't', does: 'change the theme', act: () => view().setTheme(nextTheme(view().theme)) },
    { key: 'escape', does: 'cancel the runs', act: () => studio.runs.getState().cancel() },
    { key: '?', does: 'show this list', act: () => onDialog('help') },
  ]
}

function focusEditor(): void {
  document.querySelector<HTMLElement>('.editor [contenteditable]')?.focus()
}
