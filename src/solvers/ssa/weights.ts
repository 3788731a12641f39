/**
 * Ways to choose one of many reactions in proportion to its weight: a tree of sums, a list that sorts itself, groups of
 * like size. Each takes one number that is uniform on [0, total) and leaves of it, where it chooses, a number that is
 * uniform on [0, weight): enough to accept with a probability.
 */

export interface Weights {
  /** Forget everything: all weights are 0. What follows does not depend on what was before. */
  clear(): void
  /** Takes effect with `settle`. Not a number makes the total one, too. */
  set(i: number, weight: number): void
  /** The rate at which candidates come. */
  settle(): number
  /** The index on which a number in [0, total) falls, or −1: nothing is chosen at this candidate. */
  choose(target: number): number
  /** What is left of the last target, in its one place. */
  readonly rest: Float64Array
}

const bits = 4
/** Children of a node. */
export const fan = 1 << bits

/** Where the levels of a tree over so many weights begin, its topmost level, its nodes in all and those above weights. */
export function treeShape(count: number) {
  const levels: number[] = [Math.max(1, Math.ceil(count / fan)) * fan]
  while (levels[levels.length - 1] > 1) {
    const nodes = Math.ceil(levels[levels.length - 1] / fan)
    levels.push(nodes > 1 ? Math.ceil(nodes / fan) * fan : 1)
  }
  const offsets = levels.map((_, level) => levels.slice(0, level).reduce((sum, size) => sum + size, 0))
  const top = levels.length - 1
  return { offsets, top, size: offsets[top] + 1, parents: levels[1] }
}

/**
 * Sums of 16 children each, up to the total; a changed sum is added up anew, so that no rounding builds up (the
 * logarithmic direct method, Li & Petzold 2006, with wide nodes: a level costs one branch that cannot be foretold).
 */
export function sumTree(count: number): Weights {
  const { offsets, top, size, parents } = treeShape(count)
  const sums = new Float64Array(size)
  const marked = new Uint8Array(size)
  const dirty = new Int32Array(parents)
  const rest = new Float64Array(1)
  let changed = 0
  return {
    clear() {
      sums.fill(0)
      marked.fill(0)
      changed = 0
    },
    set(i, weight) {
      if (sums[i] === weight) return
      sums[i] = weight
      const parent = i >> bits
      if (marked[offsets[1] + parent] === 1) return
      marked[offsets[1] + parent] = 1
      dirty[changed++] = parent
    },
    settle() {
      for (let level = 1; level <= top; level++) {
        const below = offsets[level - 1]
        const here = offsets[level]
        const above = level < top ? offsets[level + 1] : 0
        let parents = 0
        for (let k = 0; k < changed; k++) {
          const node = dirty[k]
          const from = below + (node << bits)
          // In four runs: one long one would wait for each addition in turn.
          let a = 0
          let b = 0
          let c = 0
          let d = 0
          for (let child = from; child < from + fan; child += 4) {
            a += sums[child]
            b += sums[child + 1]
            c += sums[child + 2]
            d += sums[child + 3]
          }
          sums[here + node] = a + b + (c + d)
          marked[here + node] = 0
          const parent = node >> bits
          if (level === top || marked[above + parent] === 1) continue
          marked[above + parent] = 1
          dirty[parents++] = parent
        }
        changed = parents
      }
      return sums[offsets[top]]
    },
    choose(target) {
      let node = 0
      for (let level = top - 1; level >= 0; level--) {
        let child = offsets[level] + (node << bits)
        const last = child + fan - 1
        for (; child < last; child++) {
          const weight = sums[child]
          if (target < weight) break
          target -= weight
        }
        node = child - offsets[level]
      }
      rest[0] = target
      // Rounding can lead beyond the last weight.
      return target < sums[node] ? node : -1
    },
    rest,
  }
}

/**
 * The same tree with what lies before each child among its siblings, so that a level is a count of comparisons that do
 * not wait for each other. Adding up takes longer: for weights that seldom change.
 */
export function cumulativeTree(count: number): Weights {
  const { offsets, top, size, parents } = treeShape(count)
  const [sums, before] = [new Float64Array(size), new Float64Array(size)]
  const marked = new Uint8Array(size)
  const dirty = new Int32Array(parents)
  const rest = new Float64Array(1)
  let changed = 0
  return {
    clear() {
      sums.fill(0)
      before.fill(0)
      marked.fill(0)
      changed = 0
    },
    set(i, weight) {
      if (sums[i] === weight) return
      sums[i] = weight
      const parent = i >> bits
      if (marked[offsets[1] + parent] === 1) return
      marked[offsets[1] + parent] = 1
      dirty[changed++] = parent
    },
    settle() {
      for (let level = 1; level <= top; level++) {
        const here = offsets[level]
        const above = level < top ? offsets[level + 1] : 0
        let more = 0
        for (let k = 0; k < changed; k++) {
          const node = dirty[k]
          const from = offsets[level - 1] + (node << bits)
          let sum = 0
          for (let child = from; child < from + fan; child++) {
            before[child] = sum
            sum += sums[child]
          }
          sums[here + node] = sum
          marked[here + node] = 0
          const parent = node >> bits
          if (level === top || marked[above + parent] === 1) continue
          marked[above + parent] = 1
          dirty[more++] = parent
        }
        changed = more
      }
      return sums[offsets[top]]
    },
    choose(target) {
      let node = 0
      for (let level = top - 1; level >= 0; level--) {
        let child = offsets[level] + (node << bits)
        const last = child + fan - 1
        // What weighs nothing begins where the next one does, and is passed over.
        while (child < last && before[child + 1] <= target) child++
        target -= before[child]
        node = child - offsets[level]
      }
      rest[0] = target
      return target < sums[node] ? node : -1
    },
    rest,
  }
}

