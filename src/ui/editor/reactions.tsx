/** The reactions as they were understood, each with its propensity: the convention is seen, not guessed. */
import { useDeferredValue } from 'react'
import type { Network, Term } from '../../network/network'
import { eventTex, eventText, propensityTex, propensityText, reactionTex } from '../../network/propensity'
import { FoldedList } from '../controls/folded-list'
import { Section } from '../controls/section'
import { useStudies } from '../studio'
import { Tex, useKatex } from './tex'

export function Reactions() {
  const network = useDeferredValue(useStudies((state) => state.parsed.network ?? state.reading.problem.network))
  const katex = useKatex()
  return (
    <Section id="reactions" title="Reactions and their propensities">
      {network.reactions.length === 0 && (
        <p className="muted">
          None yet. A line such as <code>A + B -&gt; C, k</code> makes one.
        </p>
      )}
      <FoldedList
        className="reactions"
        items={network.reactions}
        render={({ name, named }, r) => (
          <li key={name}>
            <span className="reaction">
              <Tex katex={katex} tex={reactionTex(network, r)} plain={reactionText(network, r)} />
              {named && <span className="reaction-name">{name}</span>}
            </span>
            <span className="propensity">
              <Tex katex={katex} tex={propensityTex(network, r)} plain={propensityText(network, r)} />
            </span>
          </li>
        )}
      />
      <FoldedList
        className="reactions"
        items={network.events}
        render={(_, e) => (
          <li key={`event ${e}`}>
            <Tex katex={katex} tex={eventTex(network, e)} plain={eventText(network, e)} />
          </li>
        )}
      />
    </Section>
  )
}

/** The reaction in plain text: "A + 2 B → C". */
export function reactionText(network: Network, r: number): string {
  const side = (terms: readonly Term[]) =>
    terms.map(({ species, count }) => `${count > 1 ? `${count} ` : ''}${network.species[species].name}`).join(' + ')
  const { reactants, products } = network.reactions[r]
  return `${side(reactants) || '∅'} → ${side(products) || '∅'}`
}
