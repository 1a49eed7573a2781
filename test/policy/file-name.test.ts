import { describe, expect, test } from 'vitest'
import { type FileNameOptions, fileNameOf } from '../../src/policy/file-name.ts'
import { fc } from './property.ts'

interface Given {
  disposition?: string
  type?: string
  url?: string
}

function answer({ disposition, type, url = '' }: Given): Response {
  const headers = new Headers()
  if (disposition !== undefined) headers.set('content-disposition', disposition)
  if (type !== undefined) headers.set('content-type', type)
  return Object.defineProperty(new Response(null, { headers }), 'url', { value: url })
}

const nameOf = (given: Given, options?: FileNameOptions): string | undefined => fileNameOf(answer(given), options)

/** What a server sends that writes UTF-8 into a field without saying so: one character an octet. */
const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

describe('the name that Content-Disposition gives (RFC 6266)', () => {
  test.each<[string, string]>([
    ['attachment; filename=data.csv', 'data.csv'],
    ['attachment; filename="Data (1).CSV"', 'Data (1).CSV'],
    ['attachment; filename="../../x"', 'x'],
    ['attachment; filename="..\\..\\x"', 'x'],
    ['attachment; filename=CON', '_CON'],
    ["attachment; filename*=UTF-8''na%C3%AFve.txt", 'naïve.txt'],
    ["attachment; filename*=iso-8859-1''na%EFve.txt", 'naïve.txt'],
    ["attachment; filename=ascii.txt; filename*=UTF-8''%E2%82%AC%20rates.txt", 'rates.txt'],
    ["attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", 'passwd'],
    ["attachment; filename*=UTF-8''%2F; filename=nothing-left-of-the-first.txt", 'nothing-left-of-the-first.txt'],
    ["attachment; filename*=koi8-r''%D7.txt; filename=other-charset.txt", 'other-charset.txt'],
    [`attachment; filename="${octets('naïve 数据.txt')}"`, 'naïve 数据.txt'],
    ['attachment; size=3', 'other.json'],
  ])('%s → %s', (disposition, name) => {
    expect(nameOf({ disposition, type: 'text/html', url: 'https://example.org/other.json' })).toBe(name)
  })
})

test.each(['', '/', '????.csv'])('a name of which nothing is left ("%s") is no name', (written) => {
  expect(nameOf({ disposition: `attachment; filename="${written}"`, type: 'text/csv' })).toBe('download.csv')
})

describe('the name that the URL gives', () => {
  test.each<[url: string, name: string]>([
    ['https://example.org/a/data.csv', 'data.csv'],
    ['https://example.org/a/data.csv?key=secret#part', 'data.csv'],
    ['http://example.org/na%C3%AFve%20file.txt', 'naïve file.txt'],
    ['http://example.org/na%EFve.txt', 'naïve.txt'],
    ['https://example.org/..%2F..%2Fetc%2Fpasswd.txt', 'passwd.txt'],
    ['https://example.org/100%.txt', '100.txt'],
    ['https://example.org/con.txt', '_con.txt'],
    ['https://example.org/data', 'download.json'],
    ['https://example.org/data.', 'download.json'],
    ['https://example.org/.json', 'download.json'],
    ['https://example.org/v1.csv/', 'download.json'],
    ['https://example.org', 'download.json'],
    ['data:text/plain,a.txt', 'download.json'],
    ['', 'download.json'],
  ])('%s → %s', (url, name) => {
    expect(nameOf({ url, type: 'application/json' })).toBe(name)
  })
})