/**
 * Sorting direct method (McCollum et al. 2006, doi:10.1016/j.compbiolchem.2005.10.007): a list is scanned, and what is
 * chosen moves one place to the front. The total goes by differences; it is added up anew before the rounding of these
 * can reach 10⁻¹² of it.
 */
export function sortedList(count: number): Weights {
  const weights = new Float64Array(count)
  const order = new Int32Array(count)
  const rest = new Float64Array(1)
  /** The total, and what rounding may have taken from it. */
  const sum = new Float64Array(2)
  return {
    clear() {
      weights.fill(0)
      for (let i = 0; i < count; i++) order[i] = i
      sum.fill(0)
    },
    set(i, weight) {
      const change = weight - weights[i]
      weights[i] = weight
      sum[0] += change
      sum[1] += (Math.abs(change) + Math.abs(sum[0])) * 2 ** -53
    },
    settle() {
      if (sum[1] <= 1e-12 * sum[0]) return sum[0]
      let total = 0
      for (let i = 0; i < count; i++) total += weights[i]
      sum[0] = total
      sum[1] = 0
      return total
    },
    choose(target) {
      for (let k = 0; k < count; k++) {
        const i = order[k]
        if (target < weights[i]) {
          rest[0] = target
          if (k > 0) {
            order[k] = order[k - 1]
            order[k - 1] = i
          }
          return i
        }
        target -= weights[i]
      }
      return -1
    },
    rest,
  }
}

/** Exponents of doubles. */
const groupCount = 2048

/**
 * Composition and rejection (Slepoy, Thompson & Plimpton 2008, doi:10.1063/1.2919546): group g holds the weights in
 * [2^(g−1), 2^g). A group is chosen by what its members could weigh at most, and a member accepted in proportion to its
 * weight, at least every other one. So nothing has to be added up but numbers of members, and candidates that are
 * rejected take their time like others.
 */
export function groups(count: number): Weights {
  const weights = new Float64Array(count)
  const high = new Int32Array(weights.buffer)
  const group = new Int16Array(count)
  const place = new Int32Array(count)
  const sizes = new Int32Array(groupCount)
  const members: Int32Array[] = []
  /** Groups that have had members, heaviest first. */
  let used: number[] = []
  const bounds = Float64Array.from({ length: groupCount }, (_, g) => 2 ** (g - 1022))
  const rest = new Float64Array(1)
  let broken = false

  const remove = (i: number) => {
    const g = group[i]
    const last = members[g][--sizes[g]]
    members[g][place[i]] = last
    place[last] = place[i]
  }
  const add = (i: number, g: number) => {
    if (!members[g]) members[g] = new Int32Array(4)
    if (sizes[g] === members[g].length) {
      const larger = new Int32Array(2 * sizes[g])
      larger.set(members[g])
      members[g] = larger
    }
    if (sizes[g] === 0 && !used.includes(g)) used = [...used, g].sort((a, b) => b - a)
    group[i] = g
    place[i] = sizes[g]
    members[g][sizes[g]++] = i
  }
  return {
    clear() {
      weights.fill(0)
      sizes.fill(0)
      used = []
      broken = false
    },
    set(i, weight) {
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) broken = true
      const before = weights[i]
      weights[i] = weight
      // The exponent: bits 52 … 62. Denormal weights share the lowest group.
      const g = (high[2 * i + 1] >>> 20) & (groupCount - 1)
      if (before > 0) {
        if (weight > 0 && g === group[i]) return
        remove(i)
      }
      if (weight > 0) add(i, g)
    },
    settle() {
      if (broken) return Number.NaN
      let total = 0
      for (const g of used) total += sizes[g] * bounds[g]
      return total
    },
    choose(target) {
      for (const g of used) {
        const weight = sizes[g] * bounds[g]
        if (target >= weight) {
          target -= weight
          continue
        }
        const at = target / bounds[g]
        const i = members[g][Math.floor(at)]
        rest[0] = (at - Math.floor(at)) * bounds[g]
        return rest[0] < weights[i] ? i : -1
      }
      return -1
    },
    rest,
  }
}
