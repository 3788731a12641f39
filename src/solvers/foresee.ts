/** First pictures from what was learnt, for a method that needs longer: shown until its own answer is there. */
import type { Artifact, Frame, Problem, Run, Solution, Solver } from './contract'
import { solvers } from './registry'

/** Whether a method gives laws, after a while, of which a learnt one can be a first picture. */
export function awaitsPicture({ traits }: Solver): boolean {
  return !traits.random && traits.observes.includes('marginals')
}

/**
 * The answer of an artifact's own method to a problem, as previews; none where it has no answer. The first is of the time
 * that `run` says is looked at, and of a few others; `brief`: it is enough.
 */
export async function* firstPictures(
  artifact: Artifact,
  problem: Problem,
  run: Run,
  brief: boolean,
): AsyncGenerator<Frame, void, void> {
  const solver = solvers[artifact.solver]
  if (!solver?.answers?.(artifact, problem)) return
  const { solve } = await solver.load()
  const phase = `${solver.title.toLowerCase()} first`
  const preview = ({ observations, warnings, diagnostics }: Solution): Frame => {
    return { observations, warnings, diagnostics, done: 0, phase, preview: true }
  }
  const work = solve(problem, solver.options.defaults, { ...run, artifact })
  try {
    for (;;) {
      const { done, value } = await work.next()
      yield preview(done ? value : value())
      if (done || brief) return
    }
  } finally {
    await work.return(undefined as never)
  }
}

/** What is shown while the answer is not whole: the first picture, with the progress of the method; or the method's own. */
export function meanwhile(early: Frame, frame: Frame): Frame {
  if (frame.preview) return frame
  const { observations, preview } = early
  return { ...frame, observations, preview }
}
