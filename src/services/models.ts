/**
 * What the page ships learnt: an index that says of which networks, and a file for each, fetched when a study of such a
 * network is first on the screen. A line that is down costs a preview, not the answer.
 */
import { z } from 'zod'
import { readArtifact, type Taught } from '../solvers/artifact-file'
import type { Problem } from '../solvers/contract'
import { signature } from '../solvers/learnt'

export interface Models {
  /** What is learnt of this problem's network, once it is here. */
  find(problem: Problem): Taught | undefined
}

const axis = z.object({
  kind: z.enum(['parameter', 'initial']),
  index: z.int(),
  name: z.string(),
  min: z.number(),
  max: z.number(),
  log: z.boolean(),
})
const index = z.array(
  z.object({
    name: z.string().regex(/^[\w-]+$/),
    solver: z.string(),
    signature: z.string(),
    domain: z.object({ axes: z.array(axis), horizon: z.number() }),
  }),
)

/** `read` brings a file of the folder of models. */
export function openModels(read: (file: string) => Promise<ArrayBuffer>): Models {
  let known: z.infer<typeof index> | undefined
  const here = new Map<string, Taught | undefined>()
  const quietly = (work: Promise<void>) => void work.catch(() => {})
  const open = async (problem: Problem) => {
    known = []
    known = index.parse(JSON.parse(new TextDecoder().decode(await read('index.json'))))
    // Before the first slider moves, if the line allows.
    find(problem)
  }
  const bring = async (name: string) => {
    here.set(name, undefined)
    const file = readArtifact(new Uint8Array(await read(`${name}.safetensors`)))
    if (file.ok) here.set(name, file.value)
  }
  const find = (problem: Problem): Taught | undefined => {
    if (!known) quietly(open(problem))
    const match = known?.find(({ signature: own, domain }) => fits(problem, domain.axes, own))
    if (!match) return undefined
    if (!here.has(match.name)) quietly(bring(match.name))
    return here.get(match.name)
  }
  return { find }
}

function fits(problem: Problem, axes: z.infer<typeof axis>[], own: string): boolean {
  const { parameters, species } = problem.network
  const there = axes.every(({ kind, index }) => index < (kind === 'parameter' ? parameters : species).length)
  return there && signature(problem, axes) === own
}
