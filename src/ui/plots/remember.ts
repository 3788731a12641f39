import { same } from '../figure/figure'

/** More questions than this are not asked at once. */
const mostKept = 12

/**
 * The same function, which does not compute again what it has just computed: frames come many times a second, and the
 * paths in them, once finished, are the same. One result is kept per first argument.
 */
export function remembering<A extends readonly [string, ...unknown[]], R>(
  compute: (...args: A) => R,
): (...args: A) => R {
  const kept = new Map<string, { args: A; result: R }>()
  return (...args) => {
    const known = kept.get(args[0])
    if (known && same(known.args, args)) return known.result
    const result = compute(...args)
    kept.delete(args[0])
    kept.set(args[0], { args, result })
    if (kept.size > mostKept) kept.delete([...kept.keys()][0])
    return result
  }
}
