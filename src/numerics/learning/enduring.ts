/**
 * A backend that outlives its device. Where an operation fails on the first one (a GPU is taken away, memory runs out), its
 * learners go on with another, from the last weights that were known here: those that were set or read. A device that does
 * not answer at all is given up, too, where an alarm is lent.
 */
import type { Backend, Learner, Weights } from './ops'

/** The steps since the last known weights are gone: take them again. */
export class StepsLost extends Error {}

/** Rejects when an answer has been waited for too long; `stop` when it has come. */
export interface Alarm {
  readonly rings: Promise<never>
  stop(): void
}

/** `another` is asked once, when the first has failed; `onLoss` is told why. `alarm` is set at every question to the first. */
export function enduring(
  first: Backend,
  another: () => Backend,
  onLoss: (why: string) => void,
  alarm?: () => Alarm,
): Backend {
  let current = first
  let moved = false

  const move = (thrown: unknown): Backend => {
    if (!moved) {
      moved = true
      current = another()
      onLoss(thrown instanceof Error ? thrown.message : String(thrown))
    }
    return current
  }

  function learner(initial: Weights): Learner {
    let backend = current
    let inner = backend.learner(initial)
    let known = initial
    /** Steps were taken since the weights were known. */
    let ahead = false
    /** They are lost: no step makes sense before a new start. */
    let owing = false

    /** Fails where there is nowhere to go: what fails twice is a fault of what was asked. */
    const replace = (thrown: unknown): void => {
      if (backend !== first || thrown instanceof StepsLost) throw thrown
      const next = move(thrown)
      try {
        inner.dispose()
      } catch {
        // It is gone already.
      }
      backend = next
      inner = next.learner(known)
      owing = ahead
      ahead = false
      if (owing) throw new StepsLost('the steps since the last known weights are lost')
    }

    /** Whatever a device says that was given up comes too late, and is not heard. */
    const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (!alarm || backend !== first) return ask()
      const { rings, stop } = alarm()
      try {
        return await Promise.race([ask(), rings])
      } finally {
        stop()
      }
    }

    const tried = async <T>(ask: () => Promise<T>): Promise<T> => {
      try {
        return await answered(ask)
      } catch (thrown) {
        replace(thrown)
        return ask()
      }
    }

    return {
      async step(loss, settings) {
        if (owing) throw new StepsLost('the steps before this one are lost')
        try {
          const report = await answered(() => inner.step(loss, settings))
          if (!Number.isFinite(report.loss) && backend === first) throw new Error('the loss is no number')
          ahead = true
          return report
        } catch (thrown) {
          // Even the first step has a state of the optimiser behind it: all of them are taken again.
          ahead = true
          replace(thrown)
          throw thrown
        }
      },
      gradients: (loss) => tried(() => inner.gradients(loss)),
      run: (body) => tried(() => inner.run(body)),
      async weights() {
        known = await tried(() => inner.weights())
        ahead = false
        return known
      },
      restart(weights) {
        known = weights
        ahead = false
        owing = false
        try {
          inner.restart(weights)
        } catch (thrown) {
          replace(thrown)
          inner.restart(weights)
        }
      },
      async state() {
        const state = await tried(() => inner.state())
        known = state.weights
        ahead = false
        return state
      },
      restore(state) {
        known = state.weights
        ahead = false
        owing = false
        try {
          inner.restore(state)
        } catch (thrown) {
          replace(thrown)
          inner.restore(state)
        }
      },
      dispose: () => inner.dispose(),
    }
  }

  return {
    get name() {
      return current.name
    },
    learner,
    memory: () => current.memory(),
  }
}
