/**
 * The direct method (Gillespie 1977, doi:10.1021/j100540a008) as WGSL: one invocation walks one replicate.
 *
 * Time and shares are whole numbers of 64 bits, kept as two words, low first, so that they add up without rounding
 * whatever a device does with its floating point. The last output time is at tick 2⁶⁰. A propensity's share of their
 * sum is a stretch of about share · 2⁶¹ whole numbers, so that one of 10⁻¹⁵ of the sum is still chosen as often as it
 * should be; a number of 61 random bits that falls beyond the last stretch is drawn again.
 *
 * x: counts; a: propensities; total: their sum; due: tick of the pending event, and where a lane is in trouble the tick
 * of its last one; draws: random words drawn so far, the counter beside the replicate's number.
 */

import { parity, rotations, rounds, roundsPerKey } from '../../numerics/threefry'
import type { Problem } from '../contract'
import { constants, emitPropensities, functions, literal } from './expression'
import { laneSize, laneWords, maxCount } from './limits'

/** Ticks up to the last output time. */
export const horizonTicks = 2 ** 60
/** Just below 2⁶¹: the rounding of as many as 2⁹ propensities, 2⁻²⁴ each, does not lead past it. */
export const shares = 2 ** 61 - 2 ** 49
/** Sums that promise fewer events up to the last output time than this count as nothing. */
export const fewestEvents = 2 ** -40
/** Random words of one replicate, nearly all there are for its number. */
const maxDraws = 2 ** 32 - 2 ** 8

export const trouble = { none: 0, propensity: 1, count: 2, draws: 3 } as const

/** Ticks per unit of time. Where the only output time is 0, any unit will do. */
export const ticksPerTime = (times: ArrayLike<number>): number => horizonTicks / (times[times.length - 1] || 1)

export interface Program {
  readonly text: string
  /** What binding 5 of it holds, in vectors of four. */
  readonly constants: Float32Array
}

/**
 * The program that advances all lanes; its text is the same for all parameters, initial counts and output times, whose number
 * counts. Throws a `Failure` where a number does not fit.
 */
