/** The options of one lane: a loop over its schema, the advanced ones folded away. */
import { useId } from 'react'
import type { Solver } from '../../solvers/contract'
import { lanesOf } from '../../solvers/lanes'
import { applies, type OptionField } from '../../solvers/options'
import { grouped, number } from '../figure/ticks'
import { useStudies, useStudio } from '../studio'
import { NumberField } from './number-field'
import { optionProblem, studyOptions } from './study-options'

export function OptionsForm({ solver, lane, title, full, removable }: OptionsFormProps) {
  const given = useStudies(({ study }) => studyOptions(study, lane))
  const all = solver.options.fields
  const valueNow = (name: string) => given?.[name] ?? all.find((field) => field.name === name)?.default
  const fields = all.filter((field) => applies(field, valueNow))
  const advanced = fields.filter((field) => field.advanced)
  if (fields.length === 0) return null
  return (
    <fieldset className="options">
      <legend>{title}</legend>
      <Variants lane={lane} title={title} full={full} removable={removable} />
      {fields
        .filter((field) => !field.advanced)
        .map((field) => (
          <Option key={field.name} lane={lane} field={field} />
        ))}
      {advanced.length > 0 && (
        <details>
          <summary>More options</summary>
          {advanced.map((field) => (
            <Option key={field.name} lane={lane} field={field} />
          ))}
        </details>
      )}
    </fieldset>
  )
}

interface OptionsFormProps {
  readonly solver: Solver
  readonly lane: string
  readonly title: string
  /** No more lanes fit beside the study's own. */
  readonly full: boolean
  /** One of several of its method, and not the study's own. */
  readonly removable: boolean
}

/** The same method once more, beside this one; or one lane less. */
function Variants({ lane, title, full, removable }: Omit<OptionsFormProps, 'solver'>) {
  const { studies } = useStudio()
  const { addVariant, setCompare } = studies.getState()
  const remove = () => setCompare(lanesOf(studies.getState().study).flatMap(({ id }) => (id === lane ? [] : [id])))
  return (
    <p className="variants">
      {!full && (
        <button
          type="button"
          className="link"
          onClick={() => addVariant(lane)}
          title="Show this method once more on the same axes, then change an option of either"
        >
          once more, with other options<span className="visually-hidden"> {title}</span>
        </button>
      )}
      {removable && (
        <button type="button" className="link" onClick={remove}>
          remove<span className="visually-hidden"> {title}</span>
        </button>
      )}
    </p>
  )
}

interface OptionProps {
  readonly lane: string
  readonly field: OptionField
}

function Option({ lane, field }: OptionProps) {
  const { studies } = useStudio()
  const given = useStudies(({ study }) => studyOptions(study, lane)?.[field.name])
  const problem = useStudies(({ study, issues }) => optionProblem(study, issues, lane, field.name))
  const id = useId()
  const value = given ?? field.default
  const set = (next: unknown) =>
    studies.getState().setOption(lane, field.name, next === field.default ? undefined : next)
  return (
    <div className="option">
      <label htmlFor={id}>
        {field.title}
        {field.unit && <span className="muted"> ({field.unit})</span>}
      </label>
      <OptionInput id={id} field={field} value={value} problem={problem} onChange={set} />
      <p className="field-help">
        {field.help} <span className="field-bounds">{bounds(field)}</span>
      </p>
    </div>
  )
}

/** Where a number may lie, as far as that is worth a word. */
function bounds({ kind, min, max }: OptionField): string {
  if (kind !== 'integer' && kind !== 'number') return ''
  const word = (value: number) => (Number.isInteger(value) ? grouped(value) : number(value))
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY]
  if (low === Number.NEGATIVE_INFINITY && high >= boundless) return ''
  if (high >= boundless) return `≥ ${word(low)}`
  return low === Number.NEGATIVE_INFINITY ? `≤ ${word(high)}` : `${word(low)} … ${word(high)}`
}

/** A bound that nobody will meet. */
const boundless = 1e9

interface OptionInputProps {
  readonly id: string
  readonly field: OptionField
  readonly value: unknown
  readonly problem?: string
  onChange(value: unknown): void
}

function OptionInput({ id, field, value, problem, onChange }: OptionInputProps) {
  switch (field.kind) {
    case 'boolean':
      return (
        <input id={id} type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
      )
    case 'choice':
      return (
        <select id={id} value={String(value)} onChange={(event) => onChange(event.target.value)}>
          {field.choices?.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )
    case 'text':
      return <TextInput id={id} value={String(value)} problem={problem} onCommit={onChange} />
    case 'integer':
    case 'number':
      return (
        <NumberField
          id={id}
          label={field.title}
          value={typeof value === 'number' ? value : Number(field.default)}
          integer={field.kind === 'integer'}
          min={field.min}
          max={field.max}
          problem={problem}
          onCommit={onChange}
        />
      )
    default:
      return field.kind satisfies never
  }
}

interface TextInputProps {
  readonly id: string
  readonly value: string
  readonly problem?: string
  onCommit(value: string): void
}

/** A line of text, taken when it is left or on Enter: half a constraint is none. */
function TextInput({ id, value, problem, onCommit }: TextInputProps) {
  return (
    <input
      key={value}
      id={id}
      type="text"
      defaultValue={value}
      spellCheck={false}
      autoComplete="off"
      aria-invalid={problem !== undefined}
      title={problem}
      onBlur={(event) => event.target.value !== value && onCommit(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  )
}
