/** One replicate, one event at a time, with the two random numbers that decide each. */
import './microscope.css'
import { useMemo, useState } from 'react'
import { type Reel, watch } from '../../analysis/microscope'
import { Failure } from '../../solvers/contract'
import { Dialog } from '../gallery/dialog'
import { useStudies } from '../studio'
import { Counts } from './counts'
import { History } from './history'
import { ReelControls } from './reel'
import { assignedBefore, sentenceOf, short } from './sentence'
import { When } from './when'
import { Which } from './which'

export function Microscope({ onClose }: { onClose(): void }) {
  const reading = useStudies((state) => state.reading)
  const { problem, seed } = reading
  const [replicate, setReplicate] = useState(0)
  const [index, setIndex] = useState(0)
  const { reel, why } = useMemo(() => look(() => watch(problem, seed, replicate)), [problem, seed, replicate])
  const at = Math.min(index, reel.steps.length - 1)
  const step = reel.steps[at]
  const { network } = problem
  const end = problem.times.at(-1) ?? 0
  return (
    <Dialog title="One event at a time" className="microscope" onClose={onClose}>
      <p className="muted">
        The direct method, replicate{' '}
        <input
          type="number"
          className="numeric"
          aria-label="Replicate"
          min={0}
          max={999_999}
          value={replicate}
          onChange={({ target }) => {
            if (!Number.isInteger(target.valueAsNumber) || target.valueAsNumber < 0) return
            setReplicate(target.valueAsNumber)
            setIndex(0)
          }}
        />{' '}
        of seed {seed}: {reel.steps.length} {reel.thinned ? 'draws' : 'events'}
        {reel.whole ? ` up to time ${short(end)}.` : '; the replicate goes on, but no more are kept here.'}
      </p>
      {why !== '' && <p className="field-problem">{why}</p>}
      {step ? (
        <>
          <ReelControls length={reel.steps.length} index={at} onIndex={setIndex} />
          <p className="microscope-sentence" role="status">
            {assignedBefore(reel, at, network).map((words) => (
              <span key={words}>An event of the network has set {words}. </span>
            ))}
            {sentenceOf(network, step)}
          </p>
          <div className="microscope-grid">
            <div>
              <When step={step} thinned={reel.thinned} />
              <Counts network={network} step={step} />
            </div>
            <div>
              <Which network={network} step={step} thinned={reel.thinned} />
              <History network={network} reel={reel} index={at} end={end} onIndex={setIndex} />
            </div>
          </div>
        </>
      ) : (
        <p>Nothing happens before the last output time: there is no event to look at.</p>
      )}
    </Dialog>
  )
}

const nothing: Reel = { steps: [], whole: true, thinned: false }

/** A replicate that cannot be walked says why. */
function look(make: () => Reel): { reel: Reel; why: string } {
  try {
    return { reel: make(), why: '' }
  } catch (thrown) {
    if (thrown instanceof Failure) return { reel: nothing, why: [thrown.message, thrown.hint].join(' ') }
    throw thrown
  }
}
