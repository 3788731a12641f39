/** Line drawings of 16 × 16 for buttons. Each button carries its own label, so the drawings are silent. */

const paths = {
  gallery: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z',
  undo: 'M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 8H7',
  redo: 'm10 3 3.5 3.5L10 10M13.5 6.5h-7a4 4 0 0 0 0 8H9',
  link: 'M6.5 9.5 9.5 6.5M7 4.5 9 2.6a3 3 0 0 1 4.3 4.3L11.4 9M9 11.5l-2 1.9a3 3 0 0 1-4.3-4.3L4.6 7',
  open: 'M8 10.5V2M4.5 5.5 8 2l3.5 3.5M2 10v4h12v-4',
  save: 'M8 2v8.5M4.5 7 8 10.5 11.5 7M2 10v4h12v-4',
  auto: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 5h4M8 8h6M8 11h4',
  light: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  help: 'M5.5 6A2.5 2.5 0 1 1 9 8.3c-.7.4-1 .8-1 1.7M8 12.5v.6',
  dice: 'M2.5 2.5h11v11h-11zM5.4 5.4h.1M10.5 5.4h.1M8 8h.1M5.4 10.5h.1M10.5 10.5h.1',
  locked: 'M3.5 7.5h9v6.5h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  unlocked: 'M3.5 7.5h9v6.5h-9zM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  again: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.5V5H10',
  stop: 'M4 4h8v8H4z',
  reset: 'M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 1.5V5H6',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 1.5V5H6M8 5v3.3l2.2 1.3',
  microscope: 'M6.5 2.5h3v6h-3zM8 8.5V11M4 13.5h8M10.5 5a4.3 4.3 0 0 1 .5 8.5',
  shield: 'M8 1.5 13.5 4v4c0 3.2-2.3 5.6-5.5 6.5C4.8 13.6 2.5 11.2 2.5 8V4zM5.5 8l2 2 3.5-4',
  tick: 'm3 8.5 3.5 3.5L13 4.5',
  close: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.5">
      <path d={paths[name]} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
