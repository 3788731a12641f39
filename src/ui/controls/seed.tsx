/** The seed: always there, always shown. The same seed means the same numbers, also while a slider moves. */
import { useId } from 'react'
import type { Studio } from '../../store/studio'
import { useStudies, useStudio } from '../studio'
import { useCopy } from './copy'
import { Icon } from './icons'
import { NumberField } from './number-field'

/** Fresh seeds stay short enough to be read aloud in a room. */
const largestFresh = 999_999

export const isSeedLocked = ({ studies }: Studio): boolean => studies.getState().study.view?.seedLocked === true

/** New luck, unless the seed is locked. */
export function rerollSeed(studio: Studio): void {
  if (isSeedLocked(studio)) return
  const [word] = crypto.getRandomValues(new Uint32Array(1))
  studio.studies.getState().setSeed(1 + (word % largestFresh))
}

export function SeedChip() {
  const studio = useStudio()
  const seed = useStudies(({ study }) => study.seed ?? 1)
  const locked = useStudies(({ study }) => study.view?.seedLocked === true)
  const { copied, copy } = useCopy()
  const id = useId()
  const { setSeed, setView } = studio.studies.getState()
  return (
    <div className="field-row">
      <label htmlFor={id} title="The same seed gives the same numbers, here and on any other machine">
        Seed
      </label>
      <div className="seed-chip">
        <NumberField
          id={id}
          label="Seed"
          value={seed}
          integer
          min={0}
          max={Number.MAX_SAFE_INTEGER}
          onCommit={setSeed}
        />
        <button
          type="button"
          className="icon quiet"
          aria-pressed={locked}
          aria-label="Lock the seed"
          title="Locked: it stays when another study is opened, and cannot be redrawn by accident"
          onClick={() => setView({ seedLocked: !locked })}
        >
          <Icon name={locked ? 'locked' : 'unlocked'} />
        </button>
        <button
          type="button"
          className="icon quiet"
          aria-label="Draw a new seed"
          title="New luck (R)"
          disabled={locked}
          onClick={() => rerollSeed(studio)}
        >
          <Icon name="dice" />
        </button>
        <button
          type="button"
          className="icon quiet"
          aria-label={copied ? 'Seed copied' : 'Copy the seed'}
          title={copied ? 'Copied' : 'Copy the seed'}
          onClick={() => copy(String(seed))}
        >
          <Icon name={copied ? 'tick' : 'copy'} />
        </button>
      </div>
    </div>
  )
}
