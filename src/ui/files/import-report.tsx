/** What the import of an SBML file did, item by item. */
import type { Deed, Import } from '../../network/sbml/import'
import { Dialog } from '../controls/dialog'
import { FoldedList } from '../controls/folded-list'

const headings: Readonly<Record<Deed, string>> = {
  refused: 'Refused',
  assumed: 'Assumed',
  converted: 'Converted',
  read: 'Read as it stands',
}

export function ImportReport({ imported, onClose }: { imported: Import; onClose(): void }) {
  const { title, text, items } = imported
  return (
    <Dialog title={`Import of ${title || 'an SBML file'}`} className="import-report" onClose={onClose}>
      {text === null ? (
        <p role="alert">It was not opened: what is refused below cannot be carried over without changing the model.</p>
      ) : (
        <p>It is open as a network text. Amounts are counts of molecules, and kinetic laws are propensities.</p>
      )}
      {(Object.keys(headings) as Deed[]).map((deed) => {
        const found = items.filter((item) => item.deed === deed)
        if (found.length === 0) return null
        return (
          <section key={deed} aria-label={headings[deed]}>
            <h3>
              {headings[deed]} ({found.length})
            </h3>
            <FoldedList
              className="import-items"
              items={found}
              render={({ where, line, what }, i) => (
                <li key={i}>
                  <strong>{where}</strong> <span className="muted">line {line}</span>: {what}
                </li>
              )}
            />
          </section>
        )
      })}
    </Dialog>
  )
}
