import { describe, expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { type Fetch, factsOf, sideBySide, type Use } from './side-by-side.ts'

/** What the caller gets, and what the origin saw, must be what the platform's own fetch gives and sends. */
const script = { '/r': ok('fine', { headers: { 'Content-Type': 'text/plain' } }) }
const at = '/r'

const rows: [string, Use][] = [
  ['a string', (fetch, o) => fetch(o.url(at)).then(factsOf)],
  ['a URL', (fetch, o) => fetch(new URL(o.url(at))).then(factsOf)],
  ['a Request', (fetch, o) => fetch(new Request(o.url(at))).then(factsOf)],
  ['an object with toString', (fetch, o) => fetch({ toString: () => o.url(at) } as unknown as string).then(factsOf)],
  ['a fragment stays in Response.url only', (fetch, o) => fetch(`${o.url(at)}#part`).then(factsOf)],
  ['a query with order, doubles and blanks', (fetch, o) => fetch(`${o.url(at)}?b=2&a=1&b=3&c=&d`).then(factsOf)],
  ['escapes in lower case', (fetch, o) => fetch(`${o.url('/r/../r')}?q=%c3%a4%2f`).then(factsOf)],
  ['the same of a POST', (fetch, o) => fetch(`${o.url(at)}?q=%c3%a4%2f`, { method: 'POST', body: 'x' }).then(factsOf)],
  ['an empty query', (fetch, o) => fetch(`${o.url(at)}?`).then(factsOf)],
  ['dots, tabs and spaces in the path', (fetch, o) => fetch(` ${o.url('/x/../r')}?q=a b\t `).then(factsOf)],
  ['init null', (fetch, o) => fetch(o.url(at), null as unknown as RequestInit).then(factsOf)],
  ['a Request with init null', (fetch, o) => fetch(new Request(o.url(at)), null as unknown as RequestInit).then(factsOf)],
  [
    'a Request as init',
    (fetch, o) => {
      const request = new Request('http://elsewhere.example/', { method: 'POST', body: 'text', headers: { 'X-A': '1' } })
      return fetch(o.url(at), request).then(factsOf)
    },
  ],
  [
    'a frozen init',
    (fetch, o) => {
      const { signal } = new AbortController()
      return fetch(o.url(at), Object.freeze({ method: 'POST', body: 'text', cache: 'no-store', signal })).then(factsOf)
    },
  ],
  [
    'a frozen init that is an instance of a class',
    (fetch, o) => {
      class Settings {
        readonly method = 'DELETE'
        readonly cache = 'no-store'
        constructor() {
          Object.freeze(this)
        }
      }
      return fetch(o.url(at), new Settings()).then(factsOf)
    },
  ],
  [
    'an init that inherits what it says',
    (fetch, o) => fetch(o.url(at), Object.create({ method: 'PUT', body: 'text' })).then(factsOf),
  ],
  [
    'an init that is an instance of a class',
    (fetch, o) => {
      class Settings {
        readonly #method = 'DELETE'
        get method(): string {
          return this.#method
        }
      }
      return fetch(o.url(at), new Settings()).then(factsOf)
    },
  ],
  ['a record of headers', (fetch, o) => fetch(o.url(at), { headers: { Accept: 'text/csv', 'X-One': '1' } }).then(factsOf)],
  [
    'a list of headers, one twice',
    (fetch, o) =>
      fetch(o.url(at), {
        headers: [
          ['X-A', '1'],
          ['x-a', '2'],
        ],
      }).then(factsOf),
  ],
  ['a Headers instance', (fetch, o) => fetch(o.url(at), { headers: new Headers({ 'X-A': 'ä', Accept: 'a/b' }) }).then(factsOf)],
  ['headers in a Request', (fetch, o) => fetch(new Request(o.url(at), { headers: { 'X-A': '1' } })).then(factsOf)],
  [
    'headers of init replace those of the Request',
    (fetch, o) => {
      const request = new Request(o.url(at), { headers: { 'X-A': '1', 'X-B': '2' } })
      return fetch(request, { headers: { 'X-A': '3' } }).then(factsOf)
    },
  ],
  [
    'a header that is prototype pollution elsewhere',
    (fetch, o) => {
      return fetch(o.url(at), {
        headers: [
          ['__proto__', 'a'],
          ['constructor', 'b'],
          ['then', 'c'],
        ],
      }).then(factsOf)
    },
  ],
  ['the method is upper-cased where fetch does', (fetch, o) => fetch(o.url(at), { method: 'post' }).then(factsOf)],
  ['and nowhere else', (fetch, o) => fetch(o.url(at), { method: 'Purge' }).then(factsOf)],
  ['HEAD', (fetch, o) => fetch(o.url(at), { method: 'HEAD' }).then(factsOf)],
  ['OPTIONS', (fetch, o) => fetch(o.url(at), { method: 'OPTIONS' }).then(factsOf)],
  ['DELETE without a body', (fetch, o) => fetch(o.url(at), { method: 'DELETE' }).then(factsOf)],
  ['POST without a body', (fetch, o) => fetch(o.url(at), { method: 'POST' }).then(factsOf)],
  ['POST text', (fetch, o) => fetch(o.url(at), { method: 'POST', body: 'grüße' }).then(factsOf)],
  ['POST an empty text', (fetch, o) => fetch(o.url(at), { method: 'POST', body: '' }).then(factsOf)],
  [
    'PUT JSON',
    (fetch, o) => {
      return fetch(o.url(at), { method: 'PUT', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } }).then(factsOf)
    },
  ],
  [
    'POST URLSearchParams',
    (fetch, o) => fetch(o.url(at), { method: 'POST', body: new URLSearchParams({ a: '1 2', b: 'ä' }) }).then(factsOf),
  ],
  ['POST bytes', (fetch, o) => fetch(o.url(at), { method: 'POST', body: new Uint8Array([0, 1, 2]) }).then(factsOf)],
  [
    'POST a Blob with its type',
    (fetch, o) => fetch(o.url(at), { method: 'POST', body: new Blob(['b'], { type: 'text/x' }) }).then(factsOf),
  ],
  ['POST a FormData', (fetch, o) => posted(fetch, o.url(at))],
  ['POST a stream', (fetch, o) => fetch(o.url(at), { method: 'POST', body: streamOf('ab', 'cd'), duplex: 'half' }).then(factsOf)],
  ['PATCH by a Request with a body', (fetch, o) => fetch(new Request(o.url(at), { method: 'PATCH', body: 'p' })).then(factsOf)],
  [
    'a Request with a body, overridden by init',
    (fetch, o) => {
      const request = new Request(o.url(at), { method: 'POST', body: 'of the request', headers: { 'X-A': '1' } })
      return fetch(request, { method: 'PUT', body: 'of init' }).then(factsOf)
    },
  ],
  [
    'members of init that Node ignores',
    (fetch, o) => {
      return fetch(o.url(at), { credentials: 'include', mode: 'cors', referrerPolicy: 'no-referrer', keepalive: true }).then(
        factsOf,
      )
    },
  ],
]

