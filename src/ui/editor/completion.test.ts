import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { expect, it } from 'vitest'
import { parse } from '../../network/parse'
import { complete } from './completion'
import { roles, setNetwork } from './highlight'

const { network } = parse('species Rna = 0\nparameter rate = 2\n0 -> Rna, rate\n')

/** What is offered at the end of `text`. */
function offered(text: string, explicit = false): string[] {
  const state = EditorState.create({ doc: text, extensions: [roles] }).update({
    effects: setNetwork.of(network!),
  }).state
  return complete(new CompletionContext(state, text.length, explicit))?.options.map(({ label }) => label) ?? []
}

it('offers statements where a statement begins, and names of the network everywhere', () => {
  expect(offered('par')).toEqual(expect.arrayContaining(['parameter', 'species', 'at', 'Rna', 'rate']))
  expect(offered('Rna -> 0, 1; par')).toContain('parameter')
  expect(offered('0 -> Rna, r')).toEqual(expect.arrayContaining(['Rna', 'rate', 'hill', 't']))
  expect(offered('0 -> Rna, r')).not.toContain('parameter')
})

it('offers the words of a slider behind a value', () => {
  expect(offered('parameter k = 2 i')).toEqual(['in', 'step', 'log'])
})

it('leaves comments, new names and empty places alone', () => {
  expect(offered('0 -> Rna, 1 # r')).toEqual([])
  expect(offered('parameter r')).toEqual([])
  expect(offered('0 -> Rna, ')).toEqual([])
  expect(offered('0 -> Rna, ', true)).toContain('rate')
})
