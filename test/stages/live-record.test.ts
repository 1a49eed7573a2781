import { describe, expect, test } from 'vitest'
import { type LiveVersion, plainOf } from '../../src/model/record.ts'
import { factsOf } from '../../src/policy/response-facts.ts'
import { plainFacts } from '../policy/given.ts'
import { AT, entryOf, given, KEY, placedOf, refOf } from './live-shelf.kit.ts'

describe('a version comes back as it was given', () => {
  const whole = new Uint8Array(Buffer.from('body'))

  test.each<[string, Partial<LiveVersion>, Uint8Array?]>([
    ['a body that is all of a buffer', {}],
    ['a body that is a part of one', {}, new Uint8Array(Buffer.from('some body')).subarray(5)],
    ['no body', { size: 0 }, new Uint8Array(0)],
    ['another URL than its key says', { url: 'http://b.test/', redirected: true }],
    ['no URL', { url: '' }],
    ['times of one millisecond', { checkedAt: AT, requestedAt: AT }],
    ['times that are years apart', { checkedAt: AT + 1e11, requestedAt: AT - 1e11 }],
    ['times that are no whole milliseconds apart', { storedAt: AT + 0.1, checkedAt: AT + 0.3, requestedAt: AT - 0.7 }],
    ['no headers', { headers: [] }],
    [
      'a name that comes several times, in its place',
      {
        headers: [
          ['a', '1'],
          ['b', ''],
          ['a', '2'],
          ['a', ''],
        ],
      },
    ],
    [
      'a value that no answer from the network can have',
      {
        headers: [
          ['a', '1'],
          ['b', 'one\ntwo'],
          ['a', '2'],
        ],
      },
    ],
    [
      'what only some have',
      {
        redirects: { urls: [], vary: [], noStore: false, isPrivate: true, mustRevalidate: false },
        home: { tier: 'sqlite', bodyId: 'b' },
      },
    ],
  ])('%s', (_, more, body = whole) => {
    const { shelf } = given()
    const said = { ...placedOf(KEY, refOf('one1')).version, ...more }
    shelf.remember({ version: said, body })
    const version = shelf.version(KEY, 'one1') as LiveVersion
    expect(plainOf(version)).toEqual({ ...said, body })
    // Field by field too, as a hit reads it, and in the order in which it is written down.
    for (const name of Object.keys(said) as (keyof LiveVersion)[]) expect(version[name]).toEqual(said[name])
    expect(JSON.stringify({ ...plainOf(version), body: undefined })).toBe(JSON.stringify(said))
    expect(version.facts && plainFacts(version.facts)).toEqual(plainFacts(factsOf(said, said.checkedAt)))
  })

  test('also where most of it is what others have', () => {
    const { shelf } = given()
    const all = Array.from({ length: 40 }, (_, n) => {
      const { version } = placedOf(`7:default0:GET http://a.test/${n}`, refOf(`id${n}`))
      const date = new Date(AT + 1000 * Math.floor(n / 15)).toUTCString()
      const headers = [['date', date], ...version.headers, ['x-of', n % 2 === 0 ? 'even' : 'odd']] as const
      return { ...version, headers, status: n % 7 === 0 ? 404 : 200, statusText: n % 5 === 0 ? '' : 'OK', proven: n % 3 === 0 }
    })
    for (const version of all) shelf.remember({ version, body: whole })
    for (const version of all) {
      const kept = shelf.version(version.key, version.id)
      expect(kept && plainOf(kept)).toEqual({ ...version, body: whole })
    }
  })

  test.each(['nothing', 'cache-control', 'vary', 'content-location'])(
    'and so does what its headers say: %s of its own',
    (differs) => {
      const { shelf } = given()
      const all = Array.from({ length: 60 }, (_, n) => {
        const { version } = placedOf(`7:default0:GET http://a.test/${n}`, refOf(`id${n}`))
        const own = (name: string): number => (differs === name ? n : 7)
        const headers = [
          ['cache-control', `max-age=${own('cache-control')}, no-cache="a"`],
          ['vary', `accept, x-${own('vary')}`],
          ['content-location', `/${own('content-location')}`],
          ['etag', `"${n}"`],
          ['last-modified', new Date(AT - 1000 * n).toUTCString()],
          ['age', `${n}`],
          ['expires', n % 2 === 0 ? '0' : new Date(AT + 1000 * n).toUTCString()],
        ] as const
        const redirects = { urls: [], vary: ['x-redirect'], noStore: true, isPrivate: false, mustRevalidate: true, lifetime: n }
        return { ...version, headers, ...(n % 3 === 0 && { redirects }) }
      })
      for (const version of all) shelf.remember({ version, body: whole })
      for (const said of all) {
        const facts = shelf.version(said.key, said.id)?.facts
        expect(facts && plainFacts(facts)).toEqual(plainFacts(factsOf(said, said.checkedAt)))
      }
    },
  )
})

test('fields that many answers have are kept once, and forgotten when nobody has them', () => {
  const { shelf } = given()
  const keyOf = (n: number): string => `7:default0:GET http://a.test/${n}`
  const field = (n: number): unknown => shelf.lookVersion(keyOf(n), `id${n}`)?.headers[0]
  for (let n = 0; n < 3_000; n++) shelf.rememberEntry(entryOf(keyOf(n), [refOf(`id${n}`)]), placedOf(keyOf(n), refOf(`id${n}`)))
  for (const n of [0, 9]) expect(field(n)).toEqual(['content-type', 'text/plain'])
  for (const n of [10, 1_500, 2_999]) expect(field(n)).toBe(field(9))
  expect(shelf.lookVersion('7:default0:GET http://a.test/9', 'id9')?.headers[1]).toEqual(['etag', '"id9"'])
})
