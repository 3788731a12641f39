/** What this study shows, in its author's words. */
import { useStudies } from '../studio'
import { Section } from './section'

export function About() {
  const about = useStudies(({ study }) => study.about)
  const figure = useStudies(({ study }) => study.figure)
  const cite = useStudies(({ study }) => study.cite)
  if (!about && !figure && !cite) return null
  return (
    <Section id="about" title="About this study" folded>
      {about && <p>{about}</p>}
      {figure && <p className="muted">Figure: {figure}</p>}
      {cite && (
        <p className="muted">
          <WithDois text={cite} />
        </p>
      )}
    </Section>
  )
}

const doi = /(10\.\d{4,9}\/[^\s;,]*[\w)])/

/** The text may come from anybody's link: only identifiers become links, and only to the resolver. */
function WithDois({ text }: { text: string }) {
  return text.split(doi).map((piece, k) =>
    k % 2 ? (
      <a key={piece} href={`https://doi.org/${encodeURI(piece)}`} target="_blank" rel="noreferrer">
        {piece}
      </a>
    ) : (
      piece
    ),
  )
}
