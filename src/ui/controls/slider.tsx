/** One parameter with a range: a native slider, its value as text, and the way back to the value it was opened with. */
import type { KeyboardEvent } from 'react'
import type { Range } from '../../network/network'
import { NumberField } from './number-field'
import { writeNumber } from './numbers'
import { lastPosition, toPosition, toValue } from './scale'

export interface SliderProps {
  readonly name: string
  readonly value: number
  readonly range: Range
  /** The value it was opened with, where that differs. */
  readonly opened?: number
  /** What the text says about it. */
  readonly note?: string
  onChange(value: number): void
  onReset(): void
  onGesture(begins: boolean): void
}

const movingKeys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'])

export function Slider({ name, value, range, opened, note, onChange, onReset, onGesture }: SliderProps) {
  const outside = value < range.min || value > range.max
  const said = `${name} = ${writeNumber(value)}${range.log ? ', logarithmic' : ''}${outside ? ', outside its range' : ''}`
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault()
      onReset()
    } else if (movingKeys.has(event.key) && !event.repeat) onGesture(true)
  }
  const ends = `from ${writeNumber(range.min)} to ${writeNumber(range.max)}${range.log ? ', logarithmic' : ''}`
  const hint = `${name}, ${ends}. Double-click or Delete: back to ${writeNumber(opened ?? value)}.`
  return (
    <li className="slider" data-changed={opened === undefined ? undefined : true}>
      <span className="slider-name" title={hint}>
        {name}
      </span>
      <input
        type="range"
        aria-label={name}
        aria-valuetext={said}
        title={hint}
        min={0}
        max={lastPosition(range)}
        step={1}
        value={toPosition(range, value)}
        onChange={(event) => onChange(toValue(range, event.target.valueAsNumber))}
        onPointerDown={() => onGesture(true)}
        onPointerUp={() => onGesture(false)}
        onPointerCancel={() => onGesture(false)}
        onKeyDown={onKeyDown}
        onKeyUp={() => onGesture(false)}
        onBlur={() => onGesture(false)}
        onDoubleClick={onReset}
      />
      <NumberField label={`${name}, value`} value={value} onCommit={onChange} title={hint} />
      {note && <span className="slider-note">{note}</span>}
    </li>
  )
}
