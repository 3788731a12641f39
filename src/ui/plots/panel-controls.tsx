import { useSyncExternalStore } from 'react'
import { quantities } from '../../network/network'
import { AnalysisControls } from '../analyses/analysis-controls'
import { offerOfPanel } from '../analyses/kinds'
import { NameOptions } from '../controls/name-options'
import { useStudies, useStudio, useView } from '../studio'
import { askedOf, viewsText } from './asked'
import type { Live } from './live'
import { SecondsControls } from './seconds-controls'
import { SliceControls } from './slice-controls'
import { ViewControls } from './view-controls'
import { viewOfPanel } from './views'

/** What can be chosen about one panel, beside its heading. */
export function PanelControls({ id, live }: { id: string; live: Live }) {
  if (id === 'moments') return <BandChoice />
  if (id === 'joint') return <JointChoice live={live} />
  const analysis = offerOfPanel(id)
  if (analysis) return analysis.main ? <AnalysisControls offer={analysis.offer} /> : null
  const view = viewOfPanel(id)
  if (view?.picks === 'slice') return <SliceControls live={live} />
  if (view?.picks === 'seconds') return <SecondsControls view={view} />
  return view && view.picks !== 'nothing' ? <ViewControls view={view} /> : null
}

function BandChoice() {
  const { studies } = useStudio()
  const band = useStudies(({ study }) => (study.view?.band === 'SE' ? 'SE' : 'SD'))
  const titles = {
    SD: 'standard deviation: the spread of single histories',
    SE: 'standard error: the doubt about the mean',
  }
  return (
    <fieldset className="choice" aria-label="Meaning of the band">
      {(['SD', 'SE'] as const).map((value) => (
        <button
          key={value}
          type="button"
          title={`Band: ± 1 ${titles[value]}`}
          aria-pressed={band === value}
          onClick={() => studies.getState().setView({ band: value })}
        >
          {value}
        </button>
      ))}
    </fieldset>
  )
}

function JointChoice({ live }: { live: Live }) {
  const { studies, view } = useStudio()
  const network = useStudies(({ reading }) => reading.problem.network)
  const joint = useView((state) => state.joint)
  const { jointChoices } = useSyncExternalStore(live.subscribe, live.outline)
  const names = quantities(network)
  const select = (place: 0 | 1) => (
    <select
      aria-label={place === 0 ? 'Quantity across' : 'Quantity upwards'}
      value={joint[place]}
      onChange={({ target }) => {
        const other = joint[1 - place]
        // Choosing the other axis's quantity exchanges the two.
        const pair = [target.value, target.value === other ? joint[place] : other]
        view.getState().setJoint(pair[place], pair[1 - place])
      }}
    >
      <NameOptions names={names} chosen={joint[place]} />
    </select>
  )
  return (
    <>
      {names.length > 2 && (
        <span className="choice">
          {select(0)} × {select(1)}
        </span>
      )}
      {joint[0] !== joint[1] && <SliceToggle joint={joint} />}
      {jointChoices.length > 1 && (
        <fieldset className="choice" aria-label="Method shown">
          {jointChoices.map(({ id, title, word, shown }) => (
            <button
              key={id}
              type="button"
              title={title}
              aria-pressed={shown}
              onClick={() => studies.getState().setView({ jointOf: id })}
            >
              {word}
            </button>
          ))}
        </fieldset>
      )}
    </>
  )
}

/** Opens and closes the view of the conditional law, which follows what is pointed at on the map. */
function SliceToggle({ joint: [a, b] }: { joint: readonly [string, string] }) {
  const { studies } = useStudio()
  const { views, givenOther } = askedOf(useStudies(({ study }) => study))
  const shown = views.includes('slice')
  const [given, of] = givenOther ? [b, a] : [a, b]
  return (
    <span className="choice">
      <button
        type="button"
        aria-pressed={shown}
        title={`The law of ${of} where ${given} has the value that is pointed at; Enter, a click or a tap on the map keeps it`}
        onClick={() =>
          studies.getState().setView(viewsText(shown ? views.filter((id) => id !== 'slice') : [...views, 'slice']))
        }
      >
        P({of} | {given})
      </button>
    </span>
  )
}
