import type { Study } from '../solvers/study'

/** The study as far as it decides the numbers of each replicate: all but how many of them. */
export function questionOf(study: Study): string {
  const { network, parameters, initial, times, observe, solver, seed, options } = study
  const { replicates: _, ...rest } = options ?? {}
  return JSON.stringify([textKey(network), parameters, initial, times, observe, solver, seed, rest])
}

/** The method as it is set, whatever it is asked and however many replicates it draws. */
export function methodOf({ solver, options }: Study): string {
  const { replicates: _, ...rest } = options ?? {}
  return JSON.stringify([solver, rest])
}

/** A short name for a text, the same as long as the text is used: texts of megabytes are compared many times. */
export function textKey(text: string): number | string {
  if (text.length < shortText) return text
  const known = texts.get(text)
  if (known !== undefined) {
    texts.delete(text)
    texts.set(text, known)
    return known
  }
  texts.set(text, ++named)
  for (const old of texts.keys()) if (texts.size > mostTexts) texts.delete(old)
  return named
}

const shortText = 2000
/** More than one draft and what is still shown of older ones. */
const mostTexts = 12
const texts = new Map<string, number>()
let named = 0
