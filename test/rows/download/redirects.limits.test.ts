import { describe, expect, onTestFinished, test } from 'vitest'
import { type Origin, ok, redirect, startOrigin, status } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// H09, H10, A16: redirects that go nowhere, or where nobody should go. One request each, or twenty-one, and none of them again.
async function another(): Promise<Origin> {
  const origin = await startOrigin()
  onTestFinished(() => origin.close())
  return origin
}

const targets: [string, string][] = [
  ['a file', 'file:///etc/passwd'],
  ['ftp', 'ftp://127.0.0.1/x'],
  ['data', 'data:text/plain,x'],
  ['a script', 'javascript:alert(1)'],
  ['a blob', 'blob:nodedata:1'],
  ['about:blank', 'about:blank'],
  ['no host', 'http://'],
  ['a host that is none', 'http://[/'],
  ['a port that is none', 'http://127.0.0.1:99999/'],
  ['a unix socket', 'unix:/var/run/docker.sock'],
  ['a web socket', 'ws://127.0.0.1/'],
]

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each(targets)('to %s: REDIRECT, one request', async (_, to) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', redirect(to))
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect([is, error?.code, g.origin.hits()]).toEqual([promised(life), 'REDIRECT', 1])
    expect(error).toBeInstanceOf(TypeError)
  })

  test('a loop over two origins, and one that grows: at most 21 requests in all', async () => {
    await using g = await living(life)
    const far = await another()
    for (const path of ['/loop', '/grow']) await storeOld(g, life, path)
    g.origin.script('/loop', redirect(far.url('/loop')))
    far.script('/loop', redirect(g.origin.url('/loop')))
    g.origin.script(
      '/grow',
      redirect(({ path }) => `${path}${path.includes('?') ? '' : '?'}x`),
    )
    for (const path of ['/loop', '/grow']) {
      const before = g.origin.hits() + far.hits()
      const { is, error } = await ended(g.fetch(g.origin.url(path)))
      expect([is, error?.code]).toEqual([promised(life), 'REDIRECT'])
      expect(g.origin.hits() + far.hits() - before).toBeLessThanOrEqual(21)
    }
  })

  test('without a Location it is the answer', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', status(302, {}, 'moved'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 302, text: 'moved' })
    expect(g.origin.hits()).toBe(1)
  })
})

test.each<[string, (origin: Origin) => string, string]>([
  ['a path', () => '/b', '/b'],
  ['a relative path', () => 'c?d=e', '/a/c?d=e'],
  ['a host alone', (origin) => `//${origin.host}/b`, '/b'],
  ['a query alone', () => '?x', '/a/f?x'],
  ['spaces and umlauts', () => '/ä b', '/%C3%A4%20b'],
  ['dots', () => '../../b', '/b'],
  ['nothing', () => '', '/a/f'],
])('Location as %s is resolved against the URL that was asked', async (_, to, path) => {
  await using g = await given()
  g.origin.script('/a/f', redirect(to(g.origin)), ok('itself'))
  for (const one of ['/b', '/a/c', '/%C3%A4%20b']) g.origin.script(one, ok('there'))
  if (path === '/a/f?x') g.origin.script('/a/f?x', ok('there'))
  const response = await g.fetch(g.origin.url('/a/f'))
  expect([response.status, response.redirected, response.url]).toEqual([200, true, g.origin.url(path)])
})

test('user and password in a Location are not sent to another origin as the credentials of the first', async () => {
  await using g = await given()
  const far = await another()
  far.script('/f', ok('there'))
  g.origin.script('/f', redirect(far.url('/f').replace('http://', 'http://canary:secret@')))
  await seen(g.fetch(g.origin.url('/f'), { headers: { Authorization: 'Bearer canary-of-the-first' } }))
  for (const { rawHeaders, path } of far.requests()) {
    expect([...rawHeaders, path].join()).not.toContain('canary')
  }
})

test('a fragment is kept from the first URL, unless the redirect brings its own, as fetch has it', async () => {
  await using g = await given()
  g.origin.script('/f', redirect('/g'))
  g.origin.script('/h', redirect('/g#own'))
  g.origin.script('/g', ok('there'))
  const urls = [await g.fetch(g.origin.url('/f#mine')), await g.fetch(g.origin.url('/h#mine'))].map(({ url }) => url)
  const standard = [await fetch(g.origin.url('/f#mine')), await fetch(g.origin.url('/h#mine'))].map(({ url }) => url)
  expect(urls).toEqual(standard)
})
