/** Numbering states so that those with a rate between them are near each other: a narrow band. */

/** The targets and sources of state i are `neighbours[first[i] … first[i + 1] − 1]`, itself left out. */
export interface Graph {
  readonly first: Int32Array
  readonly neighbours: Int32Array
}

/** The undirected graph of some pairs, each visited any number of times. */
export function graphOf(states: number, forEachPair: (visit: (a: number, b: number) => void) => void): Graph {
  const first = new Int32Array(states + 1)
  forEachPair((a, b) => {
    first[a + 1]++
    first[b + 1]++
  })
  for (let i = 0; i < states; i++) first[i + 1] += first[i]
  const neighbours = new Int32Array(first[states])
  const next = first.slice()
  forEachPair((a, b) => {
    neighbours[next[a]++] = b
    neighbours[next[b]++] = a
  })
  return { first, neighbours }
}

/**
 * Reverse Cuthill–McKee (1969, doi:10.1145/800195.805928): breadth first from an end of each part, few neighbours first.
 * Returns the states in their order.
 */
export function narrowOrder(graph: Graph): Int32Array {
  const { first, neighbours } = graph
  const states = first.length - 1
  const order = new Int32Array(states)
  const seen = new Uint8Array(states)
  const marks = new Float64Array(states)
  let count = 0
  const degree = (i: number) => first[i + 1] - first[i]
  for (let root = 0; root < states; root++) {
    if (seen[root]) continue
    const from = count
    order[count++] = farEnd(graph, root, marks)
    seen[order[from]] = 1
    for (let at = from; at < count; at++) {
      const i = order[at]
      const fresh: number[] = []
      for (let k = first[i]; k < first[i + 1]; k++) {
        const j = neighbours[k]
        if (seen[j]) continue
        seen[j] = 1
        fresh.push(j)
      }
      fresh.sort((a, b) => degree(a) - degree(b))
      for (const j of fresh) order[count++] = j
    }
  }
  return order.reverse()
}

/** Rounds of looking for a state that is farther away from where one began than the last. */
const rounds = 8

/** A state at an end of the part that `root` belongs to. `marks` holds, per state, the last search that met it. */
function farEnd({ first, neighbours }: Graph, root: number, marks: Float64Array): number {
  let [end, depth] = [root, -1]
  for (let round = 0; round < rounds; round++) {
    const mark = root * rounds + round + 1
    marks[end] = mark
    let level = [end]
    let levels = 0
    for (;;) {
      const next: number[] = []
      for (const i of level) {
        for (let k = first[i]; k < first[i + 1]; k++) {
          if (marks[neighbours[k]] === mark) continue
          marks[neighbours[k]] = mark
          next.push(neighbours[k])
        }
      }
      if (next.length === 0) break
      level = next
      levels++
    }
    if (levels <= depth) return end
    depth = levels
    end = level.reduce((a, b) => (first[b + 1] - first[b] < first[a + 1] - first[a] ? b : a))
  }
  return end
}
