/** Whoever answers for a network that was trained: one network at a time, in a worker of its own or in this thread. */
import type { LawAnswer, LawOpened, LawQuestion } from '../analysis/learnt-law'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'

export interface LawService {
  /** Takes the place of the network before; answers come from it. */
  open(artifact: Artifact, study: Study): Promise<void>
  answer(question: LawQuestion): Promise<LawAnswer>
}

export function createLawService(): LawService {
  let opened: LawOpened | string = 'there is no network yet'
  return {
    async open(artifact, study) {
      if (typeof opened !== 'string') opened.close()
      // Loaded when first asked, also where there are no workers.
      opened = await (await import('../analysis/learnt-law')).openLaw(artifact, study)
    },
    answer: async (question) =>
      typeof opened === 'string' ? { kind: 'none', why: opened } : await opened.answer(question),
  }
}
