/** Whether memory can be shared between threads here: in a page only where it is isolated from other sites. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false
}
