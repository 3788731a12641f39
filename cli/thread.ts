/** A thread of the command line: does pieces of a study's work for the one that was started. */
import { parentPort } from 'node:worker_threads'
import { type PieceOutcome, pieceStudy } from '../src/solvers/run'

export interface PieceAsked {
  readonly study: unknown
  readonly piece: unknown
}

parentPort?.on('message', ({ study, piece }: PieceAsked) => {
  const host = {
    now: () => performance.now(),
    breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
    // Who wants to stop ends the thread.
    cancelled: () => false,
  }
  void pieceStudy(study, piece, host).then((outcome: PieceOutcome) => parentPort?.postMessage(outcome))
})
