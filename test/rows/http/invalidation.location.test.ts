import { describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { byRequest, ok, type Step, startOrigin, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, textOf } from '../door/kit.ts'
import { ask, fill } from './given.ts'

const kept = { 'Cache-Control': 'max-age=600' }
const reads = byRequest((r, hit) =>
  ok(`${hit} ${r.headers.authorization ?? ''}${r.headers['x-v'] ?? ''}`, { headers: { ...kept, Vary: 'X-V' } }),
)
const writes = (code: number, headers: Record<string, string> = {}): Step => status(code, headers, code === 204 ? '' : 'written')

/** GETs are answered and kept; every other method gets the step. */
const resource = (written: Step): Step => byRequest((r) => (r.method === 'GET' || r.method === 'HEAD' ? reads : written))

async function stocked(written: Step, more: Record<string, Step> = {}): Promise<Bench> {
  const b = await bench({ '/r': resource(written), ...more })
  await fill(b)
  return b
}

/** A second passes before and after: whether two things of one millisecond came in order, a cache cannot know. */
async function write(b: Bench, init: Init = {}): Promise<Response> {
  await b.clock.advance(1000)
  const response = await b.fetch(b.origin.url('/r'), { method: 'POST', ...init })
  await b.clock.advance(1000)
  return response
}

const isHit = async (b: Bench, init: Init = {}, path = '/r'): Promise<boolean> => (await ask(b, init, path)).says.hit === true

describe('Location and Content-Location (4.4)', () => {
  const there = { '/there': ok('there', { headers: kept }), '/else': ok('else', { headers: kept }) }
  test.each([
    ['Location', '/there'],
    ['Location', '/there#part'],
    ['Content-Location', '/there'],
    ['Content-Location', 'there'],
    ['Content-Location', 'absolute'],
  ])('%s: %s of the same origin is stale too, others are not', async (name, given) => {
    await using b = await bench(there)
    const location = given === 'absolute' ? b.origin.url('/there') : given
    b.origin.script('/r', resource(writes(201, { [name]: location })))
    await fill(b, {}, '/there')
    await fill(b, {}, '/else')
    await textOf(write(b))
    expect([await isHit(b, {}, '/there'), await isHit(b, {}, '/else')]).toEqual([false, true])
  })

  test('text that is no ASCII is UTF-8', async () => {
    await using b = await bench({ '/%C3%BC': ok('there', { headers: kept }) })
    b.origin.script('/r', resource(writes(201, { Location: Buffer.from('/ü').toString('latin1') })))
    await fill(b, {}, '/%C3%BC')
    await textOf(write(b))
    expect(await isHit(b, {}, '/%C3%BC')).toBe(false)
  })

  test('both at once', async () => {
    await using b = await bench({ ...there, '/r': resource(writes(200, { Location: '/there', 'Content-Location': '/else' })) })
    await fill(b, {}, '/there')
    await fill(b, {}, '/else')
    await textOf(write(b))
    expect([await isHit(b, {}, '/there'), await isHit(b, {}, '/else')]).toEqual([false, false])
  })

  test.each(['Location', 'Content-Location'])('%s of another origin stays: nobody may empty another’s cache', async (name) => {
    await using other = await startOrigin()
    other.script('/there', ok('theirs', { headers: kept }))
    await using b = await bench({ '/r': writes(201, { [name]: other.url('/there') }) })
    await textOf(b.fetch(other.url('/there')))
    await textOf(write(b))
    expect(await textOf(b.fetch(other.url('/there'), { cache: 'only-if-cached' }))).toBe('theirs')
    await textOf(b.fetch(other.url('/there')))
    expect(other.hits()).toBe(1)
  })

  test.each(['http://[', '//', ':', '\\\\evil', 'data:,x', ''])('Location %j harms nothing', async (location) => {
    await using b = await stocked(writes(201, { Location: location }))
    expect((await write(b)).status).toBe(201)
    expect(await isHit(b)).toBe(false)
  })

  test('of a GET’s answer, they invalidate nothing', async () => {
    await using b = await bench({ ...there, '/r': ok('x', { headers: { 'Content-Location': '/there', Location: '/else' } }) })
    await fill(b, {}, '/there')
    await fill(b, {}, '/else')
    await fill(b)
    expect([await isHit(b, {}, '/there'), await isHit(b, {}, '/else')]).toEqual([true, true])
  })
})
