import { useRef } from 'react'
import type { Mapping } from '../../analysis/inference/data'
import { quantities } from '../../network/network'
import { grouped } from '../figure/ticks'
import { openTable } from '../files/open'
import { useInference, useStudies, useStudio } from '../studio'

const previewRows = 5
const issuesShown = 5

/** The file, what its columns are, and what came of reading it. */
export function DataStep() {
  const studio = useStudio()
  const chooser = useRef<HTMLInputElement>(null)
  const file = useInference((state) => state.file)
  const refused = useInference((state) => state.refused)
  return (
    <section aria-labelledby="infer-data">
      <h3 id="infer-data">Measurements</h3>
      <p className="infer-row">
        <button type="button" onClick={() => chooser.current?.click()}>
          {file ? 'Another table …' : 'Choose a table …'}
        </button>
        <input
          ref={chooser}
          type="file"
          hidden
          accept=".csv,.tsv,.txt"
          aria-label="Table of measurements"
          onChange={({ target }) => {
            const chosen = target.files?.[0]
            target.value = ''
            if (chosen) void openTable(studio, chosen)
          }}
        />
        <span className="muted">{file ? file.name : 'or drop one here: comma, semicolon or tab between values'}</span>
      </p>
      {refused && (
        <p role="alert">
          {refused.name} was not read: {refused.message}.{refused.hint ? ` ${capital(refused.hint)}.` : ''}
          {file ? ` ${file.name} is still here.` : ''}
        </p>
      )}
      {file ? <Columns /> : <Explanation />}
    </section>
  )
}

function Explanation() {
  const names = quantities(useStudies(({ reading }) => reading.problem.network))
  const [first = 'X'] = names
  return (
    <div className="infer-kinds">
      <figure>
        <figcaption>Cells, each looked at once</figcaption>
        <pre>{`time,${first}\n1,12\n1,9\n5,31`}</pre>
      </figure>
      <figure>
        <figcaption>The same cells over time</figcaption>
        <pre>{`replicate,time,${first}\na,0,0\na,1,9\nb,0,0`}</pre>
      </figure>
      <figure>
        <figcaption>A histogram, as of a cytometer</figcaption>
        <pre>{`time,${first},upper,count\n5,0,10,312\n5,10,20,655`}</pre>
      </figure>
    </div>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const roles = [
  ['time', 'time'],
  ['replicate', 'replicate'],
  ['count', 'number of cells'],
  ['upper', 'upper edge of the bin'],
] as const

/** The first rows, with a choice above each column. */
function Columns() {
  const { inference } = useStudio()
  const head = useInference((state) => state.file?.head)
  const mapping = useInference((state) => state.settings.mapping)
  const names = quantities(useStudies(({ reading }) => reading.problem.network))
  if (!head) return null
  const set = (next: Mapping) => inference.getState().set({ mapping: next })
  return (
    <>
      <section className="table-scroll" aria-label="First rows of the table">
        <table>
          <thead>
            <tr>
              {head.header.map((column) => (
                <th key={column} scope="col">
                  {column}
                  <select
                    aria-label={`What ${column} is`}
                    value={roleOf(mapping, column)}
                    onChange={({ target }) => set(assign(mapping, column, target.value))}
                  >
                    <option value="">not used</option>
                    {roles.map(([role, words]) => (
                      <option key={role} value={role}>
                        {words}
                      </option>
                    ))}
                    {names.map((name) => (
                      <option key={name} value={`of:${name}`}>
                        {name}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {head.rows.slice(0, previewRows).map((row, i) => (
              <tr key={head.lines[i]}>
                {row.map((cell, c) => (
                  <td key={head.header[c]} className="numeric">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <fieldset className="infer-row">
        <legend className="visually-hidden">What rows are</legend>
        {(['snapshots', 'courses'] as const).map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="infer-kind"
              checked={mapping.kind === kind}
              onChange={() => set({ ...mapping, kind })}
            />{' '}
            {kind === 'snapshots' ? 'cells, each looked at once' : 'time courses of the same cells'}
          </label>
        ))}
      </fieldset>
      <Report />
    </>
  )
}

function Report() {
  const data = useInference((state) => state.data)
  switch (data.status) {
    case 'none':
      return null
    case 'reading':
      return <p className="muted">Reading …</p>
    case 'unreadable':
      return (
        <p role="alert">
          {capital(data.message)}.{data.hint ? ` ${capital(data.hint)}.` : ''}
        </p>
      )
    case 'read': {
      const { rows, issues, kind, times, units } = data
      const what = kind === 'courses' ? (units === 1 ? 'course' : 'courses') : units === 1 ? 'cell' : 'cells'
      return (
        <>
          <p>
            {grouped(rows)} rows: {grouped(units)} {what} at {times} {times === 1 ? 'time' : 'times'}.
          </p>
          {issues.length > 0 && (
            <ul className="infer-issues">
              {issues.slice(0, issuesShown).map(({ line, message }) => (
                <li key={line}>
                  Line {line} is left out: {message}.
                </li>
              ))}
              {issues.length > issuesShown && <li>… and {issues.length - issuesShown} or more other rows.</li>}
            </ul>
          )}
        </>
      )
    }
    default:
      return data satisfies never
  }
}

function roleOf(mapping: Mapping, column: string): string {
  const role = roles.find(([key]) => mapping[key] === column)
  if (role) return role[0]
  const quantity = Object.entries(mapping.columns).find(([, name]) => name === column)
  return quantity ? `of:${quantity[0]}` : ''
}

/** The mapping with one column as something else; what it was before, and what was that before, are free. */
function assign(mapping: Mapping, column: string, role: string): Mapping {
  const quantity = role.startsWith('of:') ? role.slice(3) : undefined
  const columns = Object.fromEntries(
    Object.entries(mapping.columns).filter(([name, used]) => used !== column && name !== quantity),
  )
  const kept = Object.fromEntries(roles.flatMap(([key]) => (mapping[key] === column ? [] : [[key, mapping[key]]])))
  return {
    kind: mapping.kind,
    ...kept,
    ...(quantity === undefined && role !== '' ? { [role]: column } : {}),
    columns: quantity === undefined ? columns : { ...columns, [quantity]: column },
  }
}
