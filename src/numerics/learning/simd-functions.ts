/**
 * Elementary functions of four floats at once, as fixed sequences of IEEE additions, multiplications and divisions: the
 * same bits in every engine. Absolute errors are about 10⁻⁷ times the larger of 1 and the value.
 */
import { type Code, type Local, lanes, vec, type Writer } from './assemble'

/** ln 2 in two parts: the first has 12 bits, so that k · ln2Hi is exact for |k| < 2¹¹. */
const ln2Hi = 0.693115234375
const ln2Lo = 3.1946184945309e-5
/** Below this e^x is taken to be 0, above the other to be e^88: floats end there. */
const [lowest, highest] = [-87, 88]

const horner = (x: Code, coefficients: readonly number[]): Code =>
  coefficients.slice(1).reduce<Code>((sum, c) => vec.add(vec.mul(sum, x), vec.of(c)), vec.of(coefficients[0]))

export interface Functions {
  /** Each evaluates its argument once, and uses locals of its own. */
  exp(x: Code): Code
  log(x: Code): Code
}

/** The functions, with locals of one writer. They may be nested only through a local. */
export function functions(writer: Writer): Functions {
  const [x, k, r] = [writer.v128(), writer.v128(), writer.v128()]
  return {
    exp: (argument) => [
      x.set(argument),
      k.set(vec.nearest(vec.mul(vec.min(vec.max(x.get, vec.of(lowest)), vec.of(highest)), vec.of(Math.LOG2E)))),
      r.set(
        vec.sub(
          vec.sub(vec.min(vec.max(x.get, vec.of(lowest)), vec.of(highest)), vec.mul(k.get, vec.of(ln2Hi))),
          vec.mul(k.get, vec.of(ln2Lo)),
        ),
      ),
      // Taylor: |r| ≤ 0.347; the first term left out is below 2⁻²⁷.
      vec.and(
        vec.gt(x.get, vec.of(lowest)),
        vec.mul(
          horner(r.get, [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1]),
          lanes.shl(lanes.add(lanes.fromFloats(k.get), lanes.of(127)), 23),
        ),
      ),
    ],
    log: (argument) => logarithm(argument, x, k, r),
  }
}

/** ln m = 2 artanh(s), s = (m − 1)/(m + 1), for x = m · 2^k with m in [√½, √2). */
function logarithm(argument: Code, x: Local, k: Local, s: Local): Code {
  // Subtracting the bits of √½ puts the border between two exponents there.
  const border = 0x3f3504f3
  return [
    x.set(argument),
    k.set(lanes.shr(lanes.sub(x.get, lanes.of(border)), 23)),
    x.set(lanes.sub(x.get, lanes.shl(k.get, 23))),
    k.set(lanes.toFloats(k.get)),
    s.set(vec.div(vec.sub(x.get, vec.of(1)), vec.add(x.get, vec.of(1)))),
    x.set(vec.mul(s.get, s.get)),
    vec.add(
      vec.mul(k.get, vec.of(ln2Hi)),
      vec.add(
        vec.mul(k.get, vec.of(ln2Lo)),
        vec.add(
          vec.add(s.get, s.get),
          vec.mul(vec.mul(vec.add(s.get, s.get), x.get), horner(x.get, [1 / 9, 1 / 7, 1 / 5, 1 / 3])),
        ),
      ),
    ),
  ]
}
