/**
 * Random streams. Stream i of a seed is xoshiro256++ (Blackman & Vigna 2021, doi:10.1145/3460772) started from
 * SplitMix64 over (seed, i), so that replicate i draws the same numbers on any worker, in TypeScript and WebAssembly.
 */
export interface Stream {
  /** A double in (0, 1): never 0, never 1. */
  uniform(): number
  /** Exponential with mean 1, by a 256-layer ziggurat. */
  exponential(): number
  /** The generator's 256-bit state, as four 64-bit words, low half first. A kernel may take it over and write it back. */
  readonly words: Uint32Array
}
