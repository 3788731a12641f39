/**
 * What exact sampling does in the seconds that a training took. A lane of it is measured in growing portions, whose pace
 * says how many replicates fit; that number goes into the study, so that a rerun gives the same numbers.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { lanesOf } from '../solvers/lanes'
import { usual as sampler, solvers } from '../solvers/registry'
import type { Runs } from './runs'
import type { Studies } from './studies'

export interface SameSecondsState {
  readonly status: 'idle' | 'measuring' | 'drawing' | 'done' | 'stopped'
  /** Of the training, and the lane that is given them. */
  readonly seconds?: number
  readonly lane?: string
  /** Begin for a lane that was trained. */
  start(trained: string): void
  stop(): void
}

export type SameSeconds = StoreApi<SameSecondsState>

/** Replicates of the first portion, and how many times as many come next while portions are too short to tell a pace. */
const firstPortion = 1000
const mostGrowth = 20
const enoughMs = 500
/** What is left undone: a share of the time, or of the replicates. */
const spared = 0.03

export function createSameSeconds(studies: Studies, runs: Runs): SameSeconds {
  let unfollow: (() => void) | undefined
  const store = createStore<SameSecondsState>()(() => ({ status: 'idle', start, stop }))
  const finish = (status: 'done' | 'stopped') => {
    unfollow?.()
    unfollow = undefined
    store.setState({ status })
  }

  function start(trained: string): void {
    stop()
    const trainedMs = runs.getState().lanes[trained]?.trainedMs
    if (!trainedMs) return
    const lane = addLane(studies)
    if (!lane) return
    studies.getState().setView({ seconds: Number((trainedMs / 1000).toPrecision(3)) })
    store.setState({ status: 'measuring', seconds: trainedMs / 1000, lane })
    follow(lane, trainedMs)
  }

  /** One portion after the other, each asked for when the one before is there. */
  function follow(lane: string, budgetMs: number): void {
    let [asked, before, spentMs] = [firstPortion, 0, 0]
    let seen: unknown
    const ask = (replicates: number) => {
      asked = replicates
      studies.getState().setOption(lane, 'replicates', replicates)
    }
    ask(firstPortion)
    unfollow = runs.subscribe(({ lanes }) => {
      const { status, outcome, frame } = lanes[lane] ?? {}
      if (status === 'cancelled' || status === 'failed') return finish('stopped')
      if (outcome?.status !== 'done' || outcome === seen || frame?.diagnostics.replicates !== asked) return
      seen = outcome
      // The first portions carry what it costs to begin: each tells anew how many the rest of the time brings.
      const elapsedMs = Math.max(1, outcome.provenance.elapsedMs)
      spentMs += elapsedMs
      const leftMs = budgetMs - spentMs
      const whole = replicatesIn(leftMs, asked, (asked - before) / elapsedMs)
      const told = elapsedMs >= enoughMs
      const next = told ? whole : Math.min(whole, asked * mostGrowth)
      if (leftMs < spared * budgetMs || next < (1 + spared) * asked) return finish('done')
      before = asked
      if (told) store.setState({ status: 'drawing' })
      ask(next)
    })
  }

  function stop(): void {
    if (unfollow) finish('stopped')
  }
  return store
}

/** So many in all: those that are there, and those that the rest of the time brings at this pace (per ms). */
export function replicatesIn(leftMs: number, there: number, pace: number): number {
  return Math.min(most(), there + Math.max(0, Math.round(leftMs * pace)))
}

const most = (): number => solvers[sampler].options.fields.find(({ name }) => name === 'replicates')?.max ?? 1e6

/** A lane of exact sampling for this alone; its id. */
function addLane(studies: Studies): string | undefined {
  const { study, setCompare, addVariant } = studies.getState()
  const before = lanesOf(study)
  const there = before.find(({ solver }) => solver === sampler)
  const [, ...beside] = before
  if (there) addVariant(there.id)
  else setCompare([...beside.map(({ id }) => id), sampler])
  const after = lanesOf(studies.getState().study)
  const last = after.findLast(({ solver }) => solver === sampler)
  return after.length > before.length ? last?.id : undefined
}
