import { quantities } from '../../network/network'
import { NameOptions } from '../controls/name-options'
import { askedOf } from '../plots/asked'
import { useStudies, useStudio, useView } from '../studio'
import { ConditionField } from './condition-field'
import { KeptSetting } from './kept-setting'
import type { Offer } from './kinds'

/** What an analysis is asked about, beside its heading. */
export function AnalysisControls({ offer: { picks, title } }: { offer: Offer }) {
  return (
    <>
      {picks.includes('condition') && <ConditionField />}
      {picks.includes('setting') && <KeptSetting />}
      {picks.includes('parameter') && <ParameterChoice title={title} />}
      {picks.includes('quantity') && <QuantityChoice title={title} />}
    </>
  )
}

function ParameterChoice({ title }: { title: string }) {
  const { studies } = useStudio()
  const names = useStudies(({ reading }) => reading.problem.network.parameters)
  const by = useStudies(({ study }) => study.view?.by)
  if (names.length < 2) return null
  return (
    <select
      className="choice"
      aria-label={`Parameter of ${title}`}
      value={names.some(({ name }) => name === by) ? String(by) : names[0].name}
      onChange={({ target }) => studies.getState().setView({ by: target.value })}
    >
      {names.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )
}

function QuantityChoice({ title }: { title: string }) {
  const { studies } = useStudio()
  const first = useView(({ quantities: shown }) => shown[0])
  const names = quantities(useStudies(({ reading }) => reading.problem.network))
  const wanted = useStudies(({ study }) => askedOf(study).quantity)
  if (names.length < 2) return null
  return (
    <select
      className="choice"
      aria-label={`Quantity of ${title}`}
      value={wanted !== undefined && names.includes(wanted) ? wanted : first}
      onChange={({ target }) => studies.getState().setView({ of: target.value, level: undefined })}
    >
      <NameOptions names={names} chosen={wanted} />
    </select>
  )
}
