import { table } from '../figure/csv'
import { fileName, fileOf, save } from '../figure/export'
import type { Panel } from '../figure/figure'
import { paperOf } from '../figure/svg'
import { number } from '../figure/ticks'

/** Rows that a browser lays out at once. */
const maxRows = 500

/** The table twin: the numbers behind the picture. */
export function TableView({ panel }: { panel: Panel }) {
  const { columns, rows } = table(panel)
  return (
    <>
      <p>{panel.summary}</p>
      {panel.facts && (
        <ul>
          {panel.facts.map(({ label, text }) => (
            <li key={label}>
              {label}: {text}
            </li>
          ))}
        </ul>
      )}
      <div className="table-box">
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, maxRows).map((row, r) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity than their place
              <tr key={r}>
                {row.map((cell, c) => (
                  <td key={columns[c]} className={typeof cell === 'number' ? 'numeric' : undefined}>
                    {typeof cell === 'number' ? number(cell) : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer>
        <span className="muted">
          {rows.length > maxRows ? `The first ${maxRows} of ${rows.length} rows.` : `${rows.length} rows.`}
        </span>
        <button
          type="button"
          onClick={async () => save(await fileOf(panel, 'csv', paperOf(89), 300), fileName(panel, 'csv'))}
        >
          Save all as CSV
        </button>
      </footer>
    </>
  )
}
