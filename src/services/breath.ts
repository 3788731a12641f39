/** A pause that lets messages in: a message to oneself takes its turn behind those that wait, without a timer's 4 ms. */
export function openBreath(): { breathe(): Promise<void>; close(): void } {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return {
    breathe: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        port2.postMessage(null)
      }),
    close() {
      port1.close()
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
}
