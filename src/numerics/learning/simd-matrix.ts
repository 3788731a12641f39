/** Kernels that multiply matrices and move strided blocks. Addresses and strides are in bytes. */
import type { FunctionBody } from '../wasm-bytes'
import { before, type Code, count, define, during, f32, i32, type Local, vec, type Writer, when } from './assemble'

/** Columns of a packed panel, and rows that are computed at once: eight sums stay in registers. */
export const panelWidth = 8
const tileRows = 4

const bothEqual = (a: Local, x: number, b: Local, y: number): Code =>
  i32.isZero(i32.or(i32.xor(a.get, i32.of(x)), i32.xor(b.get, i32.of(y))))

/** Copy k rows of up to eight columns of a strided matrix into a panel [k, 8], padded with zeros. */
const pack = define(
  'pack',
  { from: 'i32', rowStride: 'i32', columnStride: 'i32', to: 'i32', k: 'i32', columns: 'i32' },
  ({ from, rowStride, columnStride, to, k, columns }, w) => {
    const [i, j, at] = [w.i32(), w.i32(), w.i32()]
    const contiguous = bothEqual(columnStride, 4, columns, panelWidth)
    const next = [from.set(i32.add(from.get, rowStride.get)), to.set(i32.add(to.get, i32.of(4 * panelWidth)))]
    return when(
      contiguous,
      count(i, k.get, 1, [vec.store(to.get, vec.load(from.get)), vec.store(to.get, vec.load(from.get, 16), 16), next]),
      count(i, k.get, 1, [
        vec.store(to.get, vec.of(0)),
        vec.store(to.get, vec.of(0), 16),
        at.set(from.get),
        count(j, columns.get, 1, [
          f32.store(i32.add(to.get, i32.shl(j.get, 2)), f32.load(at.get)),
          at.set(i32.add(at.get, columnStride.get)),
        ]),
        next,
      ]),
    )
  },
)

/** c[rows, columns ≤ 8] = or += a[rows, k] · panel[k, 8]. */
const multiply = define(
  'multiply',
  {
    a: 'i32',
    rowStride: 'i32',
    columnStride: 'i32',
    panel: 'i32',
    c: 'i32',
    cRowStride: 'i32',
    rows: 'i32',
    k: 'i32',
    columns: 'i32',
    accumulate: 'i32',
  },
  (p, w) => {
    const tile = tiles(p, w)
    const row = w.i32()
    const [whole, last] = [i32.sub(p.rows.get, i32.of(tileRows - 1)), p.rows.get]
    return [count(row, whole, tileRows, tile(tileRows)), during(row, last, 1, tile(1))]
  },
)

type Multiply = Record<
  'a' | 'rowStride' | 'columnStride' | 'panel' | 'c' | 'cRowStride' | 'rows' | 'k' | 'columns' | 'accumulate',
  Local
>

function tiles(p: Multiply, w: Writer) {
  const ats = Array.from({ length: tileRows }, w.i32)
  const sums = Array.from({ length: tileRows }, () => [w.v128(), w.v128()])
  const [b0, b1, s, at, i, old] = [w.v128(), w.v128(), w.v128(), w.i32(), w.i32(), w.v128()]
  const masks = [w.v128(), w.v128()]
  return (height: number): Code => {
    const rows = ats.slice(0, height)
    const inner: Code = [
      b0.set(vec.load(at.get)),
      b1.set(vec.load(at.get, 16)),
      at.set(i32.add(at.get, i32.of(4 * panelWidth))),
      rows.map((a, r) => [
        s.set(vec.loadSplat(a.get)),
        a.set(i32.add(a.get, p.columnStride.get)),
        sums[r][0].set(vec.add(sums[r][0].get, vec.mul(s.get, b0.get))),
        sums[r][1].set(vec.add(sums[r][1].get, vec.mul(s.get, b1.get))),
      ]),
    ]
    const eachOut = (body: (sum: Local, half: number) => Code): Code => [
      at.set(p.c.get),
      rows.map((_, r) => [body(sums[r][0], 0), body(sums[r][1], 1), at.set(i32.add(at.get, p.cRowStride.get))]),
    ]
    return [
      masks[0].set(before(i32.of(0), p.columns.get)),
      masks[1].set(before(i32.of(4), p.columns.get)),
      at.set(p.a.get),
      rows.map((a) => [a.set(at.get), at.set(i32.add(at.get, p.rowStride.get))]),
      p.a.set(at.get),
      when(
        p.accumulate.get,
        eachOut((sum, half) => sum.set(vec.load(at.get, 16 * half))),
        rows.map((_, r) => sums[r].map((sum) => sum.set(vec.of(0)))),
      ),
      at.set(p.panel.get),
      count(i, i32.sub(p.k.get, i32.of(1)), 2, [inner, inner]),
      during(i, p.k.get, 1, inner),
      // Lanes beyond the last column belong to others: they keep what they hold.
      eachOut((sum, half) => [
        old.set(vec.load(at.get, 16 * half)),
        vec.store(at.get, vec.pick(masks[half].get, sum.get, old.get), 16 * half),
      ]),
      p.c.set(at.get),
    ]
  }
}

