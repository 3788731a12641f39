/** The gallery's studies. Loaded as one piece when the gallery is first opened. */
import type { Study } from '../../solvers/study'

export interface Card {
  /** The name in `?study=NAME`. */
  readonly name: string
  readonly study: Study
}

const files = import.meta.glob<Study>('../../../public/studies/*.study.json', { eager: true, import: 'default' })

export const cards: readonly Card[] = Object.entries(files)
  .map(([path, study]) => ({ name: path.replace(/^.*\//, '').replace('.study.json', ''), study }))
  .sort((a, b) => (a.study.title ?? a.name).localeCompare(b.study.title ?? b.name, 'en'))

/** Cards in which every word of `query` occurs. */
export function findCards(query: string): readonly Card[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return cards.filter(({ name, study }) => {
    const text = [name, study.title, study.about, study.figure, study.cite, study.network].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
