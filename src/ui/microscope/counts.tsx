import type { Network } from '../../network/network'

const mostRows = 40

interface Change {
  readonly counts: Float64Array
  readonly after: Float64Array
}

/** What a step does to the counts. */
export function Counts({ network, step: { counts, after } }: { network: Network; step: Change }) {
  const all = network.species.map(({ name }, s) => ({ name, before: counts[s], now: after[s] }))
  const changed = all.filter(({ before, now }) => before !== now)
  const rows = all.length <= mostRows ? all : changed
  return (
    <section aria-label="Counts">
      <h3>Counts</h3>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">species</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, before, now }) => (
            <tr key={name} data-changed={before !== now}>
              <th scope="row">{name}</th>
              <td className="numeric">{before}</td>
              <td className="numeric">
                {now}
                {now !== before && ` (${now > before ? '+' : '−'}${Math.abs(now - before)})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < all.length && <p className="muted">The other {all.length - rows.length} stay as they are.</p>}
    </section>
  )
}