/** Many small products: c[b, m, n] (contiguous rows) = or += Σ_k a[b, m, k] b[b, k, n], one number at a time. */
const multiplyMany = define(
  'multiplyMany',
  {
    a: 'i32',
    b: 'i32',
    c: 'i32',
    batch: 'i32',
    aStep: 'i32',
    bStep: 'i32',
    m: 'i32',
    n: 'i32',
    k: 'i32',
    aRow: 'i32',
    aColumn: 'i32',
    bRow: 'i32',
    bColumn: 'i32',
    accumulate: 'i32',
  },
  (p, w) => {
    const [z, i, j, l, aAt, bAt, sum] = [w.i32(), w.i32(), w.i32(), w.i32(), w.i32(), w.i32(), w.f32()]
    const [aRowAt, bColumnAt] = [w.i32(), w.i32()]
    const step = (at: Local, by: Local) => at.set(i32.add(at.get, by.get))
    return count(z, p.batch.get, 1, [
      aRowAt.set(p.a.get),
      count(i, p.m.get, 1, [
        bColumnAt.set(p.b.get),
        count(j, p.n.get, 1, [
          aAt.set(aRowAt.get),
          bAt.set(bColumnAt.get),
          sum.set(f32.of(0)),
          when(p.accumulate.get, sum.set(f32.load(p.c.get))),
          count(l, p.k.get, 1, [
            sum.set(f32.add(sum.get, f32.mul(f32.load(aAt.get), f32.load(bAt.get)))),
            step(aAt, p.aColumn),
            step(bAt, p.bRow),
          ]),
          f32.store(p.c.get, sum.get),
          p.c.set(i32.add(p.c.get, i32.of(4))),
          step(bColumnAt, p.bColumn),
        ]),
        step(aRowAt, p.aRow),
      ]),
      step(p.a, p.aStep),
      step(p.b, p.bStep),
    ])
  },
)

/** to[i, j, k, l] = or += from[i, j, k, l], both strided: slices, permutations, broadcasts, and their transposes. */
const copy = (name: string, accumulate: boolean) =>
  define(
    name,
    {
      from: 'i32',
      to: 'i32',
      n0: 'i32',
      n1: 'i32',
      n2: 'i32',
      n3: 'i32',
      f0: 'i32',
      f1: 'i32',
      f2: 'i32',
      f3: 'i32',
      t0: 'i32',
      t1: 'i32',
      t2: 'i32',
      t3: 'i32',
    },
    (p, w) => {
      const sizes = [p.n0, p.n1, p.n2, p.n3]
      const [fs, ts] = [
        [p.f0, p.f1, p.f2, p.f3],
        [p.t0, p.t1, p.t2, p.t3],
      ]
      const [froms, tos, is] = [0, 1, 2].map(() => sizes.map(w.i32))
      const step = (at: Local, by: Code) => at.set(i32.add(at.get, by))
      const deepest = 3
      const [f, t, i] = [froms[deepest], tos[deepest], is[deepest]]
      const one = f32.load(f.get)
      const four = vec.load(f.get)
      const single = [
        f32.store(t.get, accumulate ? f32.add(f32.load(t.get), one) : one),
        step(f, p.f3.get),
        step(t, p.t3.get),
      ]
      const row: Code = [
        i.set(i32.of(0)),
        when(
          bothEqual(p.f3, 4, p.t3, 4),
          during(i, i32.sub(p.n3.get, i32.of(3)), 4, [
            vec.store(t.get, accumulate ? vec.add(vec.load(t.get), four) : four),
            step(f, i32.of(16)),
            step(t, i32.of(16)),
          ]),
        ),
        during(i, p.n3.get, 1, single),
      ]
      const level = (d: number): Code =>
        d === deepest
          ? row
          : count(is[d], sizes[d].get, 1, [
              froms[d + 1].set(froms[d].get),
              tos[d + 1].set(tos[d].get),
              level(d + 1),
              step(froms[d], fs[d].get),
              step(tos[d], ts[d].get),
            ])
      return [froms[0].set(p.from.get), tos[0].set(p.to.get), level(0)]
    },
  )

export const matrixKernels: readonly FunctionBody[] = [
  pack,
  multiply,
  multiplyMany,
  copy('copy', false),
  copy('copyAdd', true),
]
