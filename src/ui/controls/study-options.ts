/** Where a study keeps the options of each of its lanes. */
import { lanesOf } from '../../solvers/lanes'
import type { Issue } from '../../solvers/options'
import type { Study } from '../../solvers/study'

export type { Reading, Study } from '../../solvers/study'

/** The options as given, of the study's own method or of one beside it. */
export function studyOptions(study: Study, lane: string): Study['options'] {
  return lanesOf(study).find(({ id }) => id === lane)?.options
}

/** What is wrong with one option of one lane. */
export function optionProblem(study: Study, issues: readonly Issue[], lane: string, name: string): string | undefined {
  const place = lanesOf(study).findIndex(({ id }) => id === lane)
  const path = place === 0 ? `options.${name}` : `compare.${place - 1}.options.${name}`
  return issues.find((issue) => issue.path === path)?.message
}
