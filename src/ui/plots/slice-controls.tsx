import { useSyncExternalStore } from 'react'
import { useStudies, useStudio, useView } from '../studio'
import { askedOf } from './asked'
import type { Live } from './live'

/** Which quantity of the joint map is given, and what it is: a slider along its counts. */
export function SliceControls({ live }: { live: Live }) {
  const { studies } = useStudio()
  const joint = useView((state) => state.joint)
  const other = useStudies(({ study }) => askedOf(study).givenOther === true)
  const { slice } = useSyncExternalStore(live.subscribe, live.outline)
  if (!slice) return null
  const { setView } = studies.getState()
  return (
    <span className="choice slice-choice">
      <select
        aria-label="Quantity that is given"
        value={joint[other ? 1 : 0]}
        onChange={({ target }) => setView({ givenOther: target.value === joint[1] || undefined, given: undefined })}
      >
        {joint.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <input
        type="range"
        aria-label={`${slice.given} is given as`}
        aria-valuetext={`${slice.given} = ${slice.at}`}
        min={0}
        max={Math.max(slice.last, slice.at)}
        step={slice.step}
        value={slice.at}
        onChange={({ target }) => setView({ given: target.valueAsNumber })}
      />
    </span>
  )
}
