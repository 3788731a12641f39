/** The list of keys, and whether the page is kept for the next time. */
import { useEffect, useState } from 'react'
import { type Kept, keptOffline } from '../../services/offline'
import { Dialog } from './dialog'
import { type Shortcut, setSingleKeys, singleKeysOn } from './shortcuts'

const elsewhere: readonly (readonly [string, string])[] = [
  ['← → Home End PageUp PageDown', 'move a slider'],
  ['Delete, or double-click', 'put a slider back to the value it was opened with'],
  ['↑ ↓, with Shift ×10', 'change a number in a field'],
  ['Ctrl Space', 'complete a word in the text'],
  ['F8', 'go to the next problem in the text'],
]

export function Help({ shortcuts, onClose }: { shortcuts: readonly Shortcut[]; onClose(): void }) {
  const [single, setSingle] = useState(singleKeysOn)
  const [kept, setKept] = useState<Kept>('not yet')
  useEffect(() => void keptOffline().then(setKept), [])
  const change = (on: boolean) => {
    setSingle(on)
    setSingleKeys(on)
  }
  return (
    <Dialog title="Keyboard" className="help" onClose={onClose}>
      <dl className="keys">
        {shortcuts.map((one) => (
          <div key={one.does}>
            <dt>
              <kbd>{keyWords(one)}</kbd>
            </dt>
            <dd>{one.does}</dd>
          </div>
        ))}
        {elsewhere.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={single} onChange={(event) => change(event.target.checked)} />
        Single-letter keys work outside text fields
      </label>
      <p>{offlineWords[kept]}</p>
    </Dialog>
  )
}

const offlineWords: Record<Kept, string> = {
  kept: 'This page is kept on your machine: it opens without a network.',
  'not yet': 'This page is not yet kept on your machine: without a network it does not open.',
  'not here': 'This browser keeps no page for use without a network.',
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

function keyWords({ key, mod, shift }: Shortcut): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1)
  return [mod && (isMac ? '⌘' : 'Ctrl'), shift && 'Shift', name].filter(Boolean).join(' ')
}
