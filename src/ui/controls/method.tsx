/** Which method answers, and which others stand beside it: a loop over the registry. */
import { useMemo } from 'react'
import type { Solver, Verdict } from '../../solvers/contract'
import { solvers } from '../../solvers/registry'
import { verdictOn } from '../../solvers/verdict'
import { useStudies, useStudio } from '../studio'
import { sentence } from './numbers'
import { OptionsForm } from './options-form'
import { Section } from './section'
import { type Reading, type Study, studyOptions } from './study-options'

export function Method() {
  const { studies } = useStudio()
  const main = useStudies(({ study }) => study.solver ?? 'ssa')
  const compare = useStudies(({ study }) => study.compare)
  const beside = (compare ?? []).map(({ solver }) => solver)
  const { setSolver, setCompare } = studies.getState()
  const toggle = (id: string, on: boolean) => setCompare(on ? [...beside, id] : beside.filter((other) => other !== id))
  return (
    <Section id="method" title="Method">
      <fieldset className="methods">
        <legend className="visually-hidden">Method</legend>
        {Object.values(solvers).map((solver) => (
          <MethodRow
            key={solver.id}
            solver={solver}
            main={solver.id === main}
            beside={beside.includes(solver.id)}
            onMain={() => setSolver(solver.id)}
            onBeside={(on) => toggle(solver.id, on)}
          />
        ))}
      </fieldset>
      {[main, ...beside.filter((id) => id !== main)]
        .filter((id) => Object.hasOwn(solvers, id))
        .map((id) => (
          <OptionsForm key={id} solver={solvers[id]} />
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
  const reading = useStudies((state) => state.reading)
  return useMemo(() => verdictFor(solver, reading, reading.study), [solver, reading])
}

function verdictFor(solver: Solver, { problem }: Reading, study: Study): Verdict {
  const options = solver.options.parse(studyOptions(study, solver.id))
  return verdictOn(solver, problem, options.ok ? options.value : solver.options.defaults)
}
