import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, it } from 'vitest'
import { readStudy, type Study } from '../solvers/study'
import { version } from '../version'
import { decodeStudy, encodeStudy, linkTo, maxLinkLength, overlay, readAddress, sentence } from './link'
import { defaultStudy } from './studio'

const study = defaultStudy()

function payloadOf(bytes: Uint8Array): string {
  return Buffer.from(deflateSync(bytes)).toString('base64url')
}

function refusal(payload: string): string {
  const read = decodeStudy(payload)
  return read.ok ? '' : sentence(read.issues)
}

describe('a link', () => {
  it('carries the study there and back, with the version that made it', () => {
    const full: Study = { ...study, view: { time: 12.5, joint: 'U,V' }, seed: 2 ** 40, title: 'Κίνησις — ∅ → X' }
    expect(decodeStudy(encodeStudy(full))).toEqual({ ok: true, value: { ...full, made: version } })
  })

  it('fits into an address and replaces what was there', () => {
    const link = linkTo(study, 'https://example.org/app/?study=x&a=1#old')
    expect(link).toMatch(/^https:\/\/example\.org\/app\/#s=[\w-]+$/)
    expect(link.length).toBeLessThan(1500)
    const asked = readAddress('', new URL(link).hash)
    expect(asked.kind === 'study' && asked.study.network).toBe(study.network)
  })

  it('of 5 MB is refused with a sentence, unread', () => {
    expect(refusal('A'.repeat(5_000_000))).toMatch(/5,000,000 characters long; at most 200,000/)
  })

  it('that inflates without end is stopped early', () => {
    const bomb = payloadOf(new Uint8Array(50_000_000))
    expect(bomb.length).toBeLessThan(maxLinkLength)
    const before = process.memoryUsage().arrayBuffers
    expect(refusal(bomb)).toMatch(/larger than 2,000,000 bytes/)
    // Half of what it claims to hold, garbage included: the limit was met on the way, not afterwards.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(25_000_000)
  })

  it('that is damaged, cut short, or no study is refused with a sentence', () => {
    const payload = encodeStudy(study)
    const refused = ['', '!!!', 'AAAA', payload.slice(0, -9), payload.slice(9), payloadOf(strToU8('{"version":1'))]
    for (const text of refused) expect(refusal(text)).toMatch(/damaged or was cut short/)
    for (const text of ['null', '7', '[]', '"x"', '{}']) expect(refusal(payloadOf(strToU8(text)))).not.toBe('')
    expect(refusal(payloadOf(strToU8('{"version":2,"network":""}')))).toMatch(/made by a newer program/)
    expect(refusal(payloadOf(strToU8('{"version":1,"network":"","times":[],"__proto__":{"x":1}}')))).toMatch(
      /__proto__/,
    )
    expect(refusal(payloadOf(strToU8('{"version":1,"network":"","times":[],"script":"<img>"}')))).toMatch(/unknown key/)
  })

  it('with brackets inside brackets, a million deep, is refused with a short sentence', () => {
    const deep = '['.repeat(900_000) + ']'.repeat(900_000)
    for (const json of [deep, `{"version":1,"network":"","times":[1],"observe":[${deep}]}`]) {
      const payload = payloadOf(strToU8(json))
      expect(payload.length).toBeLessThan(4000)
      expect(refusal(payload)).toMatch(/received array; got \[{57}…$/)
    }
  })

  it('with thousands of faults is told the first few, and how many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, 1]))
    const said = refusal(payloadOf(strToU8(JSON.stringify({ version: 1, network: '', times: [1], ...many }))))
    expect(said).toMatch(
      /^key0: unknown key; a study knows version.*; key1: unknown key; key2: unknown key; and 98 more$/,
    )
    expect(said.length).toBeLessThan(400)
    const read = readStudy({ version: 1, network: '0 -> X, 1', times: [1], parameters: many })
    expect(!read.ok && read.issues.length).toBe(101)
    expect(!read.ok && read.issues.at(-1)).toEqual({ path: '', message: 'and 49900 more issues' })
  })

  it('survives every single damaged character without throwing', () => {
    const payload = encodeStudy(study)
    for (let at = 0; at < payload.length; at++) {
      const other = payload[at] === 'A' ? 'B' : 'A'
      const read = decodeStudy(payload.slice(0, at) + other + payload.slice(at + 1))
      if (!read.ok) expect(read.issues.length).toBeGreaterThan(0)
    }
  })
})

describe('a study by name', () => {
  it('is recognised, with its values', () => {
    const asked = readAddress('?study=toggle-switch&a=37&workers=2', '')
    expect(asked).toEqual({ kind: 'name', name: 'toggle-switch', values: new Map([['a', '37']]) })
    expect(readAddress('?workers=2', '#top')).toEqual({ kind: 'nothing' })
    for (const name of ['../secrets', 'a/b', 'http://x', '', '%00', 'x'.repeat(99)]) {
      expect(readAddress(`?study=${encodeURIComponent(name)}`, '').kind).toBe('unreadable')
    }
  })

  it('takes parameters, initial counts, seed and solver', () => {
    const laid = overlay(study, new Map(Object.entries({ a: '37', U: '5', seed: '9', solver: 'fsp' })))
    expect(laid.ok && laid.value).toMatchObject({ parameters: { a: 37 }, initial: { U: 5 }, seed: 9, solver: 'fsp' })
  })

  it('names what it does not know and what is no number', () => {
    const wrong = overlay(study, new Map(Object.entries({ zeta: '1', a: 'x', U: '1.5' })))
    expect(!wrong.ok && sentence(wrong.issues)).toMatch(/zeta: this study has no such value; it has a, bias/)
    expect(!wrong.ok && sentence(wrong.issues)).toMatch(/a: expected a number, got "x"/)
    expect(overlay(study, new Map([['U', '1.5']])).ok).toBe(false)
    expect(overlay(study, new Map([['U', '-1']])).ok).toBe(false)
    expect(overlay(study, new Map([['a', 'Infinity']])).ok).toBe(false)
  })
})
