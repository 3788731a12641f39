/** Limits that keep a hostile text harmless. They are far beyond what is drawn or solved, and each is reached in a test. */

/** Longest text, in UTF-16 units. */
export const maxTextLength = 10_000_000
export const maxNameLength = 100
export const maxSpecies = 100_000
export const maxParameters = 100_000
/** Directions, so that a reversible reaction counts as two. */
export const maxReactions = 200_000
/** `let` and `observable` together. */
export const maxDefinitions = 10_000
export const maxEvents = 1000
/** Different species on one side of a reaction. */
export const maxTerms = 100
/** Molecules of one species on one side of a reaction. */
export const maxCoefficient = 10_000
/** Molecules of one species that collide under mass action: C(x, n) is a product of n factors. */
export const maxOrder = 20
/** The largest count that a kernel holds (a signed 32-bit integer). */
export const maxCount = 2_147_483_647
/** Parentheses, calls, powers, signs and conditionals inside each other: how deep the parser recurses. */
export const maxNesting = 150
/** Height of an expression tree, through the `let`s that it reads: how deep whoever walks it recurses. */
export const maxDepth = 1000
/** Errors, and as many warnings, that one text is told. */
export const maxDiagnostics = 100
/** Known names that are searched for one that looks like a misspelt one. */
export const maxCandidates = 1000
