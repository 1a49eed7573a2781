import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Init } from '../../../src/index.ts'
import { byRequest, ok, status } from '../../helpers/origin/index.ts'
import { bench, die, failureOf, textOf } from '../door/kit.ts'
import { ask, fill } from './given.ts'
import { isHit, kept, resource, stocked, write, writes } from './written.ts'

describe('an unsafe method that succeeds makes what is stored stale (RFC 9111, 4.4)', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'FOO'])('%s', async (method) => {
    await using b = await stocked(writes(200))
    expect(await isHit(b)).toBe(true)
    await textOf(write(b, { method }))
    expect(await isHit(b)).toBe(false)
  })

  test.each([200, 201, 202, 204, 205, 299])('%i', async (code) => {
    await using b = await stocked(writes(code))
    await textOf(write(b))
    expect(await isHit(b)).toBe(false)
  })

  test.each([301, 302, 303, 307, 308])('%i, not followed and followed', async (code) => {
    const to = writes(code, { Location: '/after' })
    await using b = await stocked(to, { '/after': ok('after') })
    await textOf(write(b, { redirect: 'manual' }))
    expect(await isHit(b)).toBe(false)
    expect(await isHit(b)).toBe(true)
    await textOf(write(b))
    expect(await isHit(b)).toBe(false)
  })

  test.each([400, 401, 403, 404, 405, 409, 412, 429, 500, 503])('%i changes nothing', async (code) => {
    await using b = await stocked(writes(code, { Location: '/r', 'Content-Location': '/r' }))
    await textOf(write(b))
    expect(await isHit(b)).toBe(true)
  })

  test('a write that reached nobody changes nothing', async () => {
    await using b = await stocked(writes(200))
    await die(b.origin)
    expect((await failureOf(write(b))).code).toBe('CONNECT')
    expect(await isHit(b)).toBe(true)
  })

  test.each(['GET', 'HEAD', 'OPTIONS'])('%s, which is safe, changes nothing', async (method) => {
    await using b = await stocked(writes(200))
    await textOf(write(b, { method }))
    expect(await isHit(b)).toBe(true)
  })

  test('another path, another query: untouched', async () => {
    await using b = await stocked(writes(200), { '/r2': ok('2', { headers: kept }) })
    await fill(b, {}, '/r2')
    await fill(b, {}, '/r?q')
    await textOf(write(b))
    expect([await isHit(b, {}, '/r2'), await isHit(b, {}, '/r?q'), await isHit(b)]).toEqual([true, true, false])
  })

  test('the fragment and the spelling of the host do not hide it', async () => {
    await using b = await stocked(writes(200))
    const url = new URL(b.origin.url('/r#part'))
    await textOf(b.fetch(`HTTP://${url.host}/x/../r#part`, { method: 'POST' }))
    expect(await isHit(b)).toBe(false)
  })

  test('with init.cache no-store as well: the resource has changed all the same', async () => {
    await using b = await stocked(writes(200))
    await textOf(write(b, { cache: 'no-store' }))
    expect(await isHit(b)).toBe(false)
  })
})

describe('all that is stored under the URL', () => {
  test('each partition', async () => {
    await using b = await stocked(writes(200))
    const as = (name: string): Init => ({ headers: { Authorization: name } })
    await fill(b, as('A'))
    await fill(b, as('B'))
    await textOf(write(b, as('A')))
    expect([await isHit(b, as('A')), await isHit(b, as('B')), await isHit(b)]).toEqual([false, false, false])
  })

  test('each variant', async () => {
    await using b = await stocked(writes(200))
    const variant = (v: string): Init => ({ headers: { 'X-V': v } })
    await fill(b, variant('1'))
    await fill(b, variant('2'))
    await textOf(write(b))
    expect([await isHit(b, variant('1')), await isHit(b, variant('2')), await isHit(b)]).toEqual([false, false, false])
    expect([await isHit(b, variant('1')), await isHit(b, variant('2')), await isHit(b)]).toEqual([true, true, true])
  })

  test('in the group of the writer, and partitioned by name', async () => {
    await using b = await stocked(writes(200))
    const mine: Init = { holdfast: { group: 'g', partition: 'ann' } }
    await fill(b, mine)
    await textOf(write(b, { holdfast: { group: 'g' } }))
    expect(await isHit(b, mine)).toBe(false)
  })

  test('a redirect that was stored, and an answer with a ttl of the user’s', async () => {
    const moved = byRequest((r) => (r.method === 'GET' ? status(301, { Location: '/to', ...kept }) : writes(200)))
    await using b = await bench({ '/r': moved, '/t': resource(writes(200)), '/to': ok('to', { headers: kept }) })
    await ask(b, { redirect: 'manual' })
    await textOf(write(b))
    expect(await isHit(b, { redirect: 'manual' })).toBe(false)
    const ttl: Init = { holdfast: { ttl: '1h' } }
    await fill(b, ttl, '/t')
    await textOf(b.fetch(b.origin.url('/t'), { method: 'PUT', body: 'x' }))
    expect(await isHit(b, ttl, '/t')).toBe(false)
  })

  test('for another instance over the same store', async () => {
    const tier = memory()
    await using b = await bench({ '/r': resource(writes(200)) }, { tiers: [tier] })
    const other = b.open({ tiers: [tier] })
    await textOf(other(b.origin.url('/r')))
    await textOf(write(b))
    await textOf(other(b.origin.url('/r')))
    expect(b.origin.requests('/r').map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
  })

  test('what is stale now stays as a last resort', async () => {
    await using b = await stocked(writes(200))
    await textOf(write(b))
    await die(b.origin)
    expect(await ask(b)).toMatchObject({ text: '1 ', outcome: 'fallback' })
  })
})
