/** How training went, for the screen: what it minimises, along its updates, in an array that stays small. */
import { type NamedArray, namedArray } from '../numerics/named-array'

/** Points that are kept; when there are more, every second goes. */
const most = 512

/** Before clipping; or the loss of what is not learnt from. */
export type SecondMeasure = 'gradientNorm' | 'heldOut'

export interface TrainingRecord {
  /** After an update, counted from 1: the loss in nats, and the second measure. Kept or not, it is counted. */
  add(update: number, loss: number, second: number): void
  /** [update, measure]: means over as many updates as lie between two of them. A copy. */
  array(): NamedArray
}

/** An empty record. Points are means over equally many updates, so that noise is not mistaken for progress. */
export function trainingRecord(measure: SecondMeasure = 'gradientNorm'): TrainingRecord {
  let width = 1
  let points: { update: number; loss: number; second: number }[] = []
  let pending = { count: 0, loss: 0, second: 0 }

  const halve = () => {
    const pairs = Array.from({ length: points.length / 2 }, (_, k) => [points[2 * k], points[2 * k + 1]])
    points = pairs.map(([a, b]) => ({
      update: b.update,
      loss: (a.loss + b.loss) / 2,
      second: (a.second + b.second) / 2,
    }))
    width *= 2
  }

  return {
    add(update, loss, second) {
      pending = {
        count: pending.count + 1,
        loss: pending.loss + loss,
        second: pending.second + second,
      }
      if (pending.count < width) return
      points.push({ update, loss: pending.loss / width, second: pending.second / width })
      pending = { count: 0, loss: 0, second: 0 }
      if (points.length === most) halve()
    },
    array() {
      const array = namedArray([
        ['update', points.map(({ update }) => update)],
        ['measure', ['loss', measure]],
      ])
      points.forEach(({ loss, second }, k) => {
        array.data.set([loss, second], 2 * k)
      })
      return array
    },
  }
}

/** How much of the time of a training may go into looking at it. */
const share = 0.05

/** Whether it is time for another look: rarely where looks are slow. Without a clock, never. */
export function sparingly(now: (() => number) | undefined) {
  let [next, began] = [0, 0]
  return {
    due: (): boolean => now !== undefined && now() >= next,
    begin() {
      began = now?.() ?? 0
    },
    end() {
      const at = now?.() ?? 0
      next = at + (at - began) / share
    },
  }
}
