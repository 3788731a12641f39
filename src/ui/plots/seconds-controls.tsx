import { solvers } from '../../solvers/registry'
import { useRuns, useSameSeconds, useStudio } from '../studio'
import { ViewControls } from './view-controls'
import type { View } from './views'

/** Gives exact sampling the seconds that a training took, and says how that goes. */
export function SecondsControls({ view }: { view: View }) {
  const { sameSeconds } = useStudio()
  const status = useSameSeconds((state) => state.status)
  const lanes = useRuns((state) => state.lanes)
  const trained = Object.values(lanes).filter(({ solver, trainedMs }) => solvers[solver]?.traits.trains && trainedMs)
  const busy = status === 'measuring' || status === 'drawing'
  const { start, stop } = sameSeconds.getState()
  return (
    <>
      <ViewControls view={view} />
      <span className="choice">
        {busy ? (
          <button type="button" onClick={stop}>
            {status === 'measuring' ? 'measuring the pace' : 'drawing'}: stop
          </button>
        ) : trained.length === 0 ? (
          <button type="button" disabled title="How long a training takes is known of those of this visit">
            train first
          </button>
        ) : (
          trained.map(({ id, title, trainedMs = 0 }) => (
            <button
              key={id}
              type="button"
              title={`Draw exact paths for as long as the training of ${title} took; their number goes into the study`}
              onClick={() => start(id)}
            >
              give SSA {Number((trainedMs / 1000).toPrecision(2))} s
            </button>
          ))
        )}
      </span>
    </>
  )
}
