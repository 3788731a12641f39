import { expect, it } from 'vitest'
import { parse } from '../src/network/parse'
import { bCell } from './b-cell'
import { receptors } from './receptors'

it.each([
  ['the receptor of EGF', receptors(), 356, 3749],
  ['the receptor of B cells', bCell(), 1122, 24388],
] as const)('%s has the published numbers of species and reactions', (_, text, species, reactions) => {
  const { network } = parse(text)
  expect([network?.species.length, network?.reactions.length]).toEqual([species, reactions])
})
