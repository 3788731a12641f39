/** Random pairs for two lanes at once: two generators in one register, the same bits as `numerics/rng`. */
import type { RandomLayout } from './compile-random'
import { bits, both, f64x2, i64x2, loadLower, loadTwo, loadUpper, storeTwo, v128Type } from './compile-simd'
import {
  branchIf,
  type Code,
  call,
  type Func,
  get,
  i32,
  i32Op,
  i32Type,
  loop,
  set,
  store,
  storeI64,
  when,
} from './compile-wasm'

/** Lanes of the lockstep kernel. What belongs to them lies side by side. */
export const lanes = 8
/** Bytes of one double for each lane; a row of pairs is the uniforms of all lanes, then the exponentials. */
export const laneBytes = 8 * lanes
export const rowBytes = 2 * laneBytes

/**
 * `fill(state, from, to)`: writes a uniform at `from` and an exponential `laneBytes` after it for each of two lanes, and
 * so on in steps of `rowBytes`, before `to`. The words of the two generators' states lie `laneBytes` apart.
 */
export function fillTwoFunction(layout: RandomLayout, exponential: number): Func {
  const [home, at, to, lower, upper] = [0, 1, 2, 3, 4]
  const [z, x, inside, shifted, s0, s1, s2, s3, n0, n1, n2, n3] = Array.from({ length: 12 }, (_, i) => 5 + i)
  const state = [s0, s1, s2, s3]
  const later = [n0, n1, n2, n3]
  const rotl = (value: Code, by: number): Code => [
    value,
    [0x22, shifted],
    bits.or(i64x2.shl([], by), i64x2.shrU(get(shifted), 64 - by)),
  ]
  /** The next two words, and the state after them in other locals. */
  const next = ([a, b, c, d]: readonly number[], [A, B, C, D]: readonly number[]): Code => [
    set(z, i64x2.add(rotl(i64x2.add(get(a), get(d)), 23), get(a))),
    set(C, bits.xor(get(c), get(a))),
    set(D, bits.xor(get(d), get(b))),
    set(shifted, i64x2.shl(get(b), 17)),
    set(B, bits.xor(get(b), get(C))),
    set(A, bits.xor(get(a), get(D))),
    set(C, bits.xor(get(C), get(shifted))),
    set(D, rotl(get(D), 45)),
  ]
  // (2m + 1)·2⁻⁵³ for the upper 52 bits m of each word: as 1 + m·2⁻⁵² less 1 − 2⁻⁵³, exactly.
  const one = i64x2.splat([0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xf8, 0x3f])
  const unit = f64x2.sub(bits.or(i64x2.shrU(get(z), 12), one), both(1 - 2 ** -53))
  const layer = (lane: number): Code => i32Op.shl(i32Op.and([i64x2.lane(get(z), lane), 0xa7], i32(255)), i32(3))
  const widths = (shift: number): Code => {
    const address = layout.ziggurat + 8 * shift
    return loadUpper(address, get(upper), loadLower(address, get(lower)))
  }
  /** A lane outside its layer goes back to where it was, and draws as one that is alone. */
  const alone = (lane: number): Code =>
    when(i32Op.not(i32Op.fromI64(i64x2.lane(get(inside), lane))), [
      state.map((word, i) => storeI64(laneBytes * i + 8 * lane, i64x2.lane(get(word), lane), get(home))),
      store(laneBytes + 8 * lane, call(exponential, i32Op.add(get(home), i32(8 * lane))), get(at)),
    ])
  const body: Code = [
    state.map((word, i) => set(word, loadTwo(laneBytes * i, get(home)))),
    loop(
      next(state, later),
      storeTwo(0, unit, get(at)),
      next(later, state),
      set(lower, layer(0)),
      set(upper, layer(1)),
      set(x, f64x2.mul(unit, widths(0))),
      storeTwo(laneBytes, get(x), get(at)),
      set(inside, f64x2.lt(get(x), widths(1))),
      when(i32Op.not(i64x2.allTrue(get(inside))), [
        state.map((word, i) => storeTwo(laneBytes * i, get(word), get(home))),
        later.map((word, i) => set(state[i], get(word))),
        alone(0),
        alone(1),
        state.map((word, i) => set(word, loadTwo(laneBytes * i, get(home)))),
      ]),
      set(at, i32Op.add(get(at), i32(rowBytes))),
      branchIf(i32Op.ltU(get(at), get(to)), 0),
    ),
    state.map((word, i) => storeTwo(laneBytes * i, get(word), get(home))),
  ]
  return {
    name: 'fill',
    parameters: [i32Type, i32Type, i32Type],
    results: [],
    locals: [
      { count: 2, type: i32Type },
      { count: 12, type: v128Type },
    ],
    body,
  }
}