describe('without a name', () => {
  test.each<[type: string | undefined, name: string]>([
    ['text/csv', 'download.csv'],
    ['Text/CSV; charset=utf-8', 'download.csv'],
    ['text/html, text/html', 'download.html'],
    ['application/problem+json', 'download.json'],
    ['application/vnd.example+zip', 'download.zip'],
    ['text/xml', 'download.xml'],
    ['application/yaml', 'download.yaml'],
    ['text/x-unheard-of', 'download.txt'],
    ['application/octet-stream', 'download.bin'],
    ['application/x-unheard-of', 'download'],
    ['constructor', 'download'],
    [undefined, 'download'],
  ])('%s → %s', (type, name) => {
    expect(nameOf(type === undefined ? {} : { type })).toBe(name)
  })

  test.each<[FileNameOptions, string | undefined]>([
    [{}, 'download.csv'],
    [{ fallback: 'rates' }, 'rates'],
    [{ fallback: '../rates.txt' }, 'rates.txt'],
    [{ fallback: null }, undefined],
    [{ fallback: '' }, undefined],
    [{ fallback: '..' }, undefined],
  ])('fallback: %o → %s', (options, name) => {
    expect(nameOf({ type: 'text/csv' }, options)).toBe(name)
    expect(nameOf({ disposition: 'attachment; filename=given.txt' }, options)).toBe('given.txt')
  })

  test('a fallback that is no text is a TypeError that says so', () => {
    const wrong = { fallback: 7 } as unknown as FileNameOptions
    expect(() => nameOf({}, wrong)).toThrow(
      new TypeError('fileNameOf: fallback takes a string, or null for no fallback; got number'),
    )
  })
})

describe('whatever the server writes', () => {
  const nasty = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    ' ',
    'CON',
    'nul',
    'com1',
    '.txt',
    '.tar.gz',
    '"',
    ';',
    '%',
    "UTF-8''",
    'é',
    '\u202e',
    '数',
    'x'.repeat(300),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { maxLength: 12 }).map((parts) => parts.join('')),
  )
  const encoded = text.map((name) => encodeURIComponent(name.toWellFormed()))
  // A field holds octets, and neither NUL nor an end of line.
  const field = text.map((name) => octets(name).replace(/[\0\r\n]/g, ''))
  const given = fc.oneof(
    field.map((disposition): Given => ({ disposition })),
    field.map((name): Given => ({ disposition: `attachment; filename="${name}"` })),
    encoded.map((name): Given => ({ disposition: `attachment; filename*=UTF-8''${name}` })),
    encoded.map((name): Given => ({ url: `https://example.org/${name}` })),
  )

  const HAZARDS: readonly (readonly [string, (name: string) => boolean])[] = [
    ['empty, or holds what is not kept', (name) => !/^[\p{L}\p{M}\p{Nd} ._()-]+$/u.test(name)],
    ['separator or ..', (name) => /[/\\]|\.\./.test(name)],
    ['dots or spaces at its edges', (name) => /^[. ]|[. ]$/.test(name)],
    ['device', (name) => /^(con|prn|aux|nul|(com|lpt)\d) *(\.|$)/i.test(name)],
    ['too long', (name) => Buffer.byteLength(name) > 255],
  ]
  const hazardsOf = (name = ''): string[] => HAZARDS.filter(([, isSo]) => isSo(name)).map(([hazard]) => hazard)

  test('there is a name, and it is safe', () => {
    fc.assert(
      fc.property(given, (facts) => {
        expect(hazardsOf(nameOf(facts))).toEqual([])
      }),
    )
  })

  test('a fallback too; and a safe name is its own safe name', () => {
    fc.assert(
      fc.property(text, (fallback) => {
        const name = nameOf({}, { fallback })
        if (name === undefined) return
        expect(hazardsOf(name)).toEqual([])
        expect(nameOf({}, { fallback: name })).toBe(name)
      }),
    )
  })

  test('a plain name survives any way of sending it', () => {
    const plain = fc.stringMatching(/^x[a-z0-9éα数]{4,20}\.[a-z]{1,4}$/)
    fc.assert(
      fc.property(plain, (name) => {
        expect(nameOf({ disposition: `attachment; filename="${octets(name)}"` })).toBe(name)
        expect(nameOf({ disposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}` })).toBe(name)
        expect(nameOf({ url: `https://example.org/${encodeURIComponent(name)}` })).toBe(name)
      }),
    )
  })

  test('a field of any length is read in one go, not in its square', () => {
    for (const unit of ['a', ' ', '. ', 'a ', '"', 'a=";', 'a="\\";', '\\"', 'a.', "'", '%']) {
      const value = unit.repeat(100_000 / unit.length)
      for (const before of ['', 'attachment; filename="', "attachment; filename*=UTF-8''"]) {
        expect(hazardsOf(nameOf({ disposition: before + value }))).toEqual([])
        expect(hazardsOf(nameOf({ disposition: `${before}a${value}a` }))).toEqual([])
      }
    }
  })
})
