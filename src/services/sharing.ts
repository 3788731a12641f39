import type { Line } from '../numerics/blocks'

/** Whether memory can be shared between threads here: in a page only where it is isolated from other sites. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false
}

/** A port as a line between two threads that share nothing. */
export function lineOver(port: MessagePort): Line {
  return {
    post: (message, buffers) => port.postMessage(message, buffers),
    listen(hear) {
      port.onmessage = ({ data }) => hear(data)
    },
    close: () => port.close(),
  }
}
