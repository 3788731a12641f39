import { describe, expect, it } from 'vitest'
import { Failure } from '../../solvers/contract'
import { guessMapping, type Mapping, readData } from './data'
import { readTable, tableLimits } from './table'

const failure = (work: () => unknown): string => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.message
    throw thrown
  }
  return ''
}

describe('a table', () => {
  it('is read with commas, semicolons and tabs, with a mark at its start, with remarks', () => {
    expect(readTable('\uFEFFt,X\r\n0,5\r\n1,6\r\n').rows).toEqual([
      ['0', '5'],
      ['1', '6'],
    ])
    expect(readTable('# by hand\nt;X\n0,5;1,25').rows).toEqual([['0,5', '1,25']])
    expect(readTable('t\tX\n1\t2').header).toEqual(['t', 'X'])
  })

  it('numbers columns that have no names, and tells apart those of one name', () => {
    expect(readTable('1,2\n3,4').header).toEqual(['column 1', 'column 2'])
    expect(readTable('1,2\n3,4').rows.length).toBe(2)
    expect(readTable('X,X\n3,4').header).toEqual(['X', 'X (2)'])
  })

  it('knows the line of a row after quoted line breaks and empty lines', () => {
    const { lines, rows } = readTable('id,X\n"a\nb",1\n\nc,2\n')
    expect(rows.map((row) => row[1])).toEqual(['1', '2'])
    expect(lines).toEqual([2, 5])
  })

  it('is refused where it is broken, empty or too large', () => {
    expect(failure(() => readTable('t,X\n1,"2\n3,4'))).toMatch(/line 2/)
    expect(failure(() => readTable(' \n'))).toMatch(/no rows/)
    expect(failure(() => readTable('1'.repeat(tableLimits.characters + 1)))).toMatch(/32,000,001 characters/)
    expect(failure(() => readTable(`${'a,'.repeat(300)}b\n1`))).toMatch(/301 columns/)
    // Each short row would be filled up to 200 cells.
    const wide = `${'a,'.repeat(199)}b\n`
    expect(failure(() => readTable(wide + '1\n'.repeat(100_000)))).toMatch(/20,000,200 cells in 200 columns/)
    expect(readTable(wide + '1\n'.repeat(1000)).rows[999]).toHaveLength(200)
  })
})

describe('data', () => {
  const read = (text: string, mapping: Partial<Mapping> = {}, whole = true) => {
    const table = readTable(text)
    return readData(table, { ...guessMapping(table, ['X', 'Y']), ...mapping }, whole)
  }

  it('counts equal cells once, by time', () => {
    const { data } = read('time,X,Y\n1,3,0\n0,2,1\n1,3,0\n1,4,0')
    if (data.kind !== 'snapshots') throw new Error('snapshots')
    expect(data.snapshots.map(({ time, cells }) => [time, cells])).toEqual([
      [0, 1],
      [1, 3],
    ])
    expect([...data.snapshots[1].values]).toEqual([3, 0, 4, 0])
    expect([...data.snapshots[1].weights]).toEqual([2, 1])
  })

  it('takes a histogram, at rest without times', () => {
    const { data } = read('X,to,count\n0,2,10\n2,4,30', {})
    if (data.kind !== 'snapshots') throw new Error('snapshots')
    expect(data.snapshots[0]).toMatchObject({ time: Number.POSITIVE_INFINITY, cells: 40 })
    expect([...data.snapshots[0].upper!]).toEqual([2, 4])
  })

  it('guesses cells where a replicate is seen twice at one time', () => {
    expect(guessMapping(readTable('time,id,X\n0,a,5\n0,a,6'), ['X']).kind).toBe('snapshots')
    expect(guessMapping(readTable('time,id,X\n0,a,5\n1,a,6'), ['X'])).toMatchObject({
      kind: 'courses',
      replicate: 'id',
    })
    expect(guessMapping(readTable('hours,count,reads\n0,3,6'), ['X']).columns).toEqual({ X: 'reads' })
  })

  it('sorts courses by replicate and time, with gaps', () => {
    const asked = { kind: 'courses', replicate: 'replicate', columns: { X: 'X' } } as const
    const { data, issues } = read('time,replicate,X\n1,a,5\n0,a,4\n0,b,7\n1,b,\n1,b,3', asked)
    if (data.kind !== 'courses') throw new Error('courses')
    expect(data.courses.map(({ name, times }) => [name, [...times]])).toEqual([
      ['a', [0, 1]],
      ['b', [0, 1]],
    ])
    expect([...data.courses[1].values]).toEqual([7, Number.NaN])
    expect(issues).toEqual([{ line: 6, message: 'a second row at time 1 of b' }])
  })

  it('names the line of what it leaves out', () => {
    const { issues, data } = read('time,X\n0,1\n1,2.5\nsoon,3\n2,\n3,-1\n4,4')
    expect(issues.map(({ line }) => line)).toEqual([3, 4, 5, 6])
    expect(issues[0].message).toBe('X is "2.5": without measurement noise it must be a whole number ≥ 0')
    expect(issues[1].message).toBe('the time is "soon": it must be a number ≥ 0')
    if (data.kind !== 'snapshots') throw new Error('snapshots')
    expect(data.snapshots.length).toBe(2)
  })

  it('fails where nothing is left', () => {
    expect(failure(() => read('time,X\n0,a'))).toMatch(/none of 1 rows can be read; the first: line 2: X is "a"/)
    expect(failure(() => read('time,X\n0,1', { columns: { X: 'Z' } }))).toBe('there is no column Z')
    expect(failure(() => read('time,X\n0,1', { columns: {} }))).toMatch(/no column is mapped/)
    expect(failure(() => read('time,X\n'))).toBe('there is nothing below the first line')
  })
})
