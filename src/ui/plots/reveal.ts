/** Tries before a panel is given up that is still being made. */
const patience = 8

/** Bring a panel into sight, once it is there; `enter` puts the cursor into its first field, if it has one. */
export function reveal(panel: string, enter = false, tries = patience): void {
  const element = document.querySelector(`[data-panel="${CSS.escape(panel)}"]`)
  if (!element) {
    if (tries > 0) setTimeout(() => reveal(panel, enter, tries - 1), 60)
    return
  }
  element.scrollIntoView({ block: 'start' })
  if (enter) element.querySelector<HTMLElement>('header input[type="text"]')?.focus({ preventScroll: true })
}