export function sampler({ network, parameters, initial, times }: Problem): Program {
  const [S, R, T] = [network.species.length, network.reactions.length, times.length]
  const { values, place } = constants()
  const { lets, propensities } = emitPropensities(network, parameters, place)
  const growing = network.species
    .map((_, s) => s)
    .filter((s) => network.reactions.some(({ net }) => net.some((term) => term.species === s && term.count > 0)))
  // Without short cuts, which are branches within branches: some compilers take for ever over a chain of them.
  const any = (tests: readonly string[]) => (tests.length > 0 ? tests.map((test) => `(${test})`).join(' | ') : 'false')
  const firings = network.reactions.map(({ net }, r) => {
    const changes = net.map(({ species, count }) => `x[${species}] += ${count};`)
    return `    case ${r}u: { ${changes.join(' ')} }`
  })
  const text = `
struct Job { key: vec2<u32>, first: u32, step: u32, lanes: u32, budget: u32, fresh: u32, invalid: u32 }
struct Status { running: atomic<u32>, passed: atomic<u32>, events: atomic<u32>, trouble: atomic<u32> }

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> marks: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> lanes: array<u32>;
@group(0) @binding(3) var<storage, read_write> records: array<i32>;
@group(0) @binding(4) var<storage, read_write> status: Status;

var<private> x: array<i32, ${S}>;
var<private> a: array<f32, ${R}>;
var<private> total: f32;
var<private> inverse: f32;
var<private> replicate: u32;
var<private> draws: u32;
${threefryText}
${functions}
fn draw() -> vec2<u32> {
  let words = threefry(job.key, vec2(replicate, draws));
  draws++;
  return words;
}

fn sum(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn difference(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn less(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// The whole part of 0 ≤ v < 2^63.
fn whole(v: f32) -> vec2<u32> {
  let scaled = v * 0x1p-32f;
  let high = floor(scaled);
  return vec2(u32((scaled - high) * 0x1p32f), u32(high));
}

fn finite(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7f800000u) != 0x7f800000u;
}

// Propensities of the counts now; what is wrong with them, if anything.
fn refresh() -> u32 {
  ${lets.join('\n  ')}
  ${propensities.map((propensity, r) => `a[${r}] = ${propensity};`).join('\n  ')}
  total = ${propensities.map((_, r) => `a[${r}]`).join(' + ')};
  inverse = 1f / total;
  if (${any(['!finite(total)', ...propensities.map((_, r) => `a[${r}] < 0f`)])}) { return ${trouble.propensity}u; }
  if (${any(growing.map((s) => `x[${s}] > ${maxCount}`))}) { return ${trouble.count}u; }
  return select(${trouble.none}u, ${trouble.draws}u, draws > ${maxDraws}u);
}

// Ticks to the next event. The uniform is the middle of one of 2^23 cells; the first of them is cut as finely again.
fn wait() -> vec2<u32> {
  let words = draw();
  if (total * ${place(times[T - 1] || 1)} < ${literal(fewestEvents)}) { return vec2(0u, 0x40000000u); }
  let cell = words.x >> 9u;
  let u = select((f32(cell) + 0.5f) * 0x1p-23f, (f32(words.y >> 9u) + 0.5f) * 0x1p-46f, cell == 0u);
  return whole(min(max(-log(u), 0f) * inverse * ${place(ticksPerTime(times))}, 0x1p62f));
}

fn choose() -> u32 {
  while (draws <= ${maxDraws}u) {
    let words = draw();
    var rest = vec2(words.x, words.y >> 3u);
    for (var r = 0u; r < ${R}u; r++) {
      let stretch = whole(a[r] * inverse * ${literal(shares)});
      if (less(rest, stretch)) { return r; }
      rest = difference(rest, stretch);
    }
  }
  return ${R}u;
}

fn fire(r: u32) {
  switch (r) {
${firings.join('\n')}
    default: {}
  }
}

fn word(i: u32, lane: u32) -> u32 {
  return i * job.lanes + lane;
}

@compute @workgroup_size(${laneSize})
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = id.x;
  if (lane >= job.lanes) { return; }
  replicate = job.first + lane * job.step;
  var due = vec2(0u, 0u);
  var passed = 0u;
  var bad = 0u;
  // Whether the wait of the pending event is still to be drawn.
  var owed = 1u;
  var events = 0u;
  if (job.fresh == 1u) {
    ${Array.from(initial, (count, s) => `x[${s}] = i32(${place(count)});`).join(' ')}
    draws = 0u;
  } else {
    due = vec2(lanes[word(0u, lane)], lanes[word(1u, lane)]);
    draws = lanes[word(2u, lane)];
    passed = lanes[word(3u, lane)];
    bad = lanes[word(4u, lane)];
    owed = lanes[word(5u, lane)];
    for (var s = 0u; s < ${S}u; s++) { x[s] = bitcast<i32>(lanes[word(${laneWords}u + s, lane)]); }
  }
  let before = passed;
  // Each function is called at one place, because compilers write it out there.
  var stale = true;
  for (var left = job.budget; left > 0u && passed < ${T}u && bad == 0u; left--) {
    if (stale) {
      bad = refresh();
      if (bad != 0u) { break; }
      if (owed == 1u) { due = sum(due, wait()); }
      owed = 0u;
      stale = false;
    }
    if (less(marks[passed], due)) {
      for (var s = 0u; s < ${S}u; s++) { records[(passed * ${S}u + s) * job.lanes + lane] = x[s]; }
      passed++;
      continue;
    }
    fire(choose());
    events++;
    owed = 1u;
    stale = true;
  }
  lanes[word(0u, lane)] = due.x;
  lanes[word(1u, lane)] = due.y;
  lanes[word(2u, lane)] = draws;
  lanes[word(3u, lane)] = passed;
  lanes[word(4u, lane)] = bad;
  lanes[word(5u, lane)] = owed;
  for (var s = 0u; s < ${S}u; s++) { lanes[word(${laneWords}u + s, lane)] = bitcast<u32>(x[s]); }
  if (passed < ${T}u) { atomicAdd(&status.running, 1u); }
  atomicAdd(&status.passed, passed - before);
  atomicAdd(&status.events, events);
  if (bad != 0u) { atomicMax(&status.trouble, bad); }
}
`
  const vectors = Math.ceil(values.length / 4)
  const padded = new Float32Array(4 * vectors)
  padded.set(values)
  return {
    text: `${text}@group(0) @binding(5) var<uniform> constants: array<vec4<f32>, ${vectors}>;`,
    constants: padded,
  }
}

/** See `numerics/threefry.ts`. */
export const threefryText = `
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let keys = array<u32, 3>(key.x, key.y, ${parity}u ^ key.x ^ key.y);
  var x = counter.x + key.x;
  var y = counter.y + key.y;
${Array.from({ length: rounds }, (_, round) => roundText(round)).join('\n')}
  return vec2(x, y);
}
`

function roundText(round: number): string {
  const turn = rotations[round % rotations.length]
  const mix = `  x += y; y = ((y << ${turn}u) | (y >> ${32 - turn}u)) ^ x;`
  if ((round + 1) % roundsPerKey > 0) return mix
  const times = (round + 1) / roundsPerKey
  return `${mix} x += keys[${times % 3}]; y += keys[${(times + 1) % 3}] + ${times}u;`
}
