/** Sliders made from the ranges in the text, and typed values for parameters without one. */
import { useMemo, useRef } from 'react'
import type { Parameter } from '../../network/network'
import { type Parse, parse } from '../../network/parse'
import { setRange } from '../../network/rewrite'
import { useStudies, useStudio } from '../studio'
import { FoldedList } from './folded-list'
import { noteAt } from './note'
import { NumberField } from './number-field'
import { suggestRange } from './scale'
import { Section } from './section'
import { Slider } from './slider'

export function Parameters() {
  const network = useStudies((state) => state.parsed.network ?? state.reading.problem.network)
  const openedText = useStudies((state) => state.opened.network)
  const opened = useMemo(() => parse(openedText), [openedText])
  const ranged = network.parameters.filter(({ range }) => range)
  const plain = network.parameters.filter(({ range }) => !range)
  return (
    <Section id="parameters" title="Parameters">
      {network.parameters.length === 0 && (
        <p className="muted">
          None yet. A line such as <code>parameter k = 1 in [0.1, 10] log</code> makes a slider.
        </p>
      )}
      <FoldedList
        className="sliders"
        items={ranged}
        render={(p) => <RangedParameter key={p.name} parameter={p} opened={writtenValue(opened, p.name)} />}
      />
      <FoldedList className="fields" items={plain} render={(p) => <PlainParameter key={p.name} parameter={p} />} />
    </Section>
  )
}

function RangedParameter({
  parameter: { name, range, value: last },
  opened,
}: {
  parameter: Parameter
  opened?: number
}) {
  const { studies } = useStudio()
  const value = useStudies((state) => writtenValue(state.parsed, name) ?? last)
  const note = useStudies(({ parsed, study }) => noteAt(study.network, parsed.spans.parameters.get(name)?.offset))
  const held = useRef(false)
  const onGesture = (begins: boolean) => {
    if (begins === held.current) return
    held.current = begins
    if (begins) studies.getState().beginGesture()
    else studies.getState().endGesture()
  }
  return (
    <Slider
      name={name}
      value={value}
      range={range!}
      opened={opened === value ? undefined : opened}
      note={note}
      onChange={(next) => studies.getState().setParameter(name, next)}
      onReset={() => studies.getState().resetParameter(name)}
      onGesture={onGesture}
    />
  )
}

function PlainParameter({ parameter: { name, value: last } }: { parameter: Parameter }) {
  const { studies } = useStudio()
  const value = useStudies((state) => writtenValue(state.parsed, name) ?? last)
  const { setParameter, setText } = studies.getState()
  const makeSlider = () => setText(setRange(studies.getState().study.network, name, suggestRange(value)))
  return (
    <li className="field">
      <span className="slider-name">{name}</span>
      <NumberField label={name} value={value} onCommit={(next) => setParameter(name, next)} />
      <button type="button" className="link" onClick={makeSlider} aria-label={`Make a slider for ${name}`}>
        make a slider
      </button>
    </li>
  )
}

const writtenValue = (parsed: Parse, name: string): number | undefined => parsed.spans.parameters.get(name)?.value
