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
  /** The same, when it is here; undefined where there is nothing, or the line is down. */
  bring(problem: Problem): Promise<Taught | undefined>
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

/** What failed is asked for again after so long: the line may be back. A dragged slider asks at every step. */
const retryMs = 10_000

/** `read` brings a file of the folder of models; `now`: milliseconds of a clock that never goes back. */
export function openModels(
  read: (file: string) => Promise<ArrayBuffer>,
  now: () => number = () => performance.now(),
): Models {
  let known: z.infer<typeof index> = []
  const asked = new Map<string, Promise<void>>()
  const failedAt = new Map<string, number>()
  const here = new Map<string, Taught>()
  const once = (file: string, work: () => Promise<void>): Promise<void> => {
    const failed = failedAt.get(file)
    const again = failed !== undefined && now() - failed >= retryMs
    const going = asked.get(file)
    if (going && !again) return going
    failedAt.delete(file)
    const begun = work().catch(() => void failedAt.set(file, now()))
    asked.set(file, begun)
    return begun
  }
  const list = async () => {
    known = index.parse(JSON.parse(new TextDecoder().decode(await read('index.json'))))
  }
  const fetched = async (name: string) => {
    const file = readArtifact(new Uint8Array(await read(`${name}.safetensors`)))
    if (!file.ok) throw new Error(file.why)
    here.set(name, file.value)
  }
  const match = (problem: Problem) => known.find(({ signature: own, domain }) => fits(problem, domain.axes, own))?.name
  const bring = async (problem: Problem): Promise<Taught | undefined> => {
    await once('index.json', list)
    const name = match(problem)
    if (name === undefined) return undefined
    await once(name, () => fetched(name))
    return here.get(name)
  }
  const find = (problem: Problem): Taught | undefined => {
    const taught = here.get(match(problem) ?? '')
    if (!taught) void bring(problem)
    return taught
  }
  return { find, bring }
}

function fits(problem: Problem, axes: z.infer<typeof axis>[], own: string): boolean {
  const { parameters, species, reactions } = problem.network
  // No reaction is written in fewer characters: a large network need not be printed to be told from a small one.
  if (reactions.length * '0->A'.length > own.length) return false
  const there = axes.every(({ kind, index }) => index < (kind === 'parameter' ? parameters : species).length)
  return there && signature(problem, axes) === own
}
