/** Options that ensembles share. */
import { z } from 'zod'

export const replicates = z.int().min(1).max(100_000_000).default(10_000).meta({
  title: 'Replicates',
  help: 'Independent sample paths. Errors of sampling fall as one over the square root.',
})

export const trajectories = z.int().min(0).max(1000).default(50).meta({
  title: 'Paths kept',
  help: 'The first so many replicates are kept as paths, to be drawn.',
  advanced: true,
})
