/** Expressions, reactions and propensities for reading: as network text, and as TeX. */

import type { BinaryOperator, Expr, FunctionName, Network, Reaction, Term } from './network'

/** How tightly an expression holds together; the parser's levels, from loose to tight. */
const loosest = 0
const comparing = 1
const adding = 2
const multiplying = 3
const signing = 4
const raising = 5
const tightest = 6

const levels: Readonly<Record<BinaryOperator, number>> = {
  '<': comparing,
  '<=': comparing,
  '>': comparing,
  '>=': comparing,
  '==': comparing,
  '!=': comparing,
  '+': adding,
  '-': adding,
  '*': multiplying,
  '/': multiplying,
  '^': raising,
}

/** Text that the parser reads back as the same tree: parentheses stand where they must, and nowhere else. */
export function exprText(network: Network, e: Expr): string {
  return written(network, e)[0]
}

function written(network: Network, e: Expr): [text: string, level: number] {
  const within = (part: Expr, least: number): string => {
    const [text, level] = written(network, part)
    return level < least ? `(${text})` : text
  }
  switch (e.kind) {
    case 'number':
      return [e.value === Math.PI ? 'pi' : numberText(e.value), tightest]
    case 'species':
      return [network.species[e.index].name, tightest]
    case 'parameter':
      return [network.parameters[e.index].name, tightest]
    case 'let':
      return [network.lets[e.index].name, tightest]
    case 'time':
      return ['t', tightest]
    case 'unary':
      return [`-${within(e.of, signing)}`, signing]
    case 'binary': {
      const level = levels[e.op]
      // Powers group from the right, and their exponent may carry a sign; comparisons do not group at all.
      const left = within(e.left, level === multiplying || level === adding ? level : level + 1)
      const right = within(e.right, level === raising ? signing : level + 1)
      return [level >= multiplying ? `${left}${e.op}${right}` : `${left} ${e.op} ${right}`, level]
    }
    case 'conditional': {
      const [test, yes, no] = [within(e.test, comparing), within(e.yes, loosest), within(e.no, loosest)]
      return [`${test} ? ${yes} : ${no}`, loosest]
    }
    case 'call':
      return [`${e.name}(${e.args.map((arg) => within(arg, loosest)).join(', ')})`, tightest]
  }
}

/** The shortest text that reads back as the same double. */
export const numberText = (value: number): string => String(value).replace('e+', 'e')

/** The propensity in counts: rate times combinations, as `k*A*(B*(B - 1)/2)`. */
export function propensityText(network: Network, r: number): string {
  const reaction = network.reactions[r]
  const factors = massAction(reaction).map(({ species, count }) => {
    const { name } = network.species[species]
    return count === 1 ? name : combinationsText(name, count)
  })
  return product(written(network, reaction.rate), factors, '*', (text) => `(${text})`)
}

/** Reactants that multiply the rate. */
const massAction = (reaction: Reaction): readonly Term[] => (reaction.law === 'mass-action' ? reaction.reactants : [])

function product(
  [rate, level]: readonly [string, number],
  factors: readonly string[],
  times: string,
  group: (text: string) => string,
): string {
  if (factors.length === 0) return rate
  if (rate === '1') return factors.join(times)
  return [level < multiplying ? group(rate) : rate, ...factors].join(times)
}