describe("a request goes out as the platform's fetch sends it", () => {
  test.each(rows)('%s', async (_, use) => {
    const { theirs, ours, requests } = await sideBySide(script, use)
    // A row that fails on both sides would compare two errors of a typing slip.
    expect(theirs).not.toHaveProperty('rejected')
    expect(requests.theirs).toHaveLength(1)
    expect(requests.ours).toEqual(requests.theirs)
    expect(ours).toEqual(theirs)
  })

  test('a Request with a body is used up by the call, and one without is not', async () => {
    const use: Use = async (fetch, o) => {
      const posted = new Request(o.url('/r'), { method: 'POST', body: 'x' })
      const got = new Request(o.url('/r'))
      await (await fetch(posted)).text()
      await (await fetch(got)).text()
      return { posted: posted.bodyUsed, got: got.bodyUsed, again: await (await fetch(got)).text() }
    }
    const { theirs, ours } = await sideBySide(script, use)
    expect(theirs).toMatchObject({ posted: true, got: false })
    expect(ours).toEqual(theirs)
  })

  test('what the caller hands over is not changed', async () => {
    const headers = new Headers({ 'X-A': '1' })
    const init = Object.freeze({ headers, holdfast: Object.freeze({ ttl: '1m', timeouts: Object.freeze({ stall: '5s' }) }) })
    await sideBySide(script, async (fetch, o) => (await fetch(o.url('/r'), init)).text())
    expect([...headers]).toEqual([['x-a', '1']])
    expect(init).toEqual({ headers, holdfast: { ttl: '1m', timeouts: { stall: '5s' } } })
  })
})

async function posted(fetch: Fetch, url: string): Promise<unknown> {
  const form = new FormData()
  form.append('a', '1')
  form.append('file', new Blob(['bytes'], { type: 'text/plain' }), 'f.txt')
  const response = await fetch(url, { method: 'POST', body: form })
  // The echoed body holds the random boundary; what the origin saw is compared without it.
  await response.text()
  return response.status
}

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)))
}
