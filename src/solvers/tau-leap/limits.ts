/** What a leap is held to, in the plain and in the compiled kernel. */

/** A leap shorter than so many mean waiting times is not worth it … */
export const fewestWaits = 10
/** … then so many events are fired one by one. */
export const exactEvents = 100
/** No species may change by less than a molecule in a leap, else nothing would. */
export const fewestMolecules = 1
