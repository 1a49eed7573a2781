import { describe, expect, test } from 'vitest'
import type { Options } from '../../../src/index.ts'
import { byRequest, chunked, closeDelimited, cut, gz, ok, raw, redirect, type Step, status } from '../../helpers/origin/index.ts'
import { factsOf, sideBySide, type Use } from './side-by-side.ts'

const latin1 = Buffer.from('Stra\xdfe\r\n\x00\xff', 'latin1')

const script: Record<string, Step | [Step, ...Step[]]> = {
  '/ok': ok('body', {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Two': ['1', '2'], Link: '<a>; rel=b, <c>; rel=d' },
  }),
  '/latin1': ok(latin1, { headers: { 'Content-Type': 'text/plain' } }),
  '/empty': ok(''),
  '/coded': gz('decoded text'),
  '/chunked': chunked('in chunks'),
  '/until-close': closeDelimited('until the end'),
  '/cookies': ok('c', { headers: { 'Set-Cookie': ['a=1; Path=/', 'b=2, with a comma', 'a=3'] } }),
  '/odd-reason': raw('HTTP/1.1 200 All is well\r\nContent-Length: 2\r\n\r\nok'),
  '/no-reason': raw('HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok'),
  '/latin1-field': raw('HTTP/1.1 200 OK\r\nX-A: gr\xfc\xdfe\r\nContent-Length: 2\r\n\r\nok'),
  '/proto': raw('HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\nthen: c\r\nContent-Length: 2\r\n\r\nok'),
  '/100': raw('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  '/far': redirect('/ok#there'),
  '/relative': redirect('ok?a=b'),
  '/utf-8': redirect(Buffer.from('/ok?q=grün').toString('latin1')),
  '/two': redirect('/far', 301),
  '/see-other': redirect('/seen', 303),
  '/keep': redirect('/seen', 307),
  '/keep-for-ever': redirect('/seen', 308),
  '/found': redirect('/seen', 302),
  '/seen': byRequest((r) => ok(`${r.method} ${r.headers['content-type']} ${r.body.toString()}`)),
  '/nowhere': status(302, {}, 'no Location'),
  '/300': status(300, { Location: '/ok' }, 'choose'),
  '/loop': redirect('/loop'),
  '/bad-target': redirect('http://[/'),
  '/to-ftp': redirect('ftp://127.0.0.1/x'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-credentials': redirect((r) => `http://u:p@${r.headers.host}/ok`),
  '/cut': cut('0123456789', 4),
}
for (const code of [201, 202, 203, 204, 205, 304, 400, 401, 404, 410, 416, 418, 451, 500, 503, 599]) {
  script[`/s${code}`] = status(code, { 'X-A': '1' }, code === 204 || code === 205 || code === 304 ? '' : 'why')
}

const plain = Object.keys(script).filter((path) => !['/see-other', '/keep', '/keep-for-ever', '/found', '/cut'].includes(path))

const redirects: [string, Use][] = (['follow', 'error', 'manual'] as const).flatMap((mode) =>
  ['/far', '/two', '/ok', '/nowhere', '/300', '/s304', '/loop'].map((path): [string, Use] => [
    `redirect: ${mode} at ${path}`,
    (fetch, o) => fetch(o.url(path), { redirect: mode }).then(factsOf),
  ]),
)

const methods: [string, Use][] = ['/see-other', '/keep', '/keep-for-ever', '/found'].flatMap((path) =>
  (['POST', 'PUT', 'HEAD'] as const).map((method): [string, Use] => [
    `${method} at ${path}`,
    (fetch, o) => {
      const body = method === 'HEAD' ? {} : { body: 'b', headers: { 'Content-Type': 'x/y' } }
      return fetch(o.url(path), { method, ...body }).then(factsOf)
    },
  ]),
)

const more: [string, Use][] = [
  ['HEAD has a null body and the length of the GET', (fetch, o) => fetch(o.url('/ok'), { method: 'HEAD' }).then(factsOf)],
  [
    'a streamed body cannot follow a 307',
    (fetch, o) => {
      return fetch(o.url('/keep'), { method: 'POST', body: ReadableStream.from([new Uint8Array([1])]), duplex: 'half' }).then(
        factsOf,
      )
    },
  ],
  ['data: URL', (fetch) => fetch('data:text/plain;base64,aGk=').then(factsOf)],
  ['data: URL with a charset and a fragment', (fetch) => fetch('data:text/html;charset=utf-8,a%20b#c').then(factsOf)],
  [
    'blob: URL',
    (fetch) => fetch(URL.createObjectURL(new Blob(['x'], { type: 'a/b' }))).then(async (r) => [r.status, r.type, await r.text()]),
  ],
  [
    'clone keeps all, and both can be read',
    async (fetch, o) => {
      const one = await fetch(o.url('/far'))
      const two = one.clone()
      const three = two.clone()
      return [await factsOf(one), await factsOf(two), await factsOf(three), two instanceof Response]
    },
  ],
  [
    'a body read twice',
    async (fetch, o) => {
      const one = await fetch(o.url('/ok'))
      const before = one.bodyUsed
      await one.text()
      const again = await one.text().then(String, (e: unknown) => (e as Error).message)
      return { before, after: one.bodyUsed, again, typeError: await one.json().catch((e: unknown) => e instanceof TypeError) }
    },
  ],
  [
    'clone after the body was read',
    async (fetch, o) => {
      const one = await fetch(o.url('/ok'))
      await one.text()
      return one.clone()
    },
  ],
  [
    'every reader of a body',
    async (fetch, o) => {
      const get = (path: string): Promise<Response> => fetch(o.url(path))
      const blob = await (await get('/ok')).blob()
      const stream = await Array.fromAsync((await get('/ok')).body ?? [])
      const broken = await (await get('/ok')).json().catch((e: unknown) => (e as Error).name)
      return [blob.type, blob.size, (await (await get('/ok')).arrayBuffer()).byteLength, Buffer.concat(stream).toString(), broken]
    },
  ],
  [
    'the prototype chain and the tag',
    async (fetch, o) => {
      const r = await fetch(o.url('/ok'))
      return [
        r instanceof Response,
        Object.prototype.toString.call(r),
        r.headers instanceof Headers,
        r.body instanceof ReadableStream,
      ]
    },
  ],
]

const roads: [string, Options][] = [
  ['as it comes', {}],
  ['streaming', { delivery: 'streaming' }],
  ['by another transport', { fetch: globalThis.fetch }],
]

describe.each(roads)("a response is what the platform's fetch gives: %s", (_road, options) => {
  test.each(plain)('%s', async (path) => {
    const { theirs, ours } = await sideBySide(script, (fetch, o) => fetch(o.url(path)).then(factsOf), options)
    expect(ours).toEqual(theirs)
  })

  test.each([...redirects, ...methods, ...more])('%s', async (_, use) => {
    const { theirs, ours } = await sideBySide(script, use, options)
    expect(theirs).toBeDefined()
    expect(ours).toEqual(theirs)
  })

  test.each(['/ok', '/latin1', '/coded', '/far', '/two', '/s404', '/s410', '/s203'])(
    'a hit of %s is like the first answer',
    async (path) => {
      const kept = { holdfast: { ttl: '1h' } }
      const { theirs, ours } = await sideBySide(
        script,
        async (fetch, o) => {
          await (await fetch(o.url(path), kept)).bytes()
          const facts = await factsOf(await fetch(o.url(path), kept))
          return { facts, hits: o.hits() }
        },
        options,
      )
      const { facts, hits } = ours as { facts: unknown; hits: number }
      expect(facts).toEqual((theirs as { facts: unknown }).facts)
      expect(hits).toBeLessThan((theirs as { hits: number }).hits)
    },
  )

  test('a body that is cut rejects, with the same class', async () => {
    const { theirs, ours } = await sideBySide(
      script,
      async (fetch, o) => {
        const read = async (): Promise<unknown> => (await fetch(o.url('/cut'))).text()
        return read().catch((e: unknown) => e instanceof TypeError)
      },
      options,
    )
    expect([theirs, ours]).toEqual([true, true])
  })
})
