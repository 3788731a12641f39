/** How training went, for the screen: what it minimises, along its updates, in an array that stays small. */
import { type NamedArray, namedArray } from '../numerics/named-array'

/** Points that are kept; when there are more, every second goes. */
const most = 512

export interface TrainingRecord {
  /** After an update, counted from 1: `loss` in nats, the gradient's norm before clipping. Kept or not, it is counted. */
  add(update: number, loss: number, gradientNorm: number): void
  /** [update, measure: loss | gradientNorm]: means over as many updates as lie between two of them. A copy. */
  array(): NamedArray
}

/** An empty record. Points are means over equally many updates, so that noise is not mistaken for progress. */
export function trainingRecord(): TrainingRecord {
  let width = 1
  let points: { update: number; loss: number; gradientNorm: number }[] = []
  let pending = { count: 0, loss: 0, gradientNorm: 0 }

  const halve = () => {
    const pairs = Array.from({ length: points.length / 2 }, (_, k) => [points[2 * k], points[2 * k + 1]])
    points = pairs.map(([a, b]) => ({
      update: b.update,
      loss: (a.loss + b.loss) / 2,
      gradientNorm: (a.gradientNorm + b.gradientNorm) / 2,
    }))
    width *= 2
  }

  return {
    add(update, loss, gradientNorm) {
      pending = {
        count: pending.count + 1,
        loss: pending.loss + loss,
        gradientNorm: pending.gradientNorm + gradientNorm,
      }
      if (pending.count < width) return
      points.push({ update, loss: pending.loss / width, gradientNorm: pending.gradientNorm / width })
      pending = { count: 0, loss: 0, gradientNorm: 0 }
      if (points.length === most) halve()
    },
    array() {
      const array = namedArray([
        ['update', points.map(({ update }) => update)],
        ['measure', ['loss', 'gradientNorm']],
      ])
      points.forEach(({ loss, gradientNorm }, k) => {
        array.data.set([loss, gradientNorm], 2 * k)
      })
      return array
    },
  }
}
