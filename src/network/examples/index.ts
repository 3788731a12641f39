import { edgeExamples } from './edges'
import type { Example } from './example'
import { linearExamples } from './linear'
import { nonlinearExamples } from './nonlinear'

export * from './edges'
export * from './example'
export * from './linear'
export * from './nonlinear'

/** Every network with known truths, from easy to nasty. */
export const examples: readonly Example[] = [...edgeExamples, ...linearExamples, ...nonlinearExamples]
