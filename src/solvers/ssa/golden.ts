/**
 * Networks whose sampled paths are known to the bit: what every engine must reproduce (here Node; Chromium in
 * `e2e/bits.spec.ts`). The hashes were taken when each was first run, in Node 20.
 */
import { compile } from '../../network/compile'
import type { Lane, Lanes } from '../../network/compile-lanes'
import { lockstep } from '../../network/compile-lockstep'
import { turns } from '../../network/compile-turns'
import type { Walker } from '../../network/walker'
import { stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import { ask } from '../testing'

const conveyor = (n: number) =>
  ['species S1 = 100', '0 -> S1, 20', ...Array.from({ length: n - 2 }, (_, i) => `S${i + 1} -> S${i + 2}, 1`)]
    .concat(`S${n - 1} -> 0, 1`)
    .join('\n')

const vilar = `species Da = 1, Dr = 1
A + Da <-> Dpa, 1, 50; A + Dr <-> Dpr, 1, 100
Da -> Da + Ma, 50; Dpa -> Dpa + Ma, 500; Dr -> Dr + Mr, 0.01; Dpr -> Dpr + Mr, 50
Ma -> Ma + A, 50; Mr -> Mr + R, 5; A + R -> C, 2; C -> R, 1
Ma -> 0, 10; Mr -> 0, 0.5; A -> 0, 1; R -> 0, 0.2`

/** A cascade of three kinases, in ten enzymatic steps (Huang & Ferrell 1996, doi:10.1073/pnas.93.19.10078). */
const cascade = [
  'species E1 = 3, E2 = 3, KKK = 30, KK = 1200, KKPase = 3, K = 1200, KPase = 120',
  ...['E1 KKK KKKp', 'E2 KKKp KKK', 'KKKp KK KKp', 'KKPase KKp KK', 'KKKp KKp KKpp', 'KKPase KKpp KKp']
    .concat('KKpp K Kp', 'KPase Kp K', 'KKpp Kp Kpp', 'KPase Kpp Kp')
    .map((step) => step.split(' '))
    .map(([enzyme, from, to], i) => `${enzyme} + ${from} <-> C${i}, 1, 150; C${i} -> ${enzyme} + ${to}, 150`),
].join('\n')

/** Text, times, replicates, and the hash of what they record. */
export const models: Readonly<
  Record<string, readonly [text: string, times: number[], replicates: number, golden: string]>
> = {
  'birth–death': ['0 -> X, 10; X -> 0, 1', [0, 1, 5, 20], 50, 'c18d7c62'],
  'toggle with a table': [
    'parameter n = 2.5; 0 -> U, 50/(1 + (V/12)^n); 0 -> V, hillr(U, 12, n)*50; U -> 0, 1; V -> 0, 1',
    [1, 5, 20],
    50,
    '3caa8c17',
  ],
  Schlögl: ['species X = 250; 2X -> 3X, 0.03; 3X -> 2X, 1e-4; 0 -> X, 200; X -> 0, 3.5', [1, 4], 8, '691e5a1e'],
  telegraph: ['species Off = 1; Off <-> On, 0.3, 0.7; On -> On + M, 20; M -> 0, 1', [1, 10, 50], 50, '7c529696'],
  'dimerisation to a dead end': ['species A = 11; 2A -> B, 1', [0.1, 1, 100], 50, '67c57da5'],
  Vilar: [vilar, [0.5, 1], 4, 'f4f36dd0'],
  'reactants three and four at a time': [
    'species A = 90; 3A -> B, 1e-3; 4B -> 2A, 0.1; B -> 3A, 1',
    [1, 5],
    20,
    'def842a7',
  ],
  'explicit laws with guards': [
    'species A = 20; A + 2B => 3A, 5; A => 2B, 3*A; 3A => B, sqrt(A*B)/2; B => 0, min(B, 4)',
    [0.5, 2, 10],
    50,
    'e774e3f9',
  ],
  'conditions, lets and every function': [
    `species A = 30, B = 5; parameter k = 0.7
    let s = A + B; let w = k^2 + 1; let f = s < 20 ? exp(-s/w) : tanh(log(s + 1)) + abs(sin(s))
    0 -> A, 10*f; A -> B, f/(1 + cos(B)^2); B -> 0, pow(1 + A, 0.3)/(1 + log10(1 + s))
    A + B -> A, (A > B) + 0.1*(A != B) + 0.2*(A == B) + 0.01*(A <= B)*(s >= 3)
    A -> 0, max(mm(B, 3, 2)*(B > 0 ? 1 : 0), floor(hill(A, k*30, 3)))*0.1`,
    [1, 10],
    30,
    '9ca778f9',
  ],
  'counts beyond the table': [
    'species A = 4090; 0 -> A, 3e3/(1 + 1000/(1 + A)); A -> 0, 0.1*A/(1 + A)',
    [0.2, 1],
    5,
    '9ed2816e',
  ],
  'decaying–dimerising': [
    'species A = 10000; A -> 0, 1; 2A -> B, 0.002; B -> 2A, 0.5; B -> C, 0.04',
    [1, 2],
    2,
    '4d8aaedf',
  ],
  'kinase cascade': [cascade, [0.1, 0.3], 20, '3f5a6956'],
  'chain of 100, in locals': [conveyor(100), [1, 5], 5, 'ecf34035'],
  'chain of 200, in memory': [conveyor(200), [1, 5], 5, '5ba04b35'],
}

const goldenSeed = 3

/** One replicate to its end; how it ended. */
export function walk(walker: Walker, seed: number, replicate: number): string {
  walker.start(stream(seed, replicate))
  for (;;) {
    const status = walker.advance()
    if (status !== 'going') return status
  }
}

/** FNV-1a over bytes; begins with 0x811c9dc5. */
function hash(h: number, values: Float64Array): number {
  for (const byte of new Uint8Array(values.slice().buffer)) h = Math.imul(h ^ byte, 0x01000193) >>> 0
  return h
}

/** The hash of a model's paths as the compiled kernels sample them here: one replicate at a time, or several together. */
export function bitsOf(name: string, several = false): string {
  const [text, times, replicates] = models[name]
  const problem = ask(text, times)
  const records = several ? together(problem, replicates) : alone(problem, replicates)
  return typeof records === 'string' ? records : records.reduce(hash, 0x811c9dc5).toString(16)
}

function alone({ network, parameters, initial, times }: Problem, replicates: number): Float64Array[] | string {
  const walker = compile(network, parameters, initial, times)
  if (!walker) return 'not compiled'
  const found: Float64Array[] = []
  for (let i = 0; i < replicates; i++) {
    const status = walk(walker, goldenSeed, i)
    if (status !== 'done') return status
    found.push(walker.records.slice())
  }
  walker.release()
  return found
}

/** In lockstep where that can be, otherwise by turns. */
function together({ network, parameters, initial, times }: Problem, replicates: number): Float64Array[] | string {
  const inLockstep = lockstep(network, parameters, initial, times)
  const records = inLockstep && walkAll(inLockstep, replicates)
  if (records) return records
  const byTurns = turns(network, parameters, initial, times)
  return (byTurns && walkAll(byTurns, replicates)) ?? 'not walked together'
}

/** What all have recorded; null where a lane is odd. */
function walkAll(many: Lanes, replicates: number): Float64Array[] | null {
  const found: Float64Array[] = []
  const walking = many.lanes.map(() => -1)
  let next = 0
  let odd = false
  const look = ({ status, records, start }: Lane, k: number) => {
    if (status === 'going') return
    if (status === 'odd') odd = true
    else if (walking[k] >= 0) found[walking[k]] = records.slice()
    walking[k] = next < replicates ? next++ : -1
    if (walking[k] >= 0) start(stream(goldenSeed, walking[k]))
  }
  for (many.lanes.forEach(look); many.going > 0; many.lanes.forEach(look)) many.advance()
  many.release()
  return odd ? null : found
}
