import { useId, useMemo, useState } from 'react'
import { readCondition } from '../../network/condition'
import type { Fix } from '../../network/diagnostics'
import { useStudies, useStudio } from '../studio'

/** A condition on counts, read by the network's parser while it is typed; Enter asks it. */
export function ConditionField() {
  const { studies } = useStudio()
  const network = useStudies(({ good }) => good.network)
  const first = useStudies(({ reading }) => reading.problem.network.species[0]?.name ?? 'X')
  const asked = useStudies(({ study }) => (typeof study.view?.to === 'string' ? study.view.to : ''))
  const [draft, setDraft] = useState<string>()
  const id = useId()
  const text = draft ?? asked
  const wrong = useMemo(() => {
    if (text.trim() === '') return undefined
    return readCondition(network, text).diagnostics.find(({ severity }) => severity === 'error')
  }, [network, text])
  const commit = () => {
    if (draft === undefined || wrong) return
    setDraft(undefined)
    if (draft.trim() !== asked) studies.getState().setView({ to: draft.trim() || undefined })
  }
  const apply = ({ offset, length, insert }: Fix) =>
    setDraft(text.slice(0, offset) + insert + text.slice(offset + length))
  return (
    <span className="choice condition">
      <label>
        when{' '}
        <input
          type="text"
          className="condition-field"
          aria-label="Condition to be reached"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? id : undefined}
          placeholder={`${first} >= 25`}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={({ target }) => setDraft(target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
            else if (event.key === 'Escape' && draft !== undefined) {
              event.stopPropagation()
              setDraft(undefined)
            }
          }}
        />
      </label>
      {wrong && (
        <span className="field-problem" id={id} role="alert">
          Column {wrong.column}: {wrong.message}{' '}
          {wrong.fixes.map((fix) => (
            <button
              key={fix.label}
              type="button"
              className="link"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => apply(fix)}
            >
              {fix.label}
            </button>
          ))}
        </span>
      )}
    </span>
  )
}
