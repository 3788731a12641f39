import { describe, expect, it } from 'vitest'
import { importSbml, isSbml } from './import'
import {
  apply,
  ci,
  cn,
  decay,
  event,
  k,
  math,
  type Parts,
  pair,
  reaction,
  read,
  sbml,
  species,
  time,
  times,
  X,
  X1,
} from './testing'

describe('a kinetic law', () => {
  it.each([
    ['k X', times(k, X), 'R: X -> 0, k'],
    ['X k 0.5 2', times(times(times(X, k), cn(0.5)), cn(2)), 'R: X -> 0, k'],
    ['(X / 2) k / 0.5', apply('divide', times(apply('divide', X, cn(2)), k), cn(0.5)), 'R: X -> 0, k'],
    ['k X / (2/2)', apply('divide', times(k, X), apply('divide', cn(2), cn(2))), 'R: X -> 0, k'],
    ['cell k X', times(ci('cell'), k, X), 'R: X -> 0, cell*k'],
    ['exp(k) X', times(apply('exp', k), X), 'R: X -> 0, exp(k)'],
    ['1e-notation', times('<cn type="e-notation"> 2 <sep/> -3 </cn>', X), 'R: X -> 0, 0.002'],
    ['rational', times('<cn type="rational"> 1 <sep/> 4 </cn>', X), 'R: X -> 0, 0.25'],
    ['k', k, 'R: X => 0, k'],
    ['k X²', times(k, X, X), 'R: X => 0, k*X*X'],
    ['k X/(X + 1)', apply('divide', times(k, X), apply('plus', X, cn(1))), 'R: X => 0, k*X/(X + 1)'],
  ])('%s: mass action where it is, otherwise as it stands', (_, content, expected) => {
    expect(decay(content)).toBe(expected)
  })

  it('of a pair becomes the rate of combinations: k X (X − 1)/2 is k', () => {
    expect(pair(apply('divide', times(k, X, X1), cn(2)))).toBe('R: 2 X -> X, k')
    expect(pair(times(cn(0.5), times(X1, X), k))).toBe('R: 2 X -> X, k')
    expect(pair(times(k, X, X1))).toBe('R: 2 X -> X, 2*k')
    expect(pair(times(k, apply('power', X, cn(2))))).toBe('R: 2 X => X, k*X^2')
  })

  it('has parameters of its own, which shadow those of the model', () => {
    const own = {
      attributes: 'reversible="false"',
      law: '<listOfParameters><parameter id="k" value="7"/></listOfParameters>',
    }
    const text = read(
      sbml({ reactions: reaction('A', { X: 1 }, {}, times(k, X), own) + reaction('B', { X: 1 }, {}, times(k, X)) }),
    )
    expect(text.slice(1)).toEqual(['parameter k = 2', 'parameter k_A = 7', 'A: X -> 0, k_A', 'B: X -> 0, k'])
  })

  it('of a reversible reaction is split at its minus', () => {
    const reversible = { attributes: 'reversible="true"', law: '' }
    const both = times(k, apply('minus', times(cn(3), X), ci('Y')))
    const text = read(
      sbml({
        species: species('X', 4) + species('Y', 0),
        reactions: reaction('R', { X: 1 }, { Y: 1 }, both, reversible),
      }),
    )
    expect(text.slice(2)).toEqual(['R: X -> Y, 3*k', 'R_reverse: Y -> X, k'].map((line) => line.replace('3*k', '3*k')))
    expect(read(sbml({ reactions: reaction('R', { X: 1 }, {}, times(k, X), reversible) })).at(-1)).toBe('R: X -> 0, k')
  })

  it('writes functions out, and pieces as conditions', () => {
    const definition = `<functionDefinition id="f">${math(
      `<lambda><bvar>${ci('a')}</bvar><bvar>${ci('b')}</bvar>${apply('divide', ci('a'), apply('plus', ci('a'), ci('b')))}</lambda>`,
    )}</functionDefinition>`
    const call = `<apply>${ci('f')}${X}${k}</apply>`
    const before = `<listOfFunctionDefinitions>${definition}</listOfFunctionDefinitions>`
    expect(read(sbml({ before, reactions: reaction('R', {}, { X: 1 }, call) })).at(-1)).toBe('R: 0 => X, X/(X + k)')
    const piece = `<piecewise><piece>${k}${apply('and', apply('lt', X, cn(5)), apply('geq', time, cn(3)))}</piece><otherwise>${cn(0)}</otherwise></piecewise>`
    expect(read(sbml({ reactions: reaction('R', {}, { X: 1 }, piece) })).at(-1)).toBe(
      'R: 0 -> X, (X < 5)*(t >= 3) ? k : 0'.replace('->', '=>'),
    )
  })

  it('keeps the sign of a number where a power follows', () => {
    expect(decay(times(k, apply('power', cn(-2), cn(2))))).toBe('R: X => 0, k*(-2)^2')
  })
})

