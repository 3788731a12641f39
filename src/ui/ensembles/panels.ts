/** From an ensemble of hops to panels. Pure. */
import type { EnsembleReport, Summary } from '../../analysis/ensembles/report'
import type { Axis, Layer, Panel, Provenance } from '../figure/figure'
import { three } from '../figure/ticks'

/** Ink of hops, of sample paths, of the exact law. */
const [hopsInk, pathsInk, exactInk] = [0, 1, 'text'] as const
/** Paths of each kind that a small figure can show. */
const drawnPaths = 12

const linear = (label: string, domain: readonly [number, number]): Axis => ({ label, scale: 'linear', domain })
const timeAxis = ({ times }: EnsembleReport) => linear('time', [0, times[times.length - 1]])
const most = (...lists: readonly (ArrayLike<number> | undefined)[]) => {
  let top = 0
  for (const list of lists) for (let i = 0; list && i < list.length; i++) if (list[i] > top) top = list[i]
  return top || 1
}

/** Paths of the one and of the other. */
export function pathsPanel(report: EnsembleReport, s: number, provenance: Provenance): Panel {
  const { times, species, hops, sampled } = report
  const name = species[s]
  const of = ({ shown }: Summary) => shown[s].slice(0, drawnPaths)
  const steps = (name: string, ink: number, paths: readonly Float64Array[]): Layer => ({
    ...{ kind: 'steps', name, ink, x: times, paths },
  })
  return {
    ...{ id: `hops:paths:${name}`, title: `Paths of ${name}`, provenance },
    note: `${of(hops).length} of ${report.paths} each, seen at the hops`,
    x: timeAxis(report),
    y: { ...linear(name, [0, 1.05 * most(...of(hops), ...of(sampled))]), whole: true },
    layers: [steps('exact sample paths', pathsInk, of(sampled)), steps('learnt hops', hopsInk, of(hops))],
    summary: `Paths of ${name} to t = ${three(times[times.length - 1])}: composed of learnt hops, and simulated exactly.`,
  }
}

/** Means, and the spread of single paths. */
export function meanPanel(report: EnsembleReport, s: number, provenance: Provenance): Panel {
  const { times, species, hops, sampled, exact, paths } = report
  const name = species[s]
  const ends = ({ mean, sd }: Summary, sign: number) => mean[s].map((m, j) => m + sign * sd[s][j])
  const end = times.length - 1
  const truth = exact?.mean[s]
  const line = (name: string, ink: number, y: Float64Array): Layer => ({
    kind: 'line',
    name,
    ink,
    dash: 'solid',
    x: times,
    y,
  })
  const band = (name: string, ink: number, one: Summary): Layer => ({
    ...{ kind: 'band', name, ink, meaning: 'SD', x: times, low: ends(one, -1), high: ends(one, 1) },
  })
  const se = sampled.sd[s][end] / Math.sqrt(paths)
  const versus = truth ? `exact ${three(truth[end])}` : `sampled ${three(sampled.mean[s][end])} ± ${three(se)}`
  return {
    ...{ id: `hops:mean:${name}`, title: `Mean of ${name}`, provenance },
    note: `at the end: hops ${three(hops.mean[s][end])} ± ${three(hops.sd[s][end] / Math.sqrt(paths))}, ${versus}`,
    x: timeAxis(report),
    y: linear(name, [0, 1.05 * most(ends(hops, 1), ends(sampled, 1))]),
    layers: [
      band('one SD, learnt hops', hopsInk, hops),
      line('learnt hops', hopsInk, hops.mean[s]),
      line('exact sample paths', pathsInk, sampled.mean[s]),
      ...(truth
        ? [{ kind: 'line', name: 'exact law', ink: exactInk, dash: 'dashed', x: times, y: truth } as const]
        : []),
    ],
    summary: `Mean of ${name} over time: learnt hops end at ${three(hops.mean[s][end])}, ${versus}.`,
  }
}

