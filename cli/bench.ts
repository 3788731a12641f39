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
  console.log(values.json ? JSON.stringify(lines, null, 2) : lines.map(asText).join('\n'))
  return exitStatus.done
}

function asText({ name, variant, interceptMs, perSecond, unit, ratio }: Line): string {
  const slope = `${perSecond.toExponential(2)} ${unit}/s`
  return `${name.padEnd(28)} ${variant.padEnd(16)} ${interceptMs.toFixed(1).padStart(8)} ms + ${slope.padEnd(28)} × ${ratio.toFixed(2)}`
}
