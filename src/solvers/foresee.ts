/** First pictures from what was learnt, for a method that needs longer: shown until its own answer is there. */
import type { Frame, Problem, Run, Snapshot, Solution, Solver } from './contract'

/** Whether a method gives laws, after a while, of which a learnt one can be a first picture. */
export function awaitsPicture({ traits }: Solver): boolean {
  return !traits.random && traits.observes.includes('marginals')
}

/**
 * The answer of an artifact's own method to a problem, as previews: each goes to `show`, the last is returned; undefined where
 * it has none. `brief`: the first is enough. `finish` runs a generator to its end, or gives up.
 */
export async function foresee(
  problem: Problem,
  solver: Solver | undefined,
  run: Run,
  brief: boolean,
  show: (frame: Frame) => void,
  finish: (
    generator: AsyncGenerator<Snapshot, Solution | undefined>,
    see: (snapshot: Snapshot) => void,
  ) => Promise<Solution | undefined>,
): Promise<Frame | undefined> {
  const { artifact } = run
  if (!artifact || !solver?.answers?.(artifact, problem)) return undefined
  const { solve } = await solver.load()
  let last: Frame | undefined
  const see = ({ observations, warnings, diagnostics }: Solution) => {
    const phase = `${solver.title.toLowerCase()} first, then exact`
    last = { observations, warnings, diagnostics, done: 0, phase, preview: true }
    show(last)
  }
  const generator = solve(problem, solver.options.defaults, run)
  const solution = await finish(brief ? firstOf(generator) : generator, (snapshot) => see(snapshot()))
  if (solution) see(solution)
  return last
}

/** The first picture of a generator, or its end where that comes first. */
async function* firstOf(generator: AsyncGenerator<Snapshot, Solution>): AsyncGenerator<Snapshot, Solution | undefined> {
  try {
    const { done, value } = await generator.next()
    if (done) return value
    yield value
    return undefined
  } finally {
    await generator.return(undefined as never)
  }
}

/** What is shown while the answer is not whole: the preview, with the progress of the method; or the method's own. */
export function meanwhile(early: Frame, frame: Frame): Frame {
  if (frame.preview) return frame
  const { observations, preview } = early
  return { ...frame, observations, preview }
}
