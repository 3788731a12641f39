/** A first picture from what was learnt, for a method that needs longer: shown until its own answer is there. */
import type { Frame, Problem, Run, Solution, Solver } from './contract'

/** Whether a method gives laws, after a while, of which a learnt one can be a first picture. */
export function awaitsPicture({ traits, previews }: Solver, problem: Problem): boolean {
  return !traits.random && traits.observes.includes('marginals') && !previews?.(problem)
}

/**
 * The answer of an artifact's own method to a problem, as a preview; undefined where it has none. `finish` runs a generator
 * to its end, or gives up.
 */
export async function foresee(
  problem: Problem,
  solver: Solver | undefined,
  run: Run,
  finish: (generator: AsyncGenerator<unknown, Solution>) => Promise<Solution | undefined>,
): Promise<Frame | undefined> {
  const { artifact } = run
  if (!artifact || !solver?.answers?.(artifact, problem)) return undefined
  const { solve } = await solver.load()
  const solution = await finish(solve(problem, solver.options.defaults, run))
  if (!solution) return undefined
  const { observations, warnings, diagnostics } = solution
  return {
    observations,
    warnings,
    diagnostics,
    done: 0,
    phase: `${solver.title.toLowerCase()} first, then exact`,
    preview: true,
  }
}

/** What is shown while the answer is not whole: the preview, with the progress of the method; or the method's own. */
export function meanwhile(early: Frame, frame: Frame): Frame {
  if (frame.preview) return frame
  const { observations, preview } = early
  return { ...frame, observations, preview }
}