describe('species and compartments', () => {
  it('mean concentrations in formulas unless they say amounts', () => {
    const compartments = '<compartment id="cell" size="2" constant="true"/>'
    const reactions = reaction('R', { X: 1 }, {}, times(k, X))
    expect(read(sbml({ compartments, species: species('X', 10, ''), reactions }))).toEqual([
      'species X = 10',
      'parameter cell = 2',
      'parameter k = 2',
      'R: X -> 0, k/cell',
    ])
    expect(read(sbml({ compartments, reactions })).at(-1)).toBe('R: X -> 0, k')
  })

  it('start at concentrations times the volume, rounded with a word', () => {
    const compartments = '<compartment id="cell" size="2.1" constant="true"/>'
    const file = sbml({ compartments, species: '<species id="X" compartment="cell" initialConcentration="5"/>' })
    expect(read(file)[0]).toBe('species X = 11')
    expect(importSbml(file).items.some(({ deed, what }) => deed === 'converted' && what.includes('10.5'))).toBe(true)
  })

  it('count molecules of a mole', () => {
    const before = `<listOfUnitDefinitions><unitDefinition id="substance"><listOfUnits><unit kind="mole" scale="-23"/></listOfUnits></unitDefinition></listOfUnitDefinitions>`
    const text = read(sbml({ before, reactions: reaction('R', { X: 1 }, {}, times(k, X)) }, 2))
    expect(text[0]).toBe('species X = 60')
    // Amounts are X/6.02…, and so is the extent: the factors cancel.
    expect(text.at(-1)).toBe('R: X -> 0, k')
    expect(read(sbml({ before: before.replace(' scale="-23"', '') }, 2))[0]).toMatch(
      /starts with 6\.022e\+24 molecules/,
    )
  })

  it('on the boundary stay fixed, even where they are short', () => {
    const fixed = species('S', 0, 'boundaryCondition="true" hasOnlySubstanceUnits="true"')
    const text = read(sbml({ species: fixed + species('X', 0), reactions: reaction('R', { S: 1 }, { X: 1 }, k) }))
    expect(text).toEqual(['species S = 0 fixed, X = 0', 'parameter k = 2', 'R: S => X, k'])
  })

  it('are called otherwise where the language has the word', () => {
    const text = read(
      sbml({ species: species('t', 3) + species('at', 1), reactions: reaction('R', { t: 1 }, {}, times(k, ci('t'))) }),
    )
    expect(text[0]).toBe('species t_ = 3, at_ = 1')
    expect(text.at(-1)).toBe('R: t_ -> 0, k')
  })
})

describe('rules, initial values and events', () => {
  const rule = (variable: string, content: string) =>
    `<assignmentRule variable="${variable}">${math(content)}</assignmentRule>`

  it('make observables, and names where formulas read them', () => {
    const after = `<listOfRules>${rule('w', times(cn(2), ci('v')))}${rule('v', apply('plus', X, k))}</listOfRules>`
    const parameters =
      '<parameter id="k" value="2"/><parameter id="v" constant="false"/><parameter id="w" constant="false"/>'
    expect(read(sbml({ parameters, after, reactions: reaction('R', { X: 1 }, {}, ci('v')) })).slice(1)).toEqual([
      'parameter k = 2',
      'let v_rule = X + k',
      'R: X => 0, v_rule',
      'observable v = v_rule',
      'observable w = 2*v_rule',
    ])
  })

  it('are evaluated in the order of what they read', () => {
    const assign = (id: string, content: string) =>
      `<initialAssignment symbol="${id}">${math(content)}</initialAssignment>`
    const parameters = '<parameter id="k"/><parameter id="j"/>'
    const after = `<listOfInitialAssignments>${assign('X', times(k, cn(3)))}${assign('k', apply('plus', ci('j'), cn(1)))}${assign('j', cn(4))}</listOfInitialAssignments>`
    expect(read(sbml({ parameters, after }))).toEqual(['species X = 15', 'parameter k = 5', 'parameter j = 4'])
    const ring = after.replace(cn(4), k)
    expect(read(sbml({ parameters, after: ring }))[0]).toMatch(/reads itself, through others/)
  })

  it('happen in time and by counts', () => {
    expect(read(sbml({ events: event(apply('geq', time, cn(25)), { X: cn(50) }) })).at(-1)).toBe('at t >= 25: X = 50')
    expect(read(sbml({ events: event(apply('gt', X, cn(30)), { X: apply('minus', X, cn(30)) }) })).at(-1)).toBe(
      'at X > 30: X = X - 30',
    )
  })

  it('assign counts where the file means concentrations', () => {
    const compartments = '<compartment id="cell" size="2" constant="true"/>'
    const file = { compartments, species: species('X', 10, ''), events: event(apply('gt', X, cn(3)), { X: cn(5) }) }
    expect(read(sbml(file)).at(-1)).toBe('at X/cell > 3: X = 5*cell')
  })
})

