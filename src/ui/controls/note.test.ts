import { expect, it } from 'vitest'
import { noteAt } from './note'

const text = 'parameter a = 4 in [1, 9]  # strength # of it\nparameter b = 1, c = 2 # two\nparameter d = 3\n# alone'

it('reads the comment behind a parameter', () => {
  expect(noteAt(text, text.indexOf('4'))).toBe('strength # of it')
})

it('says nothing where the comment is about more than one, or about another line', () => {
  expect(noteAt(text, text.indexOf('2 #'))).toBeUndefined()
  expect(noteAt(text, text.indexOf('3'))).toBeUndefined()
  expect(noteAt(text, undefined)).toBeUndefined()
})
