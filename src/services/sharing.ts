import type { Line } from '../numerics/blocks'

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
