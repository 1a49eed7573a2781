import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok, redirect, reflect, startOrigin, status } from '../../helpers/origin/index.ts'
import { die, given, inspected, rejection, seen } from './given.ts'

test('302, then 301, then 200: one entry, under the URL that was asked for', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/a', redirect('/b', 302))
  g.origin.script('/b', redirect('/c', 301))
  g.origin.script('/c', ok('there'))
  for (const outcome of ['miss', 'hit'] as const) {
    const response = await g.fetch(g.origin.url('/a'))
    expect([await response.text(), response.url, response.redirected]).toEqual(['there', g.origin.url('/c'), true])
    expect(inspected(response, outcome).version.url).toBe(g.origin.url('/c'))
  }
  expect(g.origin.hits()).toBe(3)
  expect(await g.fetch.cache.has(g.origin.url('/a'))).toBe(true)
  await die(g.origin)
  const fallback = await g.fetch(g.origin.url('/a'), { cache: 'no-cache', holdfast: { retry: false } })
  expect([inspected(fallback, 'fallback').version.url, fallback.redirected]).toEqual([g.origin.url('/c'), true])
})

describe('what never heals is not tried again', () => {
  test.each<[string, string, number]>([
    ['a loop of one', '/loop', 21],
    ['a loop of two', '/ping', 21],
    ['one that grows', '/grow', 21],
    ['to a file', '/file', 1],
    ['to ftp', '/ftp', 1],
    ['to a script', '/script', 1],
    ['to data', '/data', 1],
    ['to nowhere', '/nowhere', 1],
  ])('%s: REDIRECT', async (_, path, atMost) => {
    await using g = await given()
    g.origin.script('/loop', redirect('/loop'))
    g.origin.script('/ping', redirect('/pong'))
    g.origin.script('/pong', redirect('/ping', 307))
    g.origin.script(
      '/grow',
      redirect((request) => `/grow?${'x'.repeat(request.path.length)}`),
    )
    g.origin.script('/file', redirect('file:///etc/passwd'))
    g.origin.script('/ftp', redirect('ftp://127.0.0.1/x'))
    g.origin.script('/script', redirect('javascript:alert(1)'))
    g.origin.script('/data', redirect('data:text/plain,x'))
    g.origin.script('/nowhere', redirect('http://[/'))
    const error = await rejection(g.fetch(g.origin.url(path)))
    expect(error.code).toBe('REDIRECT')
    expect(g.origin.hits()).toBeLessThanOrEqual(atMost)
    await g.fetch.put(g.origin.url(path), new Response('v1'))
    expect(await seen(g.fetch(g.origin.url(path)))).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
  })

  test('fifty in a row are more than fetch follows', async () => {
    await using g = await given()
    for (let n = 0; n < 50; n += 1) g.origin.script(`/${n}`, redirect(`/${n + 1}`))
    g.origin.script('/50', ok('there'))
    expect((await rejection(g.fetch(g.origin.url('/0')))).code).toBe('REDIRECT')
    expect(await seen(g.fetch(g.origin.url('/30')))).toMatchObject({ text: 'there' })
  })

  test('without a Location it is the answer, as fetch has it', async () => {
    await using g = await given()
    g.origin.script('/f', status(302, {}, 'moved'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 302, text: 'moved' })
    expect(g.origin.hits()).toBe(1)
  })
})

test.each([
  [301, 'POST', 'GET', ''],
  [302, 'POST', 'GET', ''],
  [303, 'PUT', 'GET', ''],
  [307, 'POST', 'POST', 'body'],
  [308, 'PUT', 'PUT', 'body'],
])('%i on %s: %s at the target, with the body %j', async (code, method, then, body) => {
  await using g = await given()
  g.origin.script('/f', redirect('/g', code))
  g.origin.script('/g', reflect())
  const response = await g.fetch(g.origin.url('/f'), { method, body: 'body' })
  expect(await response.json()).toMatchObject({ method: then, body })
})

test('a failure at the target is tried again from the start, and each attempt tells its URL', async () => {
  await using g = await given()
  g.origin.script('/a', redirect('/b'))
  g.origin.script('/b', status(503), ok('there'))
  const response = await g.fetch(g.origin.url('/a'))
  expect(await response.text()).toBe('there')
  expect(inspected(response, 'miss').attempts.map(({ status: code }) => code)).toEqual([503, 200])
})

test('a body that breaks at the target of a redirect is resumed there', async () => {
  const body = pseudoRandom(200_000)
  const strong = { etag: '"1"', ranges: true }
  await using g = await given()
  await using elsewhere = await startOrigin()
  g.origin.script('/f', redirect(elsewhere.url('/f')))
  elsewhere.script('/f', cut(body, '50%', strong), ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(elsewhere.requests().map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
    [undefined, undefined],
    ['bytes=98976-', '"1"'],
  ])
})

test('a redirect that is followed once more to another file starts again', async () => {
  const [one, two] = [pseudoRandom(200_000, 'one'), pseudoRandom(200_000, 'two')]
  const strong = { etag: '"1"', ranges: true }
  await using g = await given()
  g.origin.script('/f', redirect('/one'), redirect('/two'))
  g.origin.script('/one', cut(one, '50%', strong))
  g.origin.script('/two', ok(two, strong))
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(two))
  expect(response.url).toBe(g.origin.url('/two'))
})
