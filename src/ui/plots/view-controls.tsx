import { quantities } from '../../network/network'
import { NameOptions } from '../controls/name-options'
import { useStudies, useStudio, useView } from '../studio'
import { askedOf } from './asked'
import type { View } from './views'

/** What can be chosen about a view: the quantity it asks about, and the level that separates high from low. */
export function ViewControls({ view }: { view: View }) {
  const { studies } = useStudio()
  const first = useView(({ quantities: shown }) => shown[0])
  const network = useStudies(({ reading }) => reading.problem.network)
  const names = quantities(network)
  const wanted = useStudies(({ study }) => askedOf(study).quantity)
  const level = useStudies(({ study }) => askedOf(study).level)
  const margin = useStudies(({ study }) => askedOf(study).margin)
  const { setView } = studies.getState()
  return (
    <>
      {names.length > 1 && (
        <select
          className="choice"
          aria-label={`Quantity of the view ${view.title}`}
          value={wanted !== undefined && names.includes(wanted) ? wanted : first}
          onChange={({ target }) => setView({ of: target.value, level: undefined })}
        >
          <NameOptions names={names} chosen={wanted} />
        </select>
      )}
      {view.picks === 'level' && (
        <span className="choice">
          level
          <Field label="Level" value={level} placeholder="auto" onCommit={(value) => setView({ level: value })} />
          ±
          <Field
            label="Margin"
            value={margin || undefined}
            placeholder="0"
            onCommit={(value) => setView({ margin: value })}
          />
        </span>
      )}
    </>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: number | undefined
  /** What holds while nothing is typed. */
  readonly placeholder: string
  onCommit(value: number | undefined): void
}

/** A number, or nothing: then the view finds its own. */
function Field({ label, value, placeholder, onCommit }: FieldProps) {
  const commit = ({ value: text, valueAsNumber }: HTMLInputElement) => {
    const next = text === '' || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber
    if (next !== value) onCommit(next)
  }
  return (
    <input
      // A study that is opened brings its own.
      key={value}
      type="number"
      step="any"
      className="view-number"
      aria-label={label}
      placeholder={placeholder}
      defaultValue={value}
      onBlur={({ currentTarget }) => commit(currentTarget)}
      onKeyDown={({ key, currentTarget }) => key === 'Enter' && commit(currentTarget)}
    />
  )
}
