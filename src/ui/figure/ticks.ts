/** Tick positions and their text. Minus signs are U+2212, powers of ten are written with Unicode superscripts. */
import { format } from 'd3-format'
import { scaleLinear } from 'd3-scale'
import type { Axis } from './figure'

export interface Tick {
  readonly at: number
  /** Empty for a minor tick. */
  readonly text: string
}

/** About `count` ticks of an axis, ascending, inside its domain. */
export function ticks(axis: Axis, count: number): Tick[] {
  if (axis.names) return axis.names.map((text, at) => ({ at, text }))
  const [low, high] = axis.domain
  if (!(high > low) || !Number.isFinite(high - low)) return [{ at: low, text: number(low) }]
  const all = axis.scale === 'log' && low > 0 ? logTicks(low, high, count) : linearTicks(low, high, count, axis.whole)
  return axis.last === undefined ? all : all.filter(({ at }) => at <= (axis.last ?? high))
}

function linearTicks(low: number, high: number, count: number, whole = false): Tick[] {
  const scale = scaleLinear([low, high], [0, 1])
  const places = scale.ticks(count).filter((at) => !whole || Number.isInteger(at))
  const largest = Math.max(Math.abs(low), Math.abs(high))
  const plain = largest >= 1e-3 && largest < 1e5
  const write = plain ? scale.tickFormat(count, whole ? ',.0f' : undefined) : number
  return places.map((at) => ({ at, text: at === 0 ? '0' : write(at) }))
}

/** Powers of ten carry text, 2 … 9 times them are minor; narrow domains fall back to 1-2-5 labels. */
function logTicks(low: number, high: number, count: number): Tick[] {
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const stride = Math.max(1, Math.ceil((last - first) / count))
  const fewDecades = high / low < 20
  const list: Tick[] = []
  for (let power = first; power <= last; power++) {
    for (let digit = 1; digit < 10; digit++) {
      const at = Number(`${digit}e${power}`)
      if (at < low || at > high || (stride > 1 && digit > 1)) continue
      const labelled = digit === 1 ? (power - first) % stride === 0 : fewDecades && (digit === 2 || digit === 5)
      list.push({ at, text: labelled ? number(at) : '' })
    }
  }
  return list
}

const short = format(',.4~r')
const exponent = format('.2~e')

/** A whole number: 10,000. */
export const grouped = format(',.0f')

/** A number for people, in four digits, or three and a power: 0.25, 1,200 or 3×10⁻⁹. Whole numbers keep all five. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size === 0) return '0'
  if (size >= 1e-3 && size < 1e5) return Number.isInteger(value) ? grouped(value) : short(value)
  const [digits, power] = exponent(value).split('e')
  const raised = `10${superscript(Number(power.replace('−', '-')))}`
  return digits === '1' ? raised : digits === '−1' ? `−${raised}` : `${digits}×${raised}`
}

const raisedDigits = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function superscript(power: number): string {
  return [...String(power)].map((c) => (c === '-' ? '⁻' : raisedDigits[Number(c)])).join('')
}

/** A domain that holds [low, high] and ends at round numbers, so that it rests while the data grow. */
export function nice(low: number, high: number): [number, number] {
  if (!(high > low)) return [low, low + 1]
  const [a, b] = scaleLinear([low, high], [0, 1]).nice(6).domain()
  return [a, b]
}

/** The same in three digits, where a fourth would say more than is known. */
export const three = (value: number): string => number(Number(value.toPrecision(3)))

/** And in two, as for errors. */
export const two = (value: number): string => number(Number(value.toPrecision(2)))
