/** A number that can be typed in any decimal form, nudged with the arrow keys, and is never half a number. */
import { type KeyboardEvent, useId, useState } from 'react'
import { nudge, readNumber, tidy, writeNumber } from './numbers'

export interface NumberFieldProps {
  /** Said by screen readers; shown beside the field by whoever places it. */
  readonly label: string
  readonly value: number
  onCommit(value: number): void
  readonly id?: string
  readonly integer?: boolean
  readonly min?: number
  readonly max?: number
  readonly title?: string
  /** Said below the field when the study cannot be read because of it. */
  readonly problem?: string
}

export function NumberField({ label, value, onCommit, id, integer, min, max, title, problem }: NumberFieldProps) {
  const [draft, setDraft] = useState<string>()
  const problemId = useId()
  const read = draft === undefined ? value : readNumber(draft)
  const wrong = explain(read, { integer, min, max }) ?? problem

  const commit = () => {
    if (draft === undefined || read === undefined || explain(read, { integer, min, max })) return
    setDraft(undefined)
    if (read !== value) onCommit(read)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (event.key === 'Enter') commit()
    else if (event.key === 'Escape' && draft !== undefined) {
      event.stopPropagation()
      setDraft(undefined)
    } else if (direction && read !== undefined) {
      event.preventDefault()
      const step = (integer ? 1 : nudge(read)) * (event.shiftKey ? 10 : 1)
      const next = tidy(Math.min(max ?? Infinity, Math.max(min ?? -Infinity, read + direction * step)))
      setDraft(undefined)
      if (next !== value) onCommit(next)
    }
  }
  return (
    <>
      <input
        type="text"
        id={id}
        className="number-field numeric"
        inputMode={integer ? 'numeric' : 'decimal'}
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? problemId : undefined}
        title={title}
        data-dirty={draft === undefined ? undefined : true}
        value={draft ?? writeNumber(value)}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={commit}
        onKeyDown={onKeyDown}
      />
      {wrong && (
        <p className="field-problem" id={problemId}>
          {wrong}
        </p>
      )}
    </>
  )
}

function explain(
  value: number | undefined,
  { integer, min, max }: Pick<NumberFieldProps, 'integer' | 'min' | 'max'>,
): string | undefined {
  if (value === undefined) return 'Type a number such as 12, 0.5 or 1e-3; Escape brings the old one back.'
  if (integer && !Number.isInteger(value)) return 'A whole number is needed here.'
  if (min !== undefined && value < min) return `At least ${writeNumber(min)}.`
  if (max !== undefined && value > max) return `At most ${writeNumber(max)}.`
  return undefined
}
