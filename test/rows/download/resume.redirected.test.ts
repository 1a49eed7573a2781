import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { byRequest, cut, hangUp, type Origin, ok, redirect, startOrigin, status } from '../../helpers/origin/index.ts'
import { type Given, inspected, seen } from './given.ts'
import { type Life, lives, living, storeOld } from './stored.ts'

// R17, A15: a part belongs to the one URL that it came from, and the way there begins anew at the URL that was asked for.
const [one, two] = [pseudoRandom(200_000, 'one'), pseudoRandom(200_000, 'two')]
const strong = { etag: '"1"', ranges: true }
const halfOfOne = cut(one, '50%', strong)

async function another(): Promise<Origin> {
  const origin = await startOrigin()
  onTestFinished(() => origin.close())
  return origin
}

async function digest(g: Given, init?: RequestInit): Promise<string> {
  return sha256(await (await g.fetch(g.origin.url('/f'), init)).bytes())
}

const rangesOf = (origin: Origin, path?: string) => origin.requests(path).map(({ headers }) => headers.range)

describe.each(lives)('$name', (life: Life) => {
  test('the same way again: the first URL is asked each time, and the part is resumed at the last', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const far = await another()
    g.origin.script('/f', redirect('/hop'))
    g.origin.script('/hop', redirect(far.url('/f'), 307))
    far.script('/f', halfOfOne, ok(one, strong))
    expect(await digest(g)).toBe(sha256(one))
    expect([g.origin.hits('/f'), g.origin.hits('/hop')]).toEqual([2, 2])
    expect(rangesOf(far)).toEqual([undefined, 'bytes=98976-'])
  })

  test.each([301, 308])('%i: what is permanent is no reason to skip the first URL in the middle of a download', async (code) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const far = await another()
    g.origin.script('/f', redirect(far.url('/gone'), code), redirect(far.url('/here'), code))
    far.script('/gone', halfOfOne, hangUp())
    far.script('/here', ok(two, strong))
    expect(await digest(g)).toBe(sha256(two))
  })

  test('another target under the same strong tag: nothing of the first is in the answer', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const far = await another()
    g.origin.script('/f', redirect(far.url('/f?sig=1')), redirect(far.url('/f?sig=2')))
    far.script('/f?sig=1', halfOfOne)
    far.script('/f?sig=2', ok(two, strong))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(two))
    expect([response.url, inspected(response, 'miss').version.url]).toEqual([far.url('/f?sig=2'), far.url('/f?sig=2')])
  })

  test('one target, another, and the first again: right bytes of one of them', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', redirect('/one'), redirect('/two'), redirect('/one'))
    g.origin.script('/one', halfOfOne, ok(one, strong))
    g.origin.script('/two', status(503), ok(two, strong))
    expect(await digest(g)).toBe(sha256(one))
  })

  test('with a digest that is known, right bytes wherever the rest comes from', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', redirect('/one'), redirect('/two'))
    g.origin.script('/one', halfOfOne)
    g.origin.script('/two', ok(one, { etag: '"other"', ranges: true }))
    const integrity = `sha256-${createHash('sha256').update(one).digest('base64')}`
    expect(await digest(g, { integrity })).toBe(sha256(one))
  })

  test('a redirect that ends, and one that begins, in the middle', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', redirect('/one'), ok(two, strong))
    g.origin.script('/one', halfOfOne)
    expect(await digest(g)).toBe(sha256(two))
    await g.clock.advance(1_000)
    g.origin.script('/f', cut(two, '50%', { etag: '"2"', ranges: true }), redirect('/one'))
    g.origin.script('/one', ok(one, { etag: '"2"', ranges: true }))
    expect(await digest(g)).toBe(sha256(one))
  })
})

const SECRETS = ['Authorization', 'Cookie', 'Proxy-Authorization', 'X-API-Key', 'X-Auth-Token', 'Private-Token']
test.each(['another host', 'another port'])(
  'secrets stay behind on the way to %s, in each attempt and each resume',
  async (where) => {
    const [life] = lives
    if (life === undefined) throw new Error('no life')
    await using g = await living(life, { credentialHeaders: [...SECRETS, 'X-Tenant'] })
    const far = await another()
    const to = where === 'another host' ? far.url('/f').replace('127.0.0.1', 'localhost') : far.url('/f')
    g.origin.script('/f', redirect(to))
    far.script(
      '/f',
      halfOfOne,
      status(503),
      byRequest(({ headers }) => (headers.range ? hangUp() : halfOfOne)),
      ok(one, strong),
    )
    const names = [...SECRETS, 'X-Tenant', 'x-tenant'].map((name): [string, string] => [name, 'canary'])
    const url = g.origin.url('/f')
    expect(await digest(g, { headers: names })).toBe(sha256(one))
    expect(far.hits()).toBeGreaterThanOrEqual(3)
    for (const { rawHeaders, path } of far.requests()) expect([...rawHeaders, path].join()).not.toContain('canary')
    for (const { headers } of g.origin.requests()) expect(headers['x-api-key']).toContain('canary')
    expect(url).not.toContain('canary')
  },
)

test('back at the first origin by way of another one, the secrets do not come back either', async () => {
  const [life] = lives
  if (life === undefined) throw new Error('no life')
  await using g = await living(life)
  const far = await another()
  g.origin.script('/f', redirect(far.url('/bounce')))
  far.script('/bounce', redirect(g.origin.url('/home')))
  g.origin.script('/home', ok('home'))
  const headers = { Authorization: 'canary', 'X-API-Key': 'canary' }
  expect(await seen(g.fetch(g.origin.url('/f'), { headers }))).toMatchObject({ text: 'home' })
  expect(String(g.origin.requests('/home')[0]?.rawHeaders)).not.toContain('canary')
})
