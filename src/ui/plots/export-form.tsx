import { type FormEvent, useMemo, useState } from 'react'
import { type FileType, fileName, fileOf, save } from '../figure/export'
import type { Panel } from '../figure/figure'
import { type Paper, paperOf, paperWidths, svg } from '../figure/svg'

/** Physical size, resolution and file type, with the very file as preview. The panel is the one it opened on. */
export function ExportForm({ panel }: { panel: Panel }) {
  const [still] = useState(panel)
  const [paper, setPaper] = useState<Paper>(paperOf(89))
  const [type, setType] = useState<FileType>('svg')
  const [dpi, setDpi] = useState(300)
  const [message, setMessage] = useState('')
  const preview = useMemo(
    () => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(still, paper))}`,
    [still, paper],
  )
  const change = (patch: Partial<Paper>) => setPaper({ ...paper, ...patch })
  const pixels = (mm: number) => Math.round((mm / 25.4) * dpi)

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const name = fileName(still, type)
      save(await fileOf(still, type, paper, dpi), name)
      setMessage(`Saved ${name}`)
    } catch (thrown) {
      setMessage(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }

  return (
    <form className="export-form" onSubmit={onSubmit}>
      <img src={preview} alt={still.summary} style={{ width: `${paper.widthMm}mm` }} />
      <fieldset>
        <legend>Width</legend>
        {paperWidths.map((mm) => (
          <button key={mm} type="button" aria-pressed={paper.widthMm === mm} onClick={() => setPaper(paperOf(mm))}>
            {mm} mm
          </button>
        ))}
      </fieldset>
      <NumberField
        label="Width (mm)"
        value={paper.widthMm}
        min={30}
        max={400}
        onChange={(widthMm) => change({ widthMm })}
      />
      <NumberField
        label="Height (mm)"
        value={paper.heightMm}
        min={20}
        max={400}
        onChange={(heightMm) => change({ heightMm })}
      />
      <NumberField label="Text (pt)" value={paper.fontPt} min={4} max={24} onChange={(fontPt) => change({ fontPt })} />
      <label>
        <span>File</span>
        <select value={type} onChange={({ target }) => setType(target.value as FileType)}>
          <option value="svg">SVG (vector)</option>
          <option value="png">PNG</option>
          <option value="csv">CSV (the numbers)</option>
        </select>
      </label>
      {type === 'png' && (
        <label>
          <span>Resolution</span>
          <select value={dpi} onChange={({ target }) => setDpi(Number(target.value))}>
            <option value={300}>300 dpi</option>
            <option value={600}>600 dpi</option>
          </select>
        </label>
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={paper.background !== undefined}
          onChange={({ target }) => change({ background: target.checked ? '#ffffff' : undefined })}
        />
        <span>White background</span>
      </label>
      <footer>
        <span className="muted" role="status">
          {message || (type === 'png' ? `${pixels(paper.widthMm)} × ${pixels(paper.heightMm)} pixels` : '')}
        </span>
        <button type="submit">Save</button>
      </footer>
    </form>
  )
}

function NumberField({ label, value, min, max, onChange }: NumberFieldProps) {
  const [text, setText] = useState(String(value))
  const shown = Number(text) === value ? text : String(value)
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        value={shown}
        min={min}
        max={max}
        step="any"
        onChange={({ target }) => {
          setText(target.value)
          const next = Number(target.value)
          if (next >= min && next <= max) onChange(next)
        }}
      />
    </label>
  )
}

interface NumberFieldProps {
  label: string
  value: number
  min: number
  max: number
  onChange(value: number): void
}
