/** Which method answers, and which others stand beside it: a loop over the registry. */
import { useMemo } from 'react'
import type { Solver, Verdict } from '../../solvers/contract'
import { lanesOf } from '../../solvers/lanes'
import { solvers } from '../../solvers/registry'
import { maxBeside } from '../../solvers/study'
import { verdictOn } from '../../solvers/verdict'
import { useRestedStudies, useStudies, useStudio } from '../studio'
import { sentence } from './numbers'
import { OptionsForm } from './options-form'
import { Section } from './section'
import { type Reading, type Study, studyOptions } from './study-options'

export function Method() {
  const { studies } = useStudio()
  const solver = useStudies(({ study }) => study.solver)
  const options = useStudies(({ study }) => study.options)
  const compare = useStudies(({ study }) => study.compare)
  const lanes = useMemo(
    () => lanesOf({ ...studies.getState().study, solver, options, compare }),
    [studies, solver, options, compare],
  )
  const [main, ...beside] = lanes
  const { setSolver, setCompare } = studies.getState()
  const toggle = (id: string, on: boolean) => {
    const kept = on ? beside : beside.filter((lane) => lane.solver !== id)
    setCompare([...kept.map((lane) => lane.id), ...(on ? [id] : [])])
  }
  return (
    <Section id="method" title="Method">
      <fieldset className="methods">
        <legend className="visually-hidden">Method</legend>
        {Object.values(solvers).map((solver) => (
          <MethodRow
            key={solver.id}
            solver={solver}
            main={solver.id === main.solver}
            beside={beside.some((lane) => lane.solver === solver.id)}
            onMain={() => setSolver(solver.id)}
            onBeside={(on) => toggle(solver.id, on)}
          />
        ))}
      </fieldset>
      {lanes
        .filter((lane) => Object.hasOwn(solvers, lane.solver))
        .map(({ id, solver, title, variant }) => (
          <OptionsForm
            key={id}
            lane={id}
            solver={solvers[solver]}
            title={title}
            full={beside.length >= maxBeside}
            removable={id !== main.id && variant !== ''}
          />
        ))}
    </Section>
  )
}

interface MethodRowProps {
  readonly solver: Solver
  readonly main: boolean
  readonly beside: boolean
  onMain(): void
  onBeside(on: boolean): void
}

function MethodRow({ solver, main, beside, onMain, onBeside }: MethodRowProps) {
  const verdict = useVerdict(solver)
  const hint = verdict.ok ? verdict.caution : verdict.why
  return (
    <div className="method" data-main={main || undefined}>
      <label className="method-main">
        <input type="radio" name="method" checked={main} onChange={onMain} />
        <span>{solver.title}</span>
      </label>
      <label className="method-beside" title={`Show ${solver.title} beside the chosen method, on the same axes`}>
        <input
          type="checkbox"
          checked={beside && !main}
          disabled={main}
          aria-label={`Compare with ${solver.title}`}
          onChange={(event) => onBeside(event.target.checked)}
        />
        <span aria-hidden="true">compare</span>
      </label>
      <p className="method-summary">{solver.summary}</p>
      {hint && (
        <p className="method-hint" data-refused={!verdict.ok || undefined}>
          {sentence(hint)}
          {!verdict.ok && verdict.instead && solvers[verdict.instead] && (
            <> Try {solvers[verdict.instead].title} instead.</>
          )}
        </p>
      )}
    </div>
  )
}

/** What the solver says to the last problem that could be read. */
function useVerdict(solver: Solver): Verdict {
  const reading = useRestedStudies((state) => state.reading)
  return useMemo(() => verdictFor(solver, reading, reading.study), [solver, reading])
}

function verdictFor(solver: Solver, { problem }: Reading, study: Study): Verdict {
  const options = solver.options.parse(studyOptions(study, solver.id))
  return verdictOn(solver, problem, options.ok ? options.value : solver.options.defaults)
}
