/** Where a study keeps the options of each of its methods. */
import type { Issue } from '../../solvers/options'
import type { Study } from '../../solvers/study'

export type { Reading, Study } from '../../solvers/study'

/** The options as given, of the study's own method or of one beside it. */
export function studyOptions(study: Study, solver: string): Study['options'] {
  if ((study.solver ?? 'ssa') === solver) return study.options
  return study.compare?.find((other) => other.solver === solver)?.options
}

/** What is wrong with one option of one method. */
export function optionProblem(
  study: Study,
  issues: readonly Issue[],
  solver: string,
  name: string,
): string | undefined {
  const beside = (study.compare ?? []).findIndex((other) => other.solver === solver)
  const path = (study.solver ?? 'ssa') === solver ? `options.${name}` : `compare.${beside}.options.${name}`
  return issues.find((issue) => issue.path === path)?.message
}
