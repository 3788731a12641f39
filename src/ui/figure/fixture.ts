/** Panels with every kind of layer, and words that want to break out of files, for tests of the renderers. */
import type { Panel, Provenance } from './figure'

export const provenance: Provenance = {
  version: '0.1.0',
  seed: 7,
  methods: [{ solver: 'sampler', title: 'Sampler', replicates: 1000, error: '± 1 standard error' }],
  link: () => 'https://example.org/#s=a&b',
}

/** All layers but the heat map. */
export function fixturePanel(): Panel {
  const x = [0, 1, 2]
  return {
    id: 'all',
    title: 'Every <layer> & "kind"',
    note: 't = 1',
    x: { label: 'time', unit: 's', scale: 'linear', domain: [0, 2] },
    y: { label: 'count', scale: 'linear', domain: [0, 5] },
    layers: [
      { kind: 'band', name: '± 1 SD', ink: 0, meaning: 'SD', x, low: [0, 1, 2], high: [1, 2, 3] },
      {
        kind: 'bars',
        name: 'sampled, n = 9',
        ink: 0,
        x,
        width: 1,
        y: [1, 2, 1],
        whiskers: { meaning: 'SE', size: [0.1, 0.2, 0.1] },
      },
      {
        kind: 'steps',
        name: 'U',
        ink: 1,
        x,
        paths: [Float64Array.of(1, 2, 3), Float64Array.of(2, Number.NaN, Number.NaN)],
      },
      { kind: 'line', name: 'mean', ink: 2, dash: 'dashed', x, y: [1, 2, 3], label: 'V' },
      { kind: 'curve', name: 'exact', ink: 'text', dash: 'solid', x, y: [1, 2, 1], bound: { norm: 'l1', value: 1e-9 } },
      { kind: 'points', name: 'other', ink: 3, mark: 'diamond', x, y: [3, 2, 1] },
      { kind: 'rule', name: 'threshold', ink: 'muted', axis: 'x', at: 1 },
    ],
    cursor: 1,
    summary: "Nothing <script>alert('x')</script> in particular.",
    provenance,
  }
}

/** Four cells: the heat is where y = 1. */
export function heatPanel(values: readonly number[] = [0, 0.5, 0, 0.5]): Panel {
  const side = { from: 0, step: 1, count: 2 }
  return {
    id: 'heat',
    title: 'Joint',
    x: { label: 'U', scale: 'linear', domain: [-0.5, 1.5], whole: true },
    y: { label: 'V', scale: 'linear', domain: [-0.5, 1.5], whole: true },
    layers: [{ kind: 'heat', name: 'exact', map: 'viridis', x: side, y: side, values, top: 0.5, label: 'probability' }],
    summary: 'V is always 1.',
    provenance,
  }
}

/** Lines that end at these values, named A, B, C … */
export function linePanel(lasts: readonly number[]): Panel {
  return {
    ...fixturePanel(),
    layers: lasts.map((last, k) => ({
      kind: 'line',
      name: 'mean',
      ink: k,
      dash: 'solid',
      x: [0, 1],
      y: [0, last],
      label: 'ABCDEFGH'[k],
    })),
    y: { label: 'count', scale: 'linear', domain: [0, 12] },
  }
}

/** A map of both signs, with what may lie on it: arrows, a rimmed line and marked points. */
export function mapPanel(): Panel {
  const side = { from: 0, step: 1, count: 2 }
  const names = ['k', 'd']
  return {
    ...heatPanel(),
    id: 'map',
    x: { label: '', scale: 'linear', domain: [-0.5, 1.5], names },
    y: { label: '', scale: 'linear', domain: [-0.5, 1.5], names },
    layers: [
      {
        kind: 'heat',
        name: 'both signs',
        map: 'puor',
        x: side,
        y: side,
        values: [1, -1, -1, 0.5],
        top: 1,
        label: 'worth',
      },
      {
        kind: 'arrows',
        name: 'current',
        ink: 'text',
        x: [0, 1],
        y: [0, 1],
        dx: [0.5, 0],
        dy: [0, -0.5],
        label: 'current',
        across: [0.02, 0],
        upwards: [0, -0.03],
        errors: [0.001, 0.002],
        meaning: 'SE',
      },
      {
        kind: 'line',
        name: 'nullcline',
        ink: 0,
        dash: 'solid',
        x: [0, Number.NaN, 1],
        y: [1, Number.NaN, 0],
        rimmed: true,
      },
      {
        kind: 'points',
        name: 'saddle',
        ink: 'text',
        mark: 'ring',
        x: [0.5],
        y: [0.5],
        rimmed: true,
        names: ['saddle at (0.5, 0.5)'],
      },
    ],
    facts: [{ label: 'Sum', text: '1 ± 0.1' }],
  }
}
