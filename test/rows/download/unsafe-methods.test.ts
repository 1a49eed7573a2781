import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import {
  chunked,
  cut,
  echo,
  hangUp,
  ok,
  redirect,
  reflect,
  reset,
  type Step,
  startOrigin,
  status,
} from '../../helpers/origin/index.ts'
import { given, rejection, seen } from './given.ts'

// T24, H11: what may have been acted upon is not sent again, and what was meant for one origin is not sent to another.
const body = pseudoRandom(100_000)
const strong = { etag: '"1"', ranges: true }
const places = [0, 1, 64, 1_023, 65_536, 50_000, 99_999]

describe.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s', (method) => {
  test.each<[string, (at: number) => Step]>([
    ['cut', (at) => cut(body, at, strong)],
    ['cut in chunks', (at) => chunked(body, { ...strong, cutAt: at })],
    ['reset', (at) => reset(body, at, strong)],
  ])('an answer that is %s at any place: one request, and an error', async (_, step) => {
    await using g = await given()
    for (const at of places) {
      g.origin.script(`/${at}`, step(at))
      const init = { method, body: 'x' }
      const error = await rejection(g.fetch(g.origin.url(`/${at}`), init).then((response) => response.bytes()))
      expect(['TRUNCATED', 'CONNECT'], `at ${at}`).toContain(error.code)
      expect([error.method, g.origin.hits(`/${at}`)], `at ${at}`).toEqual([method, 1])
    }
  })

  test.each([429, 500, 502, 503, 504])('%i is the answer, once', async (code) => {
    await using g = await given()
    g.origin.script('/f', status(code, { 'Retry-After': '1' }, 'no'))
    expect(await seen(g.fetch(g.origin.url('/f'), { method, body: 'x' }))).toMatchObject({ status: code, text: 'no' })
    expect(g.origin.hits()).toBe(1)
  })
})

test('a POST that the caller calls safe is sent again with its body, and its answer is never spliced', async () => {
  await using g = await given()
  const safe = { method: 'POST', body: 'question', holdfast: { safe: true } }
  for (const at of places) {
    g.origin.script(`/${at}`, cut(body, at, strong), ok(body, strong))
    const answer = await g.fetch(g.origin.url(`/${at}`), safe)
    expect(sha256(await answer.bytes()), `at ${at}`).toBe(sha256(body))
    const sent = g.origin.requests(`/${at}`).map((request) => `${request.method} ${request.body.toString()}`)
    expect(sent, `at ${at}`).toEqual(['POST question', 'POST question'])
  }
})

test.each([301, 302, 303])(
  '%i of a POST to another origin goes on as a GET without body, type, length or secrets',
  async (code) => {
    await using g = await given()
    await using other = await startOrigin()
    other.script('/f', reflect())
    g.origin.script('/f', redirect(other.url('/f'), code))
    const headers = { 'Content-Type': 'text/x-canary', 'Content-Language': 'x-canary', Authorization: 'canary' }
    const response = await g.fetch(g.origin.url('/f'), { method: 'POST', body: 'canary', headers })
    expect(await response.json()).toMatchObject({ method: 'GET', body: '' })
    expect(other.requests()[0]?.rawHeaders.join()).not.toContain('canary')
  },
)

test('a body that can be read once is not sent to the target of a 307, nor in part', async () => {
  await using g = await given()
  g.origin.script('/f', redirect('/g', 307))
  g.origin.script('/g', echo())
  const stream = new Blob(['read once']).stream()
  const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
  expect(await seen(g.fetch(g.origin.url('/f'), init))).toMatchObject({ rejected: 'REDIRECT' })
  expect(g.origin.hits('/g')).toBe(0)
})

test('a POST that is hung up on does not give the stored answer to a GET of the same address', async () => {
  await using g = await given()
  await g.fetch.put(g.origin.url('/f'), new Response('of a GET'))
  g.origin.script('/f', hangUp())
  expect(await seen(g.fetch(g.origin.url('/f'), { method: 'POST', body: 'x' }))).toEqual({ rejected: 'CONNECT' })
})
