/** `propensity bench`: the benchmarks of bench/, intercept and slope, as ratios within one run. */
import { parseArgs } from 'node:util'
import type { Bench, Line } from '../bench/measure'
import { exitStatus, UsageError } from './usage'

const files = import.meta.glob<{ bench: Bench }>('../bench/*.bench.ts')
const benches = new Map(
  Object.entries(files).map(([path, load]) => [/(\w[\w-]*)\.bench\.ts$/.exec(path)?.[1] ?? path, load]),
)

export async function bench(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { json: { type: 'boolean' } }, allowPositionals: true })
  const names = positionals.length ? positionals : [...benches.keys()]
  const lines: Line[] = []
  for (const name of names) {
    const load = benches.get(name)
    if (!load) throw new UsageError(`no benchmark ${name}; there are ${[...benches.keys()].join(', ')}`)
    lines.push(...(await (await load()).bench()))
  }
  console.log(values.json ? JSON.stringify(lines, null, 2) : table(lines))
  return exitStatus.done
}

function table(lines: readonly Line[]): string {
  const rows = lines.map(({ name, variant, interceptMs, perSecond, unit, ratio, against = {} }) => [
    name,
    variant,
    `${interceptMs.toFixed(1)} ms`,
    `${perSecond.toExponential(2)} ${unit}/s`,
    `× ${ratio.toFixed(2)}`,
    Object.entries(against)
      .map(([other, over]) => `× ${over.toFixed(2)} ${other}`)
      .join(', '),
  ])
  const widths = rows[0]?.map((_, k) => Math.max(...rows.map((row) => row[k].length)))
  return rows.map((row) => row.map((cell, k) => cell.padEnd(widths[k])).join('  ')).join('\n')
}
