import { describe, expect, test } from 'vitest'
import { ok, status } from '../../helpers/origin/index.ts'
import { die, given, seen } from '../download/given.ts'
import { MINUTE, SECOND } from '../versions/histories.ts'
import { pass } from './kit.ts'

describe('when the origin is down', () => {
  test('each failure is told, what is stored stays, and the next one runs; nobody is told of a fallback', async () => {
    await using g = await given({ ttl: '1h', retry: 2, refresh: { every: '1m' }, fallback: { cooldown: '10s' } })
    g.origin.script('/f', ok('old'), status(503), status(503), status(503), status(503), ok('new'))
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 2 * MINUTE + SECOND)
    expect(g.told('refresh-failed')).toMatchObject([{ error: { code: 'HTTP' } }, { error: { code: 'HTTP' } }])
    expect(g.told('fallback')).toHaveLength(0)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'old', outcome: 'hit' })
    await pass(g, MINUTE)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'new', outcome: 'hit' })
    expect(g.origin.hits('/f')).toBe(6)
  })

  test('no sooner than the cool-down is over', async () => {
    await using g = await given({ ttl: '1h', retry: false, refresh: { every: '1s' }, fallback: { cooldown: '30s' } })
    g.origin.script('/f', ok('old'), status(503))
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 2 * MINUTE)
    expect(g.origin.hits('/f')).toBeGreaterThanOrEqual(4)
    expect(g.origin.hits('/f')).toBeLessThanOrEqual(1 + 5)
  })

  test('what never came is tried again when its time is over', async () => {
    await using g = await given({ ttl: '1h', retry: false, refresh: { every: '1m' } })
    await die(g.origin)
    expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ rejected: 'CONNECT' })
    await pass(g, 59 * SECOND)
    expect(g.told('attempt')).toHaveLength(1)
    await pass(g, 2 * SECOND)
    expect(g.told('attempt')).toHaveLength(2)
    expect(g.told('refresh-failed')).toHaveLength(1)
  })

  test('so is what was a 503 from the first', async () => {
    await using g = await given({ ttl: '1h', retry: false, refresh: { every: '1m' } })
    g.origin.script('/f', status(503), status(503), ok('here'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 503 })
    await pass(g, 2 * MINUTE + SECOND)
    expect(g.told('refresh-failed')).toHaveLength(1)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'here', outcome: 'hit' })
  })

  test('a check that throws refuses that version, and the schedule goes on (B134)', async () => {
    let calls = 0
    const check = (): void => {
      if (++calls === 2) throw new Error('not this one')
    }
    await using g = await given({ ttl: '1h', retry: false, check, refresh: { every: '1m' } })
    g.origin.script('/f', ok('one'), ok('two'), ok('three'))
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 3 * MINUTE)
    expect(g.told('refresh-failed')).toMatchObject([{ error: { message: expect.stringContaining('not this one') } }])
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'three', outcome: 'hit' })
  })
})
