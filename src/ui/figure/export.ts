/** From a panel to a file or the clipboard, on this machine alone. Nothing navigates and nothing is uploaded. */
import { csv, header, table } from './csv'
import { origin, type Panel } from './figure'
import { annotatePng } from './png'
import { type Paper, svg } from './svg'

export type FileType = 'svg' | 'png' | 'csv'

/** A panel as a file's content. `dpi` matters to PNG only. */
export async function fileOf(panel: Panel, type: FileType, paper: Paper, dpi: number): Promise<Blob> {
  switch (type) {
    case 'svg':
      return new Blob([svg(panel, paper)], { type: 'image/svg+xml' })
    case 'png':
      return png(panel, paper, dpi)
    case 'csv':
      return new Blob([csv(panel)], { type: 'text/csv' })
  }
}

/** The exported picture itself, drawn at the resolution asked for, with its physical size and origin inside. */
async function png(panel: Panel, paper: Paper, dpi: number): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(panel, paper))}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round((paper.widthMm / 25.4) * dpi)
  canvas.height = Math.round((paper.heightMm / 25.4) * dpi)
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error(`a picture of ${canvas.width} × ${canvas.height} pixels is too large for this browser`)
  const words = {
    Title: panel.title,
    Description: header(panel).join('\n'),
    Software: `Propensity ${panel.provenance.version}`,
    Source: origin(panel.provenance),
  }
  const annotated = annotatePng(new Uint8Array(await blob.arrayBuffer()), dpi, words)
  return new Blob([annotated as Uint8Array<ArrayBuffer>], { type: 'image/png' })
}

/** A name that tells what is inside: the panel, and the seed that made it. */
export function fileName(panel: Panel, type: FileType): string {
  const words = panel.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return `${words || 'figure'}-seed-${panel.provenance.seed}.${type}`
}

/** Offer a file for saving. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  // The download has its own reference once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** The numbers to the clipboard, separated by tabs as spreadsheets like them. */
export async function copyNumbers(panel: Panel): Promise<void> {
  const { columns, rows } = table(panel)
  await navigator.clipboard.writeText([columns, ...rows].map((row) => row.join('\t')).join('\n'))
}

/** The picture to the clipboard. */
export async function copyPicture(panel: Panel, paper: Paper): Promise<void> {
  const picture = fileOf(panel, 'png', paper, 300)
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })])
}