/** The law at the end. */
export function lastPanel(report: EnsembleReport, s: number, provenance: Provenance): Panel {
  const { times, species, hops, sampled, exact } = report
  const name = species[s]
  const end = times[times.length - 1]
  const counts = (p: Float64Array) => Float64Array.from(p, (_, n) => n)
  const bars = (name: string, ink: number, p: Float64Array, width: number): Layer => ({
    ...{ kind: 'bars', name, ink, width, x: counts(p), y: p },
  })
  const truth = exact?.last[s]
  const width = Math.max(hops.last[s].length, sampled.last[s].length)
  return {
    ...{ id: `hops:last:${name}`, title: `${name} at t = ${three(end)}`, provenance },
    x: { ...linear(name, [-0.5, width - 0.5]), whole: true },
    y: linear('share of paths', [0, 1.05 * most(hops.last[s], sampled.last[s], truth)]),
    layers: [
      bars('exact sample paths', pathsInk, sampled.last[s], 1),
      bars('learnt hops', hopsInk, hops.last[s], 0.6),
      ...(truth
        ? [
            {
              kind: 'line',
              name: 'exact law',
              ink: exactInk,
              dash: 'solid',
              x: counts(truth.slice(0, width)),
              y: truth.slice(0, width),
            } as const,
          ]
        : []),
    ],
    summary: `Shares of ${name} at t = ${three(end)} among learnt hops and among exact sample paths.`,
  }
}

/** How what is at the end remembers what was before. */
export function memoryPanel(report: EnsembleReport, s: number, provenance: Provenance): Panel {
  const { times, species, hops, sampled, paths } = report
  const name = species[s]
  const end = times[times.length - 1]
  const back = times.toReversed().map((t) => end - t)
  const finite = (memory: Float64Array) => memory.map((r) => (Number.isFinite(r) ? r : Number.NaN))
  const [a, b] = [finite(hops.memory[s]), finite(sampled.memory[s])]
  const apart = a.reduce((top, r, k) => (Math.abs(r - b[k]) > top ? Math.abs(r - b[k]) : top), 0)
  const error = Math.sqrt(2 / paths)
  return {
    ...{ id: `hops:memory:${name}`, title: `Memory of ${name}`, provenance },
    note: `at most ${three(apart)} apart; one standard error of a difference is up to ${three(error)}`,
    x: linear('time back from the end', [0, end]),
    y: linear('correlation with the end', [
      Math.min(0, ...a.filter(Number.isFinite), ...b.filter(Number.isFinite)),
      1.02,
    ]),
    layers: [
      { kind: 'line', name: 'learnt hops', ink: hopsInk, dash: 'solid', x: back, y: a },
      { kind: 'line', name: 'exact sample paths', ink: pathsInk, dash: 'solid', x: back, y: b },
    ],
    summary: `Correlation of ${name} at the end with ${name} before: hops and sample paths are at most ${three(apart)} apart.`,
  }
}

/** How far the law of hops is from the exact one, hop by hop. */
export function driftPanel(report: EnsembleReport, provenance: Provenance): Panel | undefined {
  const { drift, times } = report
  if (!drift) return undefined
  const x = times.map((_, j) => j)
  const end = drift.hellinger[times.length - 1]
  const { kind, hellinger, floor } = drift
  const what = kind === 'composed' ? 'of the composed law, no path drawn' : 'of sampled counts'
  return {
    ...{ id: 'hops:drift', title: 'Drift from the exact law', provenance },
    note: what,
    x: { ...linear('hops', [0, times.length - 1]), whole: true },
    y: linear('Hellinger distance', [0, 1.1 * most(hellinger, floor)]),
    layers: [
      { kind: 'line', name: 'learnt hops', ink: hopsInk, dash: 'solid', x, y: hellinger },
      ...(kind === 'sampled'
        ? [{ kind: 'line', name: 'sampling alone', ink: 'muted', dash: 'dashed', x, y: floor } as const]
        : []),
    ],
    summary: `Hellinger distance from the exact law after each hop, ${what}: ${three(end)} after ${times.length - 1} hops.`,
  }
}

/** ln of the probabilities of the paths. */
export function probabilityPanel({ logProbability, times }: EnsembleReport, provenance: Provenance): Panel {
  const all = Float64Array.from(logProbability).sort()
  const [low, high] = [all[0], all[all.length - 1] + 1e-9]
  const bins = 30
  const width = (high - low) / bins || 1
  const shares = new Float64Array(bins)
  for (const value of all) shares[Math.min(bins - 1, Math.floor((value - low) / width))] += 1 / all.length
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  return {
    ...{ id: 'hops:probability', title: 'Probability of a path', provenance },
    note: `ln of the product over ${times.length - 1} hops; mean ${three(mean)}`,
    x: linear('ln probability', [low - width, high + width]),
    y: linear('share of paths', [0, 1.08 * most(shares)]),
    layers: [
      {
        kind: 'bars',
        name: 'learnt hops',
        ink: hopsInk,
        width,
        x: shares.map((_, b) => low + (b + 0.5) * width),
        y: shares,
      },
    ],
    summary: `Log-probabilities of the paths: from ${three(low)} to ${three(high)}, ${three(mean)} on average.`,
  }
}