describe('what is refused is named, with its line', () => {
  it.each([
    [
      'a rate rule',
      { after: `<listOfRules><rateRule variable="k">${math(cn(1))}</rateRule></listOfRules>` },
      /rate rule k: Rate rules/,
    ],
    [
      'an algebraic rule',
      { after: `<listOfRules><algebraicRule>${math(X)}</algebraicRule></listOfRules>` },
      /Algebraic/,
    ],
    [
      'a ring of rules',
      { after: `<listOfRules><assignmentRule variable="X">${math(X)}</assignmentRule></listOfRules>` },
      /reads itself/,
    ],
    [
      'a delay',
      { events: event(apply('gt', X, cn(3)), { X: cn(5) }, `<delay>${math(cn(1))}</delay>`) },
      /event e: Events with a delay/,
    ],
    ['an event on a parameter', { events: event(apply('gt', X, cn(3)), { k: cn(5) }) }, /event e: It assigns k/],
    ['a trigger that waves', { events: event(apply('gt', apply('sin', time), cn(0)), { X: cn(5) }) }, /compares time/],
    ['a fast reaction', { reactions: reaction('R', { X: 1 }, {}, k, { attributes: 'fast="true"', law: '' }) }, /Fast/],
    ['a fraction of a molecule', { reactions: reaction('R', { X: 0.5 }, {}, k) }, /stoichiometry of X is 0.5/],
    ['an unknown name', { reactions: reaction('R', { X: 1 }, {}, ci('q')) }, /reads q/],
    ['an unknown operator', { reactions: reaction('R', { X: 1 }, {}, apply('arcsin', X)) }, /<arcsin> is not read/],
    [
      'a delayed value',
      {
        reactions: reaction(
          'R',
          { X: 1 },
          {},
          `<apply><csymbol definitionURL="http://www.sbml.org/sbml/symbols/delay">d</csymbol>${X}${k}</apply>`,
        ),
      },
      /not read as a function/,
    ],
    ['a required package', { attributes: 'xmlns:comp="x" comp:required="true"' }, /package "comp"/],
    ['a size that varies', { compartments: '<compartment id="cell" size="1" constant="false"/>' }, /size varies/],
    [
      'a parameter without a value',
      { parameters: '<parameter id="k"/>', reactions: reaction('R', { X: 1 }, {}, k) },
      /parameter k: It has no value/,
    ],
    ['half a molecule and more', { species: species('X', 1e12) }, /starts with/],
  ] as [string, Parts, RegExp][])('%s', (_, parts, says) => {
    const { text, items } = importSbml(sbml(parts))
    expect(text).toBeNull()
    const refused = items.filter(({ deed }) => deed === 'refused')
    expect(refused.map(({ where, what }) => `${where}: ${what}`).join('\n')).toMatch(says)
    for (const { line } of refused) expect(line).toBeGreaterThan(0)
  })

  it('but a package that is not required is left out with a word', () => {
    const { text, items } = importSbml(sbml({ attributes: 'xmlns:layout="x" layout:required="false"' }))
    expect(text).not.toBeNull()
    expect(items.find(({ what }) => what.includes('layout'))?.deed).toBe('assumed')
  })
})

it('knows SBML by its beginning', () => {
  expect(['<?xml version="1.0"?>', ' <sbml level="2">', '\uFEFF<!-- c --><sbml/>'].every(isSbml)).toBe(true)
  expect(['A <-> B, 1, 1', '{"version": 1}', ''].some(isSbml)).toBe(false)
})
