/** A file dropped anywhere on the page is opened. */
import { useEffect, useState } from 'react'
import type { Import } from '../../network/sbml/import'
import { useStudio } from '../studio'
import { openFile } from './open'

export function DropZone({ onImport }: { onImport(imported?: Import): void }) {
  const studio = useStudio()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!carriesFile(event)) return
      event.preventDefault()
      setOver(true)
    }
    // Leaving one element for another inside the page is not leaving the page.
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      if (!carriesFile(event)) return
      event.preventDefault()
      const file = event.dataTransfer?.files[0]
      if (file) openFile(studio, file).then(onImport)
    }
    const listeners = { dragover: onDragOver, dragleave: onDragLeave, drop: onDrop } as const
    // Capture: the editor would otherwise insert the file's text into the network.
    document.addEventListener('dragover', listeners.dragover, true)
    document.addEventListener('dragleave', listeners.dragleave, true)
    document.addEventListener('drop', listeners.drop, true)
    return () => {
      document.removeEventListener('dragover', listeners.dragover, true)
      document.removeEventListener('dragleave', listeners.dragleave, true)
      document.removeEventListener('drop', listeners.drop, true)
    }
  }, [studio, onImport])
  return over ? (
    <div className="drop-zone" aria-hidden="true">
      Drop a study, a network text, an SBML file, a trained network or a table of measurements
    </div>
  ) : null
}
