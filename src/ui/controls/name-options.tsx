/** The options of a choice among names: of thousands only the beginning, and the one that is chosen. */
import { grouped } from '../figure/ticks'

/** More than this nobody scrolls through, and each costs the page a few elements. */
const most = 200

export function NameOptions({ names, chosen }: { names: readonly string[]; chosen?: string }) {
  const offered = names.slice(0, most)
  if (chosen !== undefined && names.length > most && !offered.includes(chosen)) offered.unshift(chosen)
  return (
    <>
      {offered.map((name) => (
        <option key={name}>{name}</option>
      ))}
      {names.length > most && <option disabled>and {grouped(names.length - most)} more</option>}
    </>
  )
}
