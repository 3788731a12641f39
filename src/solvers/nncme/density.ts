/** The network that the options ask for, over the variables of a box. */
import type { Density } from '../../numerics/learning/density'
import { gru } from '../../numerics/learning/gru'
import { maskedDense } from '../../numerics/learning/masked-dense'
import { transformer } from '../../numerics/learning/transformer'
import type { Box } from './box'
import type { NncmeOptions } from './index'

export function densityOf(
  { density, width, layers }: Pick<NncmeOptions, 'density' | 'width' | 'layers'>,
  { variables, sums }: Box,
): Density {
  const caps = variables.map(({ cap }) => cap)
  const widest = variables.map((v) => v.widest)
  if (density === 'gru') return gru({ caps, widest, sums, width })
  if (density === 'dense') return maskedDense({ caps, widest, sums, width, layers })
  const heads = width % 4 === 0 ? 4 : 1
  return transformer({ caps, widest, sums, width, heads, layers })
}
