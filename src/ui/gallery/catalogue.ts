/** The gallery's studies. Loaded as one piece when the gallery is first opened. */
import course from '../../../public/studies/index.json'
import type { Study } from '../../solvers/study'

export interface Card {
  /** The name in `?study=NAME`. */
  readonly name: string
  /** The chapter it stands in. */
  readonly topic: string
  readonly study: Study
}

const folder = '../../../public/studies'
const files = import.meta.glob<Study>('../../../public/studies/*.study.json', { eager: true, import: 'default' })

/** In the order of a course, which the index keeps. */
export const cards: readonly Card[] = course.map(({ name, topic }) => ({
  name,
  topic,
  study: files[`${folder}/${name}.study.json`],
}))

/** Cards in which every word of `query` occurs. */
export function findCards(query: string): readonly Card[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return cards.filter(({ name, topic, study }) => {
    const text = [name, topic, study.title, study.about, study.figure, study.cite, study.network]
      .join('\n')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Cards by chapter, in the order of the course. */
export function chaptersOf(
  found: readonly Card[],
): readonly { readonly topic: string; readonly cards: readonly Card[] }[] {
  const topics = [...new Set(found.map(({ topic }) => topic))]
  return topics.map((topic) => ({ topic, cards: found.filter((card) => card.topic === topic) }))
}
