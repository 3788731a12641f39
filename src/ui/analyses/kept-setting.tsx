import { readSetting, settingText } from '../../store/inquiries'
import { writeNumber } from '../controls/numbers'
import { useStudies, useStudio } from '../studio'

/** What a study's view may carry in one text. */
const maxText = 200

/** Keeps the present values of the parameters, so that others can be compared with them. */
export function KeptSetting() {
  const { studies } = useStudio()
  const kept = useStudies(({ study }) => (typeof study.view?.against === 'string' ? study.view.against : ''))
  const problem = useStudies(({ reading }) => reading.problem)
  const setting = readSetting(kept)
  const now = Object.fromEntries(problem.network.parameters.map(({ name }, i) => [name, problem.parameters[i]]))
  const changed = Object.entries(setting).filter(([name, value]) => name in now && now[name] !== value)
  const text = settingText(now)
  const tooMany = text.length > maxText
  return (
    <span className="choice kept-setting">
      <button
        type="button"
        disabled={tooMany || problem.network.parameters.length === 0}
        title="Laws of other settings are compared with those of this one"
        onClick={() => studies.getState().setView({ against: text })}
      >
        Keep this setting
      </button>
      <span className="muted">
        {tooMany
          ? 'too many parameters to keep'
          : kept === ''
            ? ''
            : changed.length === 0
              ? 'kept: move a slider'
              : `kept: ${changed.map(([name, value]) => `${name} = ${writeNumber(value)}`).join(', ')}`}
      </span>
    </span>
  )
}
