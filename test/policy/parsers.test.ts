import { describe, expect, test } from 'vitest'
import { noCacheOf, parseCacheControl, secondsOf } from '../../src/policy/cache-control.ts'
import { cacheStatus } from '../../src/policy/cache-status.ts'
import { parseContentRange } from '../../src/policy/content-range.ts'
import { parseEntityTag, parseEntityTags } from '../../src/policy/entity-tag.ts'
import { parseHttpDate } from '../../src/policy/http-date.ts'
import { integrityAlgorithms } from '../../src/policy/integrity.ts'
import { redirectOf } from '../../src/policy/redirect.ts'
import { retryAfterMs } from '../../src/policy/retry.ts'
import { variantOf } from '../../src/policy/vary.ts'
import { facts, NOON, request } from './given.ts'
import { fc } from './property.ts'

const NONE: ReadonlySet<string> = new Set()

/** Each parser of ours of what an origin or a caller sent. */
const PARSERS: Record<string, (text: string) => unknown> = {
  'Cache-Control': (text) => {
    const directives = parseCacheControl(text)
    return [secondsOf(directives, 'max-age'), noCacheOf(directives)]
  },
  dates: (text) => parseHttpDate(text, NOON),
  ETag: parseEntityTag,
  'If-None-Match': parseEntityTags,
  'Content-Range': parseContentRange,
  'Retry-After': (text) => retryAfterMs(text, NOON),
  integrity: integrityAlgorithms,
  'Cache-Status': (text) => cacheStatus({ name: 'hit', key: text, detail: text }, text),
  Location: (location) =>
    redirectOf({
      status: 302,
      location,
      from: new URL('https://a.example/'),
      method: 'GET',
      body: 'without',
      mode: 'follow',
      redirects: 0,
    }),
  'all of a response': (text) =>
    facts({ age: text, 'cache-control': text, date: text, etag: text, expires: text, 'last-modified': text, vary: text }),
  'preferences of a request': (text) =>
    variantOf(['accept', 'accept-language', 'foo'], {
      ...request({ accept: text, 'accept-language': text, foo: text }),
      credentialHeaders: NONE,
    }),
}

/** Pieces that parsers look at, so that random text gets anywhere. */
const PIECES = [
  '"',
  '\\',
  ',',
  ';',
  '=',
  ' ',
  '\t',
  '*',
  '/',
  '-',
  '0',
  '9',
  'W/"',
  'max-age',
  'no-cache',
  'bytes ',
  'sha256-',
  'Sun, ',
  'GMT',
  'q=',
  'ü',
  '\u0000',
  '__proto__',
]

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  test('no text makes it throw, and the same text gives the same', () => {
    const text = fc.oneof(fc.string({ unit: fc.constantFrom(...PIECES) }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(text, (given) => {
        expect(parse(given)).toEqual(parse(given))
      }),
      { numRuns: 2000 },
    )
  })

  // A parser that looks back for each character would need 10^10 steps here, and not end within the time that a test has.
  test.each([...PIECES, 'a', 'a,', 'a=",', '"",', '"\\"', ' ,', 'no-cache="a",', 'a;q=0.1,', 'W/"a" '])(
    '128 KiB of %j',
    (piece) => {
      const text = piece.repeat(2 ** 17 / piece.length)
      parse(text)
      parse(`"${text}`)
      expect(() => parse(`${text}"`)).not.toThrow()
    },
  )
})
