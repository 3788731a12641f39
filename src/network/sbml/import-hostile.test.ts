import { describe, expect, it } from 'vitest'
import { importSbml } from './import'
import { apply, ci, cn, event, k, math, reaction, sbml, species, times, X, X1 } from './testing'
import { maxXmlDepth, maxXmlLength } from './xml'

describe('hostile files', () => {
  const varying = (id: string) => `<parameter id="${id}" constant="false"/>`
  const rules = (...all: (readonly [string, string])[]) =>
    `<listOfRules>${all.map(([id, content]) => `<assignmentRule variable="${id}">${math(content)}</assignmentRule>`).join('')}</listOfRules>`
  const chained = Array.from({ length: 8000 }, (_, i): [string, string] => [
    `p${i}`,
    i === 7999 ? X : apply('plus', ci(`p${i + 1}`), cn(1)),
  ])
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sbml level="3">&b;</sbml>`
  // f0(x) = x + x, f1(x) = f0(f0(x)), …: two to the power of two to the power of n.
  const doubling = Array.from({ length: 12 }, (_, i) => {
    const inside =
      i === 0
        ? apply('plus', ci('x'), ci('x'))
        : `<apply>${ci(`f${i - 1}`)}<apply>${ci(`f${i - 1}`)}${ci('x')}</apply></apply>`
    return `<functionDefinition id="f${i}">${math(`<lambda><bvar>${ci('x')}</bvar>${inside}</lambda>`)}</functionDefinition>`
  }).join('')

  it.each([
    ['entities', bomb, /document type/],
    ['no XML', 'hello', /not well-formed|no element/],
    ['nothing', '', /not well-formed|no element/],
    ['half a file', sbml({}).slice(0, 300), /not well-formed/],
    ['another language', '<html><body/></html>', /not SBML/],
    ['Level 1', '<sbml level="1" version="2"><model/></sbml>', /Level 1/],
    ['no model', '<sbml level="3" version="1"/>', /no model/],
    ['no species', '<sbml level="3" version="1"><model/></sbml>', /no species/],
    [
      'many nested tags',
      `<sbml level="3"><model>${'<a>'.repeat(maxXmlDepth)}${'</a>'.repeat(maxXmlDepth)}</model></sbml>`,
      /nested/,
    ],
    ['a file that is too long', `<sbml>${' '.repeat(maxXmlLength)}</sbml>`, /at most 5,000,000/],
    [
      'functions that double',
      sbml({
        before: `<listOfFunctionDefinitions>${doubling}</listOfFunctionDefinitions>`,
        reactions: reaction('R', { X: 1 }, {}, `<apply>${ci('f11')}${X}</apply>`),
      }),
      /too large/,
    ],
    ...['tan', 'sinh', 'cosh'].map((op): [string, string, RegExp] => [
      `${op}, which writes its argument twice, of itself`,
      sbml({ reactions: reaction('R', { X: 1 }, {}, `${`<apply><${op}/>`.repeat(18)}${X}${'</apply>'.repeat(18)}`) }),
      /A formula is too large: written out, it has more than 50,000 parts/,
    ]),
    [
      'comparisons of three, of themselves',
      sbml({
        reactions: reaction(
          'R',
          { X: 1 },
          {},
          `${`<apply><lt/>${cn(0)}`.repeat(18)}${X}${`${cn(1)}</apply>`.repeat(18)}`,
        ),
      }),
      /more than 50,000 parts/,
    ],
    [
      'many formulas that call a large function',
      sbml({
        before: `<listOfFunctionDefinitions><functionDefinition id="f">${math(`<lambda><bvar>${ci('x')}</bvar>${'<apply><tan/>'.repeat(12)}${ci('x')}${'</apply>'.repeat(12)}</lambda>`)}</functionDefinition></listOfFunctionDefinitions>`,
        reactions: Array.from({ length: 120 }, (_, i) =>
          reaction(`R${i}`, { X: 1 }, {}, `<apply>${ci('f')}${X}</apply>`),
        ).join(''),
      }),
      /the formulas of the file, functions written out, have 1,000,000 parts/,
    ],
    ['one identifier for two species', sbml({ species: species('X', 1) + species('X', 2) }), /another X/],
    [
      'identifiers that all become one name',
      sbml({
        species: Array.from({ length: 30 }, (_, i) => species(`X${String.fromCharCode(0x4e00 + i)}`, 1)).join(''),
      }),
      /More than 20 things would be called X_ here/,
    ],
    [
      'assignment rules that read each other in a chain of 8000',
      sbml({ parameters: chained.map(([id]) => varying(id)).join(''), after: rules(...chained) }),
      /more than 1000 levels deep/,
    ],
    [
      'a rule that is refused, and read',
      sbml({
        parameters: varying('p'),
        after: rules(['p', apply('delay', X)]),
        reactions: reaction('R', { X: 1 }, {}, times(ci('p'), X)),
      }),
      /<delay> is not read/,
    ],
    [
      'a sum of thousands',
      sbml({ reactions: reaction('R', { X: 1 }, {}, apply('plus', ...Array.from({ length: 5000 }, () => X))) }),
      /too large/,
    ],
    [
      'names of the language of scripts',
      sbml({ reactions: reaction('R', { __proto__: 1, constructor: 1 }, {}, ci('__proto__')) }),
      /no species constructor/,
    ],
  ])('are refused with a sentence: %s', (_, file, says) => {
    const { text, items } = importSbml(file)
    expect(text).toBeNull()
    expect(items.map(({ what }) => what).join('\n')).toMatch(says)
  })

  it.each([
    ['tags that never close', '<a>'.repeat(50_000)],
    ['opening brackets', '<'.repeat(200_000)],
    ['one long name', `<${'a'.repeat(200_000)}/>`],
    [
      'one long identifier',
      sbml({ species: species('X'.repeat(100_000), 1), reactions: reaction('R', { X: 1 }, {}, k) }),
    ],
  ])('are answered by short sentences: %s', (_, file) => {
    const { text, items } = importSbml(file)
    expect(text).toBeNull()
    for (const { where, what } of items) expect(where.length + what.length).toBeLessThanOrEqual(600)
  })

  it('may have initial values that read each other in a chain as long as the file', () => {
    const initial = chained.map(([id, content], i) => {
      return `<initialAssignment symbol="${id}">${math(i === 7999 ? cn(1) : content)}</initialAssignment>`
    })
    const file = sbml({
      parameters: chained.map(([id]) => `<parameter id="${id}"/>`).join(''),
      after: `<listOfInitialAssignments>${initial.join('')}</listOfInitialAssignments>`,
    })
    expect(importSbml(file).text).toContain('p0 = 8000\n')
  })

  it('never throw, wherever a file is cut or a piece of it is lost', () => {
    const file = sbml({
      species: species('X', 10, '') + species('S', 0, 'boundaryCondition="true"'),
      reactions: reaction('R', { X: 2, S: 1 }, { X: 1 }, times(k, X, X1)),
      events: event(apply('gt', X, cn(3)), { X: cn(5) }),
    })
    for (let at = 0; at < file.length; at += 3) {
      for (const length of [1, 7, 40]) importSbml(file.slice(0, at) + file.slice(at + length))
    }
    expect(importSbml(file).text).not.toBeNull()
  })
})
