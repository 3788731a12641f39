/**
 * The layer rule, from one list: a file imports from its own layer or an earlier one; a solver is reached only through its
 * `index` and its `kernel`, by a sibling only through the latter; libraries of the screen stay below the line. Imports are found by the bundler's own parser,
 * so that types, re-exports and `import()` count and comments do not.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { root } from './setup.mjs'

export const layers = ['numerics', 'network', 'solvers', 'analysis', 'services', 'store', 'ui']
/** The layers above the line run anywhere; so does the command line, which uses nothing else. */
const line = layers.indexOf('services')
/** The last layer that each of these may use: what is measured may be the wire as well. */
const others = { cli: line - 1, bench: line }
/** Rooms of a solver that analyses may enter besides: the box of the projection, and what lies on it. */
const open = { fsp: ['again', 'chain', 'generator', 'projection', 'record', 'rest', 'settled', 'space'] }
const screenLibraries = /^(react|react-dom|zustand|zundo|comlink|plotly\.js|idb|katex|@codemirror\/\w+)(\/|$)/

/** Sentences about the imports of `path` (from the checkout's root, with /) that break the rule. */
export function breaches(path, code) {
  const [top, folder, solver] = path.split('/')
  const level = top === 'src' ? layers.indexOf(folder) : (others[top] ?? layers.length)
  if (level < 0) return []
  const isTest = /\.test\.tsx?$/.test(path)
  return importsOf(path, code).flatMap(({ specifier, at }) => {
    const where = `${path}:${code.slice(0, at).split('\n').length}`
    if (!specifier.startsWith('.')) {
      const misplaced = level < line && screenLibraries.test(specifier)
      return misplaced ? [`${where}: ${specifier} belongs below the line, in ${layers.slice(line).join(', ')}`] : []
    }
    const target = posix.join(posix.dirname(path), specifier)
    const [targetTop, targetFolder, targetSolver, file] = target.split('/')
    if (targetTop !== 'src') return []
    if (layers.indexOf(targetFolder) > level) {
      return [`${where}: ${top}/${folder} may not import ${target}; the order is ${layers.join(' → ')}`]
    }
    if (targetFolder !== 'solvers' || isTest || !isSolver(targetSolver)) return []
    const above = level === layers.indexOf('solvers')
    const sibling = above && path.split('/').length > 3 && targetSolver !== solver
    if (sibling && file !== 'kernel') {
      return [`${where}: a solver reaches its sibling ${targetSolver} only through ${targetSolver}/kernel`]
    }
    const door = [undefined, 'index', 'kernel', ...(folder === 'analysis' ? (open[targetSolver] ?? []) : [])]
    return top === 'src' && level > layers.indexOf('solvers') && !door.includes(file)
      ? [`${where}: ${folder} reaches the solver ${targetSolver} only through its index and its kernel`]
      : []
  })
}

function isSolver(name) {
  return readdirSync(join(root, 'src/solvers'), { withFileTypes: true }).some((e) => e.isDirectory() && e.name === name)
}

function importsOf(path, code) {
  const { module, errors } = parseSync(path, code)
  if (errors.length) throw new Error(`${path}: ${errors[0].message}`)
  const requests = [
    ...module.staticImports.map((i) => i.moduleRequest),
    ...module.staticExports.flatMap((e) => e.entries.map((entry) => entry.moduleRequest).filter(Boolean)),
    ...module.dynamicImports.map((i) => i.moduleRequest),
  ]
  return requests.flatMap(({ start, end }) => {
    const specifier = /^(['"])(.*)\1$/.exec(code.slice(start, end))?.[2]
    return specifier ? [{ specifier, at: start }] : []
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = ['src', ...Object.keys(others)].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true })
      .map((name) => posix.join(top, String(name).replaceAll('\\', '/')))
      .filter((path) => /\.tsx?$/.test(path)),
  )
  const found = files.flatMap((path) => breaches(path, readFileSync(join(root, path), 'utf8')))
  for (const sentence of found) console.error(sentence)
  console.log(`layers: ${files.length} files, ${found.length} breaches`)
  process.exitCode = found.length ? 1 : 0
}
