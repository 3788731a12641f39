/**
 * Training in the lanes. It begins when a lane opens or when it is asked for, never because a slider moved: what was learnt
 * in minutes is not thrown away, it answers, or waits.
 */
import type { Models } from '../services/models'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import { lanesOf } from '../solvers/lanes'
import { answers, type Desk, type RunBegun, trainable, type Work } from './work'

export interface Learning {
  /** A lane has a new question, and may need to be taught. */
  bring(work: Work): void
  /** Make way for a new run of the same question. */
  again(work: Work, training: Work['training']): void
  /** A run that may have trained has come to its end, or to a pause. */
  pause(work: Work, current: RunBegun): void
  resume(lane: string): void
  teach(learnt: Taught, lane?: string): void
}

/** `models`: what is learnt already, of the network on the screen. */
export function createLearning({ works, lane, patch, problem, schedule, halt }: Desk, models?: Models): Learning {
  /**
   * A lane whose method trains takes up what the page ships of its network, where it has learnt no answer; a new one
   * trains where nothing is shipped.
   */
  function bring(work: Work): void {
    const { id, solver, number } = work
    const asked = problem()
    if (!trainable(solver) || answers(work, asked)) return
    const train = () => {
      if (work.untried) work.training = 'anew'
    }
    // A second lane of a method is there for its own options.
    if (id !== solver || !models || !asked) {
      train()
      return
    }
    models.bring(asked).then((taught) => {
      // Where another question is asked by now, what answers that one is on its way.
      if (works.get(id) !== work || work.number !== number || work.current || answers(work, problem())) return
      if (taught?.artifact.solver === solver) return teach(taught, id)
      train()
      schedule()
    })
  }

  function again(work: Work, training: Work['training']): void {
    const stopped = halt(work)
    if (stopped) pause(work, stopped)
    Object.assign(work, { settled: undefined, training })
  }

  function pause(work: Work, { trains, startedMs }: RunBegun): void {
    if (!trains) return
    work.trainedMs = (work.trainedMs ?? 0) + performance.now() - startedMs
    patch(work.id, { trainedMs: work.trainedMs })
  }

  function resume(id: string): void {
    const work = works.get(id)
    if (!work?.learnt) return
    again(work, 'on')
    schedule()
  }

  function teach(learnt: Taught, id?: string): void {
    const all = [...works.values()].filter(({ solver }) => solver === learnt.artifact.solver)
    const asking = all.find(({ wanted }) => questionOf(wanted) === questionOf(lanesOf(learnt.study)[0].study))
    const work = id === undefined ? (asking ?? all[0]) : works.get(id)
    if (!work || !lane(work.id)) return
    work.learnt = learnt
    patch(work.id, { learnt, fromNothing: false, note: undefined })
    again(work, answers(work, problem()) ? undefined : 'on')
    schedule()
  }

  return { bring, again, pause, resume, teach }
}