function combinationsText(name: string, n: number): string {
  const falling = Array.from({ length: n }, (_, i) => (i === 0 ? name : `(${name} - ${i})`))
  return `(${falling.join('*')}/${factorial(n)})`
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** The propensity as TeX: `k\,A\,\frac{B(B-1)}{2}`. */
export function propensityTex(network: Network, r: number): string {
  const reaction = network.reactions[r]
  const factors = massAction(reaction).map(({ species, count }) => {
    const name = nameTex(network.species[species].name)
    if (count === 1) return name
    if (count > 3) return `\\binom{${name}}{${count}}`
    const falling = Array.from({ length: count }, (_, i) => (i === 0 ? name : `(${name}-${i})`))
    return `\\frac{${falling.join('')}}{${factorial(count)}}`
  })
  return product(typeset(network, reaction.rate), factors, '\\,', parentheses)
}

/** The reaction without its rate: `A+2\,B\rightarrow C`. */
export function reactionTex(network: Network, r: number): string {
  const { reactants, products } = network.reactions[r]
  const side = (terms: readonly Term[]): string =>
    terms
      .map(({ species, count }) => `${count > 1 ? `${count}\\,` : ''}${nameTex(network.species[species].name)}`)
      .join('+') || '\\varnothing'
  return `${side(reactants)}\\rightarrow ${side(products)}`
}

/** The event as network text: `at t >= 25: X = 50`. */
export function eventText(network: Network, e: number): string {
  const { trigger, assignments } = network.events[e]
  const set = assignments.map(({ species, value }) => `${network.species[species].name} = ${exprText(network, value)}`)
  return `at ${exprText(network, trigger)}: ${set.join(', ')}`
}

/** The event as TeX: `X\leftarrow 50\quad\text{at}\;t\ge 25`. */
export function eventTex(network: Network, e: number): string {
  const { trigger, assignments } = network.events[e]
  const set = assignments.map(
    ({ species, value }) => `${nameTex(network.species[species].name)}\\leftarrow ${exprTex(network, value)}`,
  )
  return `\\text{at}\\;${exprTex(network, trigger)}:\\quad ${set.join(',\\;')}`
}

/** The expression as TeX, with fractions and superscripts. */
export function exprTex(network: Network, e: Expr): string {
  return typeset(network, e)[0]
}

const parentheses = (tex: string): string => `\\left(${tex}\\right)`

const operatorsTex: Readonly<Record<string, string>> = {
  '<=': '\\le ',
  '>=': '\\ge ',
  '==': '=',
  '!=': '\\ne ',
  '*': '\\,',
}

function typeset(network: Network, e: Expr): [tex: string, level: number] {
  const within = (part: Expr, least: number): string => {
    const [tex, level] = typeset(network, part)
    return level < least ? parentheses(tex) : tex
  }
  const whole = (part: Expr): string => typeset(network, part)[0]
  switch (e.kind) {
    case 'number':
      return numberTex(e.value)
    case 'species':
      return [nameTex(network.species[e.index].name), tightest]
    case 'parameter':
      return [nameTex(network.parameters[e.index].name), tightest]
    case 'let':
      return [nameTex(network.lets[e.index].name), tightest]
    case 'time':
      return ['t', tightest]
    case 'unary':
      return [`-${within(e.of, multiplying)}`, adding]
    case 'binary': {
      if (e.op === '/') return [`\\frac{${whole(e.left)}}{${whole(e.right)}}`, multiplying]
      if (e.op === '^') return [`${base(network, e.left)}^{${whole(e.right)}}`, raising]
      const level = levels[e.op]
      const right = within(e.right, level + (e.op === '*' || e.op === '+' ? 0 : 1))
      const left = within(e.left, level + (level === comparing ? 1 : 0))
      // Two numbers side by side would read as one.
      const op = e.op === '*' && /^[\d.]/.test(right) ? '\\cdot ' : (operatorsTex[e.op] ?? e.op)
      return [`${left}${op}${right}`, level]
    }
    case 'conditional': {
      const [yes, test, no] = [e.yes, e.test, e.no].map(whole)
      return [`\\begin{cases}${yes}&${test}\\\\${no}&\\text{otherwise}\\end{cases}`, tightest]
    }
    case 'call': {
      const formula = saturation(e.name, e.args)
      return formula ? typeset(network, formula) : callTex(e.name, e.args.map(whole))
    }
  }
}

/**
 * The formula of a Hill or Michaelis–Menten function of plain arguments. Others stay calls: the formula repeats its
 * arguments, and one inside the other would grow without bound.
 */
function saturation(name: FunctionName, args: readonly Expr[]): Expr | null {
  if (!args.every((arg) => 'index' in arg || arg.kind === 'number' || arg.kind === 'time')) return null
  const [x, a, b] = args
  const formula = (op: BinaryOperator, left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right })
  if (name === 'mm') return formula('/', formula('*', a, x), formula('+', b, x))
  if (name !== 'hill' && name !== 'hillr') return null
  const [power, threshold] = [formula('^', x, b), formula('^', a, b)]
  return formula('/', name === 'hill' ? power : threshold, formula('+', threshold, power))
}

/** What stands under a power: everything but names, numbers and brackets needs parentheses. */
function base(network: Network, e: Expr): string {
  const [tex, level] = typeset(network, e)
  return level < tightest ? parentheses(tex) : tex
}

function callTex(name: string, args: readonly string[]): [tex: string, level: number] {
  const list = parentheses(args.join(',\\,'))
  switch (name) {
    case 'exp':
      return [`e^{${args[0]}}`, raising]
    case 'sqrt':
      return [`\\sqrt{${args[0]}}`, tightest]
    case 'abs':
      return [`\\left|${args[0]}\\right|`, tightest]
    case 'floor':
      return [`\\left\\lfloor ${args[0]}\\right\\rfloor`, tightest]
    case 'log':
      return [`\\ln${list}`, raising]
    case 'log10':
      return [`\\log_{10}${list}`, raising]
    case 'sin':
    case 'cos':
    case 'tanh':
    case 'min':
    case 'max':
      return [`\\${name}${list}`, raising]
    case 'pow':
      return [`${parentheses(args[0])}^{${args[1]}}`, raising]
    default:
      return [`\\mathrm{${name}}${list}`, tightest]
  }
}

/** With a power of ten where that is clearly shorter. */
function numberTex(value: number): [tex: string, level: number] {
  if (value === Math.PI) return ['\\pi ', tightest]
  const plain = String(value)
  const scientific = value.toExponential()
  if (!plain.includes('e') && plain.length < scientific.length + 2) return [plain, tightest]
  const [digits, exponent] = scientific.split('e')
  const power = `10^{${Number(exponent)}}`
  return digits === '1' ? [power, raising] : [`${digits}\\cdot ${power}`, multiplying]
}

const greek: ReadonlySet<string> = new Set(
  (
    'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega ' +
    'Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega'
  ).split(' '),
)

/**
 * A name as TeX: single letters and Greek names as themselves, others upright; what follows the first underscore, and
 * digits at the end, as a subscript. Names are letters, digits and underscores, so that nothing needs escaping.
 */
export function nameTex(name: string): string {
  const [, stem, word, digits] = /^([A-Za-z][A-Za-z0-9]*?)(?:_(.+)|(\d+))$/.exec(name) ?? []
  return stem ? `${wordTex(stem)}_{${wordTex(word ?? digits)}}` : wordTex(name)
}

function wordTex(word: string): string {
  if (/^(?:[A-Za-z]|\d+)$/.test(word)) return word
  if (greek.has(word)) return `\\${word}`
  return `\\mathrm{${word.replaceAll('_', '\\_')}}`
}
