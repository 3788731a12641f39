/** Whether the page lives: it draws, and its clock ticks. */

/** So many ticks in a row, each followed by a picture, and none late. */
const ticks = 6
const tickMs = 500
/** A hidden page's clock ticks once a second; a page that hangs does worse. */
const lateMs = 2500

/** Calls `act` once the page has answered for some seconds without a break; returns how to give up. */
export function onceAnswering(nextFrame: () => Promise<void>, act: () => void): () => void {
  let [count, over] = [0, false]
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    const askedMs = performance.now()
    timer = setTimeout(async () => {
      await nextFrame()
      if (over) return
      count = performance.now() - askedMs > lateMs ? 0 : count + 1
      if (count < ticks) wait()
      else act()
    }, tickMs)
  }
  wait()
  return () => {
    over = true
    clearTimeout(timer)
  }
}
