/** At which model times the answer is wanted: evenly spaced, or a list. */
import { useId, useState } from 'react'
import { maxTimes, outputTimes, type Study } from '../../solvers/study'
import { useStudies, useStudio } from '../studio'
import { NumberField } from './number-field'
import { readNumber, writeNumber } from './numbers'

type Grid = Exclude<Study['times'], number[]>

export function Times() {
  const { studies } = useStudio()
  const times = useStudies(({ study }) => study.times)
  const problem = useStudies(({ issues }) => issues.find(({ path }) => path.startsWith('times'))?.message)
  const { setTimes } = studies.getState()
  return Array.isArray(times) ? (
    <TimesList times={times} problem={problem} onCommit={setTimes} onEven={() => setTimes(evenly(times))} />
  ) : (
    <TimesGrid times={times} problem={problem} onCommit={setTimes} onList={() => setTimes(shortList(times))} />
  )
}

interface GridProps {
  readonly times: Grid
  readonly problem?: string
  onCommit(times: Grid): void
  onList(): void
}

function TimesGrid({ times, problem, onCommit, onList }: GridProps) {
  const id = useId()
  const fields = [
    { key: 'from', label: 'from', min: 0, max: times.to },
    { key: 'to', label: 'to', min: times.from },
    { key: 'count', label: 'points', min: 1, max: maxTimes },
  ] as const
  return (
    <fieldset className="field-row">
      <legend>Times</legend>
      <div className="times">
        {fields.map(({ key, label, ...bounds }) => (
          <span key={key} className="time">
            <label htmlFor={`${id}-${key}`}>{label}</label>
            <NumberField
              id={`${id}-${key}`}
              label={key === 'count' ? 'Number of output times' : `Output times ${label}`}
              value={times[key]}
              integer={key === 'count'}
              onCommit={(value) => onCommit({ ...times, [key]: value })}
              {...bounds}
            />
          </span>
        ))}
        <button type="button" className="link" onClick={onList}>
          as a list
        </button>
        {problem && <p className="field-problem">{problem}</p>}
      </div>
    </fieldset>
  )
}

interface ListProps {
  readonly times: readonly number[]
  readonly problem?: string
  onCommit(times: number[]): void
  onEven(): void
}

function TimesList({ times, problem, onCommit, onEven }: ListProps) {
  const [draft, setDraft] = useState<string>()
  const id = useId()
  const read = (draft ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(readNumber)
  const bad = draft !== undefined && read.some((value) => value === undefined || value < 0)
  const commit = () => {
    if (draft === undefined || bad) return
    setDraft(undefined)
    onCommit((read as number[]).sort((a, b) => a - b))
  }
  return (
    <div className="field-row">
      <label htmlFor={id}>Times</label>
      <div className="times">
        <input
          type="text"
          id={id}
          className="numeric"
          aria-invalid={bad || problem ? true : undefined}
          data-dirty={draft === undefined ? undefined : true}
          value={draft ?? times.map(writeNumber).join(', ')}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
        <button type="button" className="link" onClick={onEven}>
          evenly spaced
        </button>
        {(bad || problem) && (
          <p className="field-problem">{bad ? 'Numbers ≥ 0, separated by commas: 1, 5, 20.' : problem}</p>
        )}
      </div>
    </div>
  )
}

/** Enough points for a smooth line over the same span. */
function evenly(times: readonly number[]): Grid {
  return { from: 0, to: times.length ? Math.max(...times) : 10, count: 101 }
}

/** As many of the grid's times as a person would type. */
function shortList(times: Grid): number[] {
  return [...outputTimes({ ...times, count: Math.min(times.count, 5) })]
}
