/** How many molecules there are at time 0. */
import { maxCount } from '../../solvers/study'
import { useStudies, useStudio } from '../studio'
import { FoldedList } from './folded-list'
import { NumberField } from './number-field'
import { Section } from './section'

export function Initial() {
  const { studies } = useStudio()
  const network = useStudies((state) => state.parsed.network ?? state.reading.problem.network)
  return (
    <Section id="initial" title="Counts at time 0">
      <FoldedList
        className="counts"
        items={network.species}
        render={({ name, initial }) => (
          <li key={name} className="count">
            <span className="slider-name">{name}</span>
            <NumberField
              label={`${name} at time 0`}
              value={initial}
              integer
              min={0}
              max={maxCount}
              onCommit={(count) => studies.getState().setInitial(name, count)}
            />
          </li>
        )}
      />
    </Section>
  )
}
