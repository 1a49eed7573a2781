import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Options } from '../../../src/index.ts'
import { counting, ok } from '../../helpers/origin/index.ts'
import { type Given, given, seen } from '../download/given.ts'
import { aFile, another, DAY, HOUR, MINUTE, SECOND } from '../versions/histories.ts'
import { pass } from './kit.ts'

const NIGHTLY = { ttl: '10d', refresh: { cron: '0 3 * * *' } }

const at = (time: string): ManualClock => manualClock(Date.parse(time))

async function asked(options: Options, time: string): Promise<Given & { hits: () => number }> {
  const g = await given(options, at(time))
  g.origin.script('/f', counting())
  await seen(g.fetch(g.origin.url('/f')))
  await g.fetch.idle()
  return { ...g, hits: () => g.origin.hits('/f') - 1 }
}

describe('by a calendar (B62)', () => {
  test('at 02:59 nothing, within two minutes once, and in the 23 hours after that not at all', async () => {
    await using g = await asked(NIGHTLY, '2026-01-15T02:59:00Z')
    expect(g.hits()).toBe(0)
    await pass(g, 2 * MINUTE)
    expect(g.hits()).toBe(1)
    await pass(g, 23 * HOUR)
    expect(g.hits()).toBe(1)
    await pass(g, HOUR)
    expect(g.hits()).toBe(2)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: '3', outcome: 'hit' })
  })

  test('seconds, as a sixth field in front', async () => {
    await using g = await asked({ ttl: '10d', refresh: { cron: '*/20 * * * * *' } }, '2026-01-15T02:59:01Z')
    await pass(g, MINUTE)
    expect(g.hits()).toBe(3)
  })

  test('in a time zone: three in the morning in Berlin, through the hour that summer takes', async () => {
    await using g = await asked({ ttl: '90d', refresh: { cron: '0 3 * * *', timezone: 'Europe/Berlin' } }, '2026-03-28T01:59:00Z')
    await pass(g, 2 * MINUTE)
    expect(g.hits()).toBe(1)
    // On the 29th clocks go from 02:00 to 03:00: that is 01:00 in UTC.
    await pass(g, 23 * HOUR - 3 * MINUTE)
    expect(g.hits()).toBe(1)
    await pass(g, 3 * MINUTE)
    expect(g.hits()).toBe(2)
  })

  test('a month ahead is no more than Node’s timers can wait for', async () => {
    await using g = await asked({ ttl: '90d', refresh: { cron: '0 0 1 * *' } }, '2026-01-01T00:00:01Z')
    await pass(g, 30 * DAY)
    expect(g.hits()).toBe(0)
    await pass(g, DAY)
    expect(g.hits()).toBe(1)
  })

  test('a clock that is set on is noticed within the hour', async () => {
    await using g = await asked(NIGHTLY, '2026-01-15T04:00:00Z')
    g.clock.jump(DAY)
    await pass(g, HOUR + MINUTE)
    expect(g.hits()).toBe(1)
  })

  test('one that is set back too: the nights until then are not missed', async () => {
    await using g = await asked(NIGHTLY, '2026-01-15T04:00:00Z')
    g.clock.jump(-3 * DAY)
    await pass(g, HOUR + MINUTE)
    expect(g.hits()).toBe(1)
    await pass(g, 2 * DAY)
    expect(g.hits()).toBe(3)
  })

  test('what a machine whose clock is a little ahead did at its time is not done again', async () => {
    await using g = await asked(NIGHTLY, '2026-01-15T03:00:02Z')
    g.clock.jump(-5 * SECOND)
    await pass(g, HOUR + MINUTE)
    expect(g.hits()).toBe(0)
  })
})

describe('missed while no process ran', () => {
  const reopened = async (
    refresh: object,
    away: number,
  ): Promise<{ g: Given; hits: () => number; later: (ms: number) => Promise<void> }> => {
    const file = aFile()
    const options: Options = { ttl: '90d', tiers: [sqlite(file)], refresh: { cron: '0 3 * * *', ...refresh } }
    const g = await given(options, at('2026-01-15T02:00:00Z'))
    g.origin.script('/f', ok('x'))
    await seen(g.fetch(g.origin.url('/f')))
    await g.fetch.close()
    await g.clock.advance(away)
    const fetch = another(g, [sqlite(file)], { ...options, tiers: [sqlite(file)] })
    await seen(fetch(g.origin.url('/f')))
    const later = (ms: number): Promise<void> => pass({ clock: g.clock, fetch }, ms)
    await later(SECOND)
    return { g, hits: () => g.origin.hits('/f') - 1, later }
  }

  test('once at start, not once for each slot', async () => {
    const { g, hits, later } = await reopened({}, 10 * DAY)
    await using _ = g
    expect(hits()).toBe(1)
    await later(HOUR + MINUTE)
    expect(hits()).toBe(2)
  })

  test('nothing where nothing was missed (B67)', async () => {
    const { g, hits } = await reopened({}, 50 * MINUTE)
    await using _ = g
    expect(hits()).toBe(0)
  })

  test('runAtStart: false waits for the next one', async () => {
    const { g, hits, later } = await reopened({ runAtStart: false }, 10 * DAY)
    await using _ = g
    expect(hits()).toBe(0)
    await later(HOUR + MINUTE)
    expect(hits()).toBe(1)
  })
})

describe('mistakes are told at set-up, with their cure', () => {
  const wrong: [object | boolean | string, RegExp][] = [
    [true, /refresh: true.*every: '6h'/],
    ['1h', /refresh: "1h".*every: '6h'/],
    [{}, /refresh: \{\}.*One of every and cron/],
    [{ every: '1h', cron: '0 3 * * *' }, /One of every and cron/],
    [{ every: 0 }, /refresh\.every: 0.*at least '1s'/],
    [{ every: 'often' }, /refresh\.every.*often/],
    [{ cron: '' }, /refresh\.cron.*not empty/],
    [{ cron: '0 25 * * *' }, /refresh\.cron: "0 25 \* \* \*".*out of range.*hour.*0 3/],
    [{ cron: '0 3 30 2 *' }, /refresh\.cron.*no such day/],
    [{ cron: '0 3 * * *', timezone: 'Mars/Phobos' }, /refresh\.timezone: "Mars\/Phobos".*Europe\/Berlin/],
    [{ cron: '0 3 * * *', runAtStart: 1 }, /refresh\.runAtStart: 1.*true or false/],
    [{ every: '1h', timezone: 'UTC' }, /timezone and runAtStart go with cron/],
    [{ evry: '1h' }, /refresh\.evry.*Did you mean "every"/],
  ]

  test.each(wrong)('%j', async (refresh, message) => {
    const options = { refresh } as Options
    expect(() => createCachedFetch(options)).toThrow(TypeError)
    expect(() => createCachedFetch(options)).toThrow(message)
    expect(() => createCachedFetch({ rules: [{ match: '/*', ...options }] })).toThrow(message)
    await using g = await given()
    await expect(g.fetch(g.origin.url('/f'), { holdfast: options })).rejects.toThrow(message)
    await expect(g.fetch.entry(g.origin.url('/f')).setPolicy(options)).rejects.toThrow(message)
    expect(() => g.fetch.buffered(() => 1, { refresh } as object)).toThrow(message)
    expect(g.origin.hits()).toBe(0)
  })
})
