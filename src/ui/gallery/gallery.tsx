/** Ready-made studies, each with the figure it is for; and studies from files. */
import { type MouseEvent, useEffect, useRef, useState } from 'react'
import type { Import } from '../../network/sbml/import'
import { Dialog } from '../controls/dialog'
import { Icon } from '../controls/icons'
import { fileTypes, openFile, openStudy } from '../files/open'
import { saveStudy, saveText } from '../files/save'
import { useStudio } from '../studio'
import type { Card } from './catalogue'

type Catalogue = typeof import('./catalogue')

interface GalleryProps {
  onClose(): void
  onImport(imported?: Import): void
}

export function Gallery({ onClose, onImport }: GalleryProps) {
  const studio = useStudio()
  const [catalogue, setCatalogue] = useState<Catalogue | 'missing'>()
  const [query, setQuery] = useState('')
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // On a touch screen the keyboard would cover the cards.
    if (window.matchMedia('(pointer: fine)').matches) search.current?.focus()
    import('./catalogue').then(setCatalogue, () => setCatalogue('missing'))
  }, [])
  const found = catalogue && catalogue !== 'missing' ? catalogue.findCards(query) : []
  const chapters = catalogue && catalogue !== 'missing' ? catalogue.chaptersOf(found) : []
  const open = ({ study }: Card) => {
    openStudy(studio, study)
    onClose()
  }
  return (
    <Dialog title="Gallery" className="gallery" onClose={onClose}>
      <div className="gallery-tools">
        <input
          ref={search}
          type="search"
          aria-label="Search the gallery"
          placeholder="Search: toggle, dimerisation, oscillator…"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && found.length > 0 && open(found[0])}
        />
        <FileTools onDone={onClose} onImport={onImport} />
      </div>
      {catalogue === 'missing' && (
        <p role="alert">The gallery could not be fetched. Is the line down? Close and try again.</p>
      )}
      {catalogue === undefined && <p className="muted">Fetching…</p>}
      {catalogue && found.length === 0 && catalogue !== 'missing' && (
        <p className="muted">No study mentions “{query}”. Try the name of a species, an effect or an author.</p>
      )}
      {chapters.length > 1 && (
        <nav className="gallery-topics" aria-label="Topics">
          {chapters.map(({ topic, cards }) => (
            <a key={topic} href={`#${anchorOf(topic)}`} onClick={(event) => follow(event, topic)}>
              {topic} <span className="muted">{cards.length}</span>
            </a>
          ))}
        </nav>
      )}
      {chapters.map(({ topic, cards }) => (
        <section key={topic} aria-labelledby={anchorOf(topic)}>
          <h3 id={anchorOf(topic)} tabIndex={-1}>
            {topic}
          </h3>
          <ul className="cards">
            {cards.map((card) => (
              <li key={card.name}>
                <button type="button" className="card" onClick={() => open(card)}>
                  <strong>{card.study.title ?? card.name}</strong>
                  {card.study.about && <span className="card-about">{card.study.about}</span>}
                  {card.study.figure && <span className="card-figure">Figure: {card.study.figure}</span>}
                  {card.study.cite && <span className="card-cite">{card.study.cite}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  )
}

const anchorOf = (topic: string) => `topic-${topic.toLowerCase().replace(/[^a-z]+/g, '-')}`

/** Go to a chapter within the dialog: the page's address is the study's. */
function follow(event: MouseEvent, topic: string): void {
  event.preventDefault()
  const heading = document.getElementById(anchorOf(topic))
  heading?.scrollIntoView({ block: 'start' })
  heading?.focus({ preventScroll: true })
}

function FileTools({ onDone, onImport }: { onDone(): void; onImport(imported?: Import): void }) {
  const studio = useStudio()
  const chooser = useRef<HTMLInputElement>(null)
  const choose = async (file?: File) => {
    if (!file) return
    onDone()
    onImport(await openFile(studio, file))
  }
  return (
    <div className="file-tools">
      <input
        ref={chooser}
        type="file"
        hidden
        accept={fileTypes}
        onChange={(event) => choose(event.target.files?.[0])}
      />
      <button
        type="button"
        onClick={() => chooser.current?.click()}
        title="A .study.json, a network text or SBML; or drop it anywhere on the page"
      >
        <Icon name="open" /> Open a file
      </button>
      <button type="button" onClick={() => saveStudy(studio)} title="Everything that makes these numbers: .study.json">
        <Icon name="save" /> Save the study
      </button>
      <button type="button" onClick={() => saveText(studio)} title="The network as text: .crn">
        <Icon name="save" /> Save the text
      </button>
    </div>
  )
}
