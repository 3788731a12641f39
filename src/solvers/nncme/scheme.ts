/** What a scheme is given and what it does: lead the density from one output time to the next. */
import type { Density } from '../../numerics/learning/density'
import type { Learner, Weights } from '../../numerics/learning/ops'
import type { Problem, Run } from '../contract'
import type { TrainingRecord } from '../training'
import type { Box } from './box'
import type { Rows } from './fit'
import type { NncmeOptions } from './index'

/** What a frame shows of the training; written by the scheme. */
export interface Progress {
  time: number
  /** Steps in time, and updates of the optimiser, so far. */
  steps: number
  updates: number
  /** Updates of all steps, those of steps to come at most; absent where they are not counted beforehand. */
  planned?: number
  /** Of the last update: in nats. */
  loss: number
  gradientNorm: number
  /** Effective number of states of the last step: those drawn, where none is weighted. */
  effective: number
  events: number
  /** Estimated divergence of the network from what it was fitted to, summed over the steps: in nats. */
  divergence: number
  /** States that left the box, and states in all. */
  outside: number
  states: number
  /** The course of the training, kept or not. */
  readonly record: TrainingRecord
  /** Milliseconds that updates have taken, by the host's clock; 0 without one. */
  training: number
  /** Samples at which a step in time was not a probability: of the papers' schemes. */
  clamped?: number
}

/** How much of the work is done: updates where they are planned, which steps in time may get unequally many of. */
export function shareDone({ updates, planned, time }: Progress, horizon: number): number {
  if (planned !== undefined) return planned > 0 ? Math.min(1, updates / planned) : 0
  return horizon > 0 ? time / horizon : 0
}

export interface Setting {
  readonly problem: Problem
  readonly options: NncmeOptions
  readonly run: Run
  readonly box: Box
  readonly density: Density
  readonly learner: Learner
  readonly progress: Progress
  /** What was learnt in the step that ends at this time, in an earlier run of the same question. */
  learnt(time: number): Weights | undefined
  /** Of all time there is for training, the share that is spent; undefined where updates are counted. */
  readonly spent?: () => number
  /** Call it at the end of each step that was learnt. */
  keep(time: number): Promise<void>
  /** Call it when the density stands for the law at output time k; `fitted` are states of that law. */
  arrive(k: number, fitted?: Rows): AsyncGenerator<void, void>
}

/** Yields as often as it can bear; what is awaited at a yield is up to the driver. */
export type Scheme = (setting: Setting) => AsyncGenerator<void, void>
