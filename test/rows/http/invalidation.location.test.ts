import { describe, expect, test } from 'vitest'
import { hangUp, ok, redirect, startOrigin, status } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from '../door/kit.ts'
import { fill } from './given.ts'
import { isHit, kept, resource, stocked, write, writes } from './written.ts'

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

  test.each([303, 301, 307, 308])(
    'where a %i was followed to, it is stale too: there the write was sent on, or shows',
    async (status) => {
      await using b = await bench({ ...there, '/middle': redirect('/there', status), '/r': redirect('/middle', status) })
      await fill(b, {}, '/there')
      await fill(b, {}, '/else')
      await textOf(write(b))
      expect([await isHit(b, {}, '/there'), await isHit(b, {}, '/else')]).toEqual([false, true])
    },
  )

  test.each([404, 503])('a write that led to a %i has been done all the same', async (code) => {
    await using b = await stocked(writes(303, { Location: '/there' }), { '/there': status(code) })
    expect((await write(b)).status).toBe(code)
    expect(await isHit(b)).toBe(false)
  })

  test('and so has one that led to where nobody answers', async () => {
    await using b = await stocked(writes(303, { Location: '/there' }), { '/there': hangUp() })
    expect((await failureOf(write(b))).code).toBe('CONNECT')
    expect(await isHit(b)).toBe(false)
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
